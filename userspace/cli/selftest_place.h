/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_place.h - the directory `telprobe selftest` works in: the traced program, where that runs,
 * the database, the log. */
#ifndef TELPROBE_CLI_SELFTEST_PLACE_H
#define TELPROBE_CLI_SELFTEST_PLACE_H

#include <stdbool.h>

#include "cli/selftest_secrets.h"

enum { SELFTEST_PATH = 512 };

struct selftest_place {
	char directory[SELFTEST_PATH - 64];
	char fixture[SELFTEST_PATH];
	char running[SELFTEST_PATH]; /* the directory the fixture is started in */
	char notes[SELFTEST_PATH];
	char database[SELFTEST_PATH];
	char stored[SELFTEST_PATH]; /* another, in which secrets stand as they are */
	char log[SELFTEST_PATH];
	char list[SELFTEST_PATH]; /* of the secrets; only where it is kept */
	bool is_kept;
};

/** place_make() - @keep: a directory to make and leave there; NULL: a temporary one, on a file system
 * that lets programs be executed. Return: 0 or -errno; to be ended with place_remove(). */
int place_make(struct selftest_place *place, const char *keep,
	       const struct secret_text texts[SECRETS_MAX], struct error *error);
void place_remove(const struct selftest_place *place);

#endif
