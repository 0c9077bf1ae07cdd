/* SPDX-License-Identifier: GPL-2.0-only */
/* compare.h - are the spans of one set of runs slower than those of another? */
#ifndef TELPROBE_REPORT_COMPARE_H
#define TELPROBE_REPORT_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/error.h"
#include "store/store.h"

enum {
	COMPARE_SPANS = 4000000, /* most spans and processes of both sides that are compared */
	COMPARE_RUNS_MIN = 8,	 /* on each side, for a verdict */
};

#define COMPARE_P      0.01 /* a verdict needs a smaller p */
#define COMPARE_CHANGE 0.02 /* and a change of the median at least so large */

/**
 * compare_print() - a row a span name found in either: runs, median A, median B, change, p, verdict
 * The value of a run is the median of the span's durations in one process, since those of one
 * process are not independent of each other; processes themselves are compared by their wall time.
 * p: see mann_whitney.h. @is_json: the same rows as JSON.
 * Return: 0; -E2BIG beyond COMPARE_SPANS, -ENOMEM, or what the stores say. */
int compare_print(FILE *out, struct store *a, struct store *b, bool is_json, struct error *error);

#endif
