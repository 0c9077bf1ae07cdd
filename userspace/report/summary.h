/* SPDX-License-Identifier: GPL-2.0-only */
/* summary.h - what a run was: a row for each command and each way processes ended. */
#ifndef TELPROBE_REPORT_SUMMARY_H
#define TELPROBE_REPORT_SUMMARY_H

#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "store/store.h"

struct cJSON;

/** summary_print() - the table `telprobe run` ends with: command (with subcommand), runs, failed,
 * p50, p95, max; then how each program's processes ended (exit code, signal, crash). Prints nothing
 * for a store without events.
 * @since_us: events before it are of earlier runs; 0: all */
int summary_print(FILE *out, struct store *store, int64_t since_us, struct error *error);

/** summary_of_totals_print(), summary_of_totals_json() - the same of a store that holds the totals
 * of one run and no events: there is a row for each command, none for processes */
int summary_of_totals_print(FILE *out, struct store *store, struct error *error);
struct cJSON *summary_of_totals_json(struct store *store, struct error *error);

/** summary_json() - the same rows as {"commands": [...], "processes": [...]}; the caller frees.
 * Return: NULL on failure. */
struct cJSON *summary_json(struct store *store, int64_t since_us, struct error *error);

#endif
