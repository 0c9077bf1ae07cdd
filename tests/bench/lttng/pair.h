/* SPDX-License-Identifier: GPL-2.0-only */
/* pair.h - the two tracepoints, in the form LTTng-UST reads several times; see lttng-ust(3). */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./pair.h"

#if !defined(BENCH_LTTNG_PAIR_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define BENCH_LTTNG_PAIR_H

#include <lttng/tracepoint.h>

/* a list without commas would become a staircase */
/* clang-format off */
LTTNG_UST_TRACEPOINT_EVENT(bench, command_begin,
	LTTNG_UST_TP_ARGS(const char *, command, const char *, subcommand, int, id),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_string(command, command)
		lttng_ust_field_string(subcommand, subcommand)
		lttng_ust_field_integer(int, id, id)))

LTTNG_UST_TRACEPOINT_EVENT(bench, command_end,
	LTTNG_UST_TP_ARGS(const char *, command, const char *, error, int, outcome),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_string(command, command)
		lttng_ust_field_string(error, error)
		lttng_ust_field_integer(int, outcome, outcome)))
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>
