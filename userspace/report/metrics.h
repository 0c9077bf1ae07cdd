/* SPDX-License-Identifier: GPL-2.0-only */
/* metrics.h - how somebody used their programs over some time. */
#ifndef TELPROBE_REPORT_METRICS_H
#define TELPROBE_REPORT_METRICS_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "report/leaving.h"
#include "report/tally.h"
#include "store/store.h"

enum { METRICS_SESSIONS = 1 << 20 }; /* most sessions told apart */

enum metrics_errors { /* which of tally_row.by[] counts what, in errors */
		      METRICS_OCCURRED,
		      METRICS_RECOVERED,
		      METRICS_COMMANDS, /* commands that failed with that category */
};

struct metrics {
	int64_t since_us, until_us;
	int64_t events;
	int64_t aggregated; /* commands of which only sums are known, by whole days: level basic, or
			       a target's 'sampling' */
	int64_t sessions;
	int64_t crashes;
	int64_t cache_hits, cache_misses; /* counters cache.hit and cache.miss */
	int64_t tokens_input, tokens_output, tokens_cached;
	int64_t outcomes[TP_OUTCOMES]; /* of commands */
	struct distribution latency;   /* of commands, all together */
	struct tally commands;	       /* name, subcommand */
	struct tally profiles;	       /* of commands */
	struct tally tools;
	struct tally errors; /* by category; see enum metrics_errors */
};

/** metrics_load() - walk the events from @since_us to before @until_us (0: no limit). End it with
 * metrics_clear(), also on failure. */
int metrics_load(struct metrics *metrics, struct leaving *leaving, int64_t since_us,
		 int64_t until_us, struct error *error);
void metrics_clear(struct metrics *metrics);

/** metrics_success() - share of commands that went well among those nobody cancelled; NaN: none. */
double metrics_success(const struct metrics *metrics);

int metrics_print(FILE *out, struct metrics *metrics); /* 0, -ENOMEM */
cJSON *metrics_json(struct metrics *metrics);	       /* NULL: no memory */

#endif
