/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_trace.h - trace the fixture as `telprobe run` traces a command, then search everything
 * that came of it for its secrets, and look up what was stored instead. */
#ifndef TELPROBE_CLI_SELFTEST_TRACE_H
#define TELPROBE_CLI_SELFTEST_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/proof.h"
#include "cli/selftest_secrets.h"

enum { SELFTEST_SEARCHED = 64, SELFTEST_CONTROLS = 16 };

struct selftest_searched { /* a place that was searched */
	char name[48];
	uint64_t bytes;
	uint64_t found;	  /* bit i: row i of the secrets */
	bool is_kernels;  /* the ring or a map */
	bool is_unlisted; /* the kernel does not tell what is in it */
};

struct selftest_control { /* a harmless event, which must be there */
	const char *name;
	bool is_stored;
};

struct selftest {
	struct secret_text texts[SECRETS_MAX];
	char stored[SECRETS_MAX][64]; /* in the place of each; "": its event was not there */
	struct selftest_searched searched[SELFTEST_SEARCHED];
	size_t searched_count;
	struct selftest_control controls[SELFTEST_CONTROLS];
	size_t control_count;
	uint64_t events;
	uint64_t lost;
	struct proof proof;
	bool is_proven; /* else the kernel hides its symbols, and @proof is empty */
};

/**
 * selftest_trace() - everything, as root
 * @keep: a directory to make and leave all files in; NULL: none
 * Judges by the firewall's defaults, whatever telprobe.yaml says: what a configuration allows is no leak
 * of the program. DO_NOT_TRACK is not heard: the traced program is our own.
 * Return: 0 when everything was tried and searched, whatever was found; else why it could not be. */
int selftest_trace(struct selftest *selftest, const char *keep, struct error *error);

#endif
