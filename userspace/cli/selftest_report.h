/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_report.h - what `telprobe selftest` found: by layer, and each thing that is wrong. */
#ifndef TELPROBE_CLI_SELFTEST_REPORT_H
#define TELPROBE_CLI_SELFTEST_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "cli/selftest_trace.h"
#include "report/grid.h"

struct selftest_layer { /* how one layer stood */
	uint64_t tried;
	uint64_t failed; /* secrets found, or stored as something else; programs that read */
};

struct selftest_verdict {
	struct selftest_layer layers[SECRET_LAYERS];
	uint64_t missing; /* events that are not there: of these nothing was proved */
	bool is_passed;
};

void selftest_judge(const struct selftest *selftest, struct selftest_verdict *out);

/** selftest_grid() - a row for each layer; NULL: no memory */
struct grid *selftest_grid(const struct selftest_verdict *verdict);
/** selftest_print_faults() - a line for each thing that is wrong; then what was searched */
void selftest_print_faults(const struct selftest *selftest, FILE *out);
void selftest_print_extent(const struct selftest *selftest, FILE *out);
/** selftest_json() - all of it; NULL: no memory */
cJSON *selftest_json(const struct selftest *selftest, const struct selftest_verdict *verdict);

#endif
