/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_everything.h - searches each thing that telprobe makes of a trace: what the kernel side holds,
 * the files of the database, the log, and all that is printed or exported from the database. */
#ifndef TELPROBE_CLI_SELFTEST_EVERYTHING_H
#define TELPROBE_CLI_SELFTEST_EVERYTHING_H

#include "cli/run_session.h"
#include "cli/selftest_place.h"
#include "cli/selftest_search.h"
#include "cli/selftest_trace.h"

struct everything {
	struct selftest *selftest; /* where what was searched is noted */
	const struct search *search;
	struct run_session *session;
	struct store *store;
	struct error *error;
};

/* Each returns 0, whatever was found, or why something could not be searched. */
int everything_of_kernel(struct everything *everything);
/** @when: "while open": the database, its log and its index as they are then */
int everything_of_files(struct everything *everything, const struct selftest_place *place,
			const char *when);
/** everything_told() - every command's answer about these events, in each format it has */
int everything_told(struct everything *everything);
/** everything_leaving() - those of them that other programs read or that go elsewhere */
int everything_leaving(struct everything *everything);

#endif
