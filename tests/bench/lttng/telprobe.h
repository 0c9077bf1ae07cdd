/* SPDX-License-Identifier: GPL-2.0-only */
/* telprobe.h - stands for the real one when tests/bench/tracers builds tests/apps/pairs.c for LTTng-UST:
 * the same loop, the same two strings and a number at both ends of a pair. */
#ifndef BENCH_LTTNG_TELPROBE_H
#define BENCH_LTTNG_TELPROBE_H

#include "pair.h"

#define TELPROBE_OK 0
#define TELPROBE_COMMAND_BEGIN(command, subcommand, profile, id) \
	lttng_ust_tracepoint(bench, command_begin, command, subcommand, id)
#define TELPROBE_COMMAND_END(command, outcome, error, id) \
	lttng_ust_tracepoint(bench, command_end, command, (error) ? (error) : "", outcome)

#endif
