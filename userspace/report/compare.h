/* SPDX-License-Identifier: GPL-2.0-only */
/* compare.h - are the spans of one set of runs slower than those of another? */
#ifndef TELPROBE_REPORT_COMPARE_H
#define TELPROBE_REPORT_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/error.h"
#include "store/store.h"

/** compare_print() - a row a span name found in either: runs, median A, median B, change, p, verdict
 * p is that of a two-sided Mann-Whitney U test with normal approximation and tie correction
 * (Mann and Whitney, 1947). A verdict needs p < 0.01 and a change of 2 % or more; with fewer than 8
 * values on a side there is none. @is_json: the same rows as JSON */
int compare_print(FILE *out, struct store *a, struct store *b, bool is_json, struct error *error);

#endif
