/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_fixture.h - the program `telprobe selftest` traces: a copy of telprobe, in whose file the
 * secrets of this run were written where this one has empty constants. So it is installed wherever
 * telprobe is, its secrets are real constants, and no other process has them.
 * It fires its markers through emit_marker.h, as `telprobe emit`. */
#ifndef TELPROBE_CLI_SELFTEST_FIXTURE_H
#define TELPROBE_CLI_SELFTEST_FIXTURE_H

#include "cli/selftest_secrets.h"

#define FIXTURE_APP	"selftest"
#define FIXTURE_CONTROL "selftest-control" /* a feature it uses */
#define FIXTURE_NOTES	"notes"		   /* a file of its working directory */

/** fixture_write() - the program file at @path, new, 0755. Return: 0 or -errno. */
int fixture_write(const char *path, const struct secret_text texts[SECRETS_MAX],
		  struct error *error);

/** fixture_variable() - "SELFTEST_argument-word", of a secret that comes by the environment */
void fixture_variable(const struct secret *secret, char out[64]);

/** fixture_run() - be it: tell each secret in each field a marker has. @arguments: those of the table
 * that come by the command line, in its order. Return: 0; -EINVAL: it has not got all. */
int fixture_run(int count, char **arguments, struct error *error);

#endif
