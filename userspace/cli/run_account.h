/* SPDX-License-Identifier: GPL-2.0-only */
/* run_account.h - is everything that happened in the table? The identity of record.h, summed over
 * the files of a run, and each refusal by its reason. */
#ifndef TELPROBE_CLI_RUN_ACCOUNT_H
#define TELPROBE_CLI_RUN_ACCOUNT_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/run_session.h"

struct run_account {
	struct tp_counters total[TP_KINDS]; /* over all files but 0 */
	struct tp_counters outside;	    /* file 0: hits that are not this run's */
	struct collector_counts kept;
	uint64_t missed; /* by the kernel */
	uint64_t events; /* closed + abandoned + singles */
	uint64_t lost;	 /* of these: in the ring or the store */
	int64_t open; /* spans begun and neither ended nor refused; negative: accounts are wrong */
};

/** run_account_read() - after capture_stop() and the last run_drain() */
int run_account_read(struct run_session *session, struct run_account *out, struct error *error);

/** run_account_is_exact() - begins, ends and records add up, for each kind */
bool run_account_is_exact(const struct run_account *account);

/** run_account_print() - one line when nothing is missing, else one a reason */
void run_account_print(FILE *out, const struct run_account *account,
		       const struct run_session *session, const char *database);

struct cJSON;
/** run_account_json() - the same as an object; the caller frees. NULL: no memory */
struct cJSON *run_account_json(const struct run_account *account);

#endif
