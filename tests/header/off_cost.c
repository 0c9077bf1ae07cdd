/* SPDX-License-Identifier: GPL-2.0-only */
/* off_cost.c - what a marker costs when nobody listens: prints one line of JSON,
 * {"empty_loop_ns": ..., "marker_off_ns": ..., "scope_off_ns": ...}; the last two are beyond the
 * empty loop. Each is the least of many short runs, taken in turns, so that another program on the
 * machine disturbs a run and not the result. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "telprobe.h"

enum { LOOPS = 1000000, RUNS = 200 };

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The same loop three times, aligned alike. The empty asm keeps a compiler from removing it. */
#define TIMED(name, body)                                               \
	__attribute__((noinline, aligned(64))) static double name(void) \
	{                                                               \
		double start_ns = now_ns();                             \
                                                                        \
		for (uint64_t i = 0; i < LOOPS; i++) {                  \
			__asm__ volatile("" : "+r"(i));                 \
			body;                                           \
		}                                                       \
		return (now_ns() - start_ns) / LOOPS;                   \
	}

TIMED(empty, (void)0)
TIMED(marker, TELPROBE_COUNT("off.cost", 1, 0))
TIMED(scope, TELPROBE_SPAN_SCOPE(step, TELPROBE_STEP, "off.cost"))

static void least(double *best, double value)
{
	if (value < *best)
		*best = value;
}

int main(void)
{
	double empty_ns = 1e9, marker_ns = 1e9, scope_ns = 1e9;

	for (int i = 0; i < RUNS; i++) {
		least(&empty_ns, empty());
		least(&marker_ns, marker());
		least(&scope_ns, scope());
	}
	printf("{\"empty_loop_ns\": %.3f, \"marker_off_ns\": %.3f, \"scope_off_ns\": %.3f}\n",
	       empty_ns, marker_ns - empty_ns, scope_ns - empty_ns);
	return 0;
}
