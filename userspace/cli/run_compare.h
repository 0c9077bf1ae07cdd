/* SPDX-License-Identifier: GPL-2.0-only */
/* run_compare.h - `telprobe run --compare A B`: two command lines in turn, span by span. */
#ifndef TELPROBE_CLI_RUN_COMPARE_H
#define TELPROBE_CLI_RUN_COMPARE_H

#include <stdint.h>

#include "cli/command.h"
#include "telprobe/record.h"

/** run_compare() - run both @times in turn (A B A B ...), print what differs on stdout.
 * @agreed: TP_AGREED()
 * Return: exit status; CLI_FAILED also when one of them failed to run. */
int run_compare(struct cli *cli, uint32_t agreed, int64_t times, bool is_json);

#endif
