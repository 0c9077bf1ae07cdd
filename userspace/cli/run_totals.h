/* SPDX-License-Identifier: GPL-2.0-only */
/* run_totals.h - what a run at level basic added up in the kernel, into its database. A database
 * may hold totals of the same day already, so those of this run are also kept apart, in memory, for
 * the table it ends with. */
#ifndef TELPROBE_CLI_RUN_TOTALS_H
#define TELPROBE_CLI_RUN_TOTALS_H

#include "cli/run_session.h"

/** run_totals_open() - before run_keep_open(); nothing at other levels */
int run_totals_open(struct run_session *session, struct error *error);
void run_totals_close(struct run_session *session); /* a run without is fine */

/** run_totals_take() - store what was added since the last time; before a file goes, with its
 * names, and when no program runs any more. A failing store is told once. */
void run_totals_take(struct run_session *session);
/** run_totals_take_in_time() - the same every few seconds, so that there is room for more */
void run_totals_take_in_time(struct run_session *session);

/** run_totals_store() - whose sums are those of this run; NULL: there are none at its level */
struct store *run_totals_store(const struct run_session *session);

#endif
