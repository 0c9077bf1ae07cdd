/* SPDX-License-Identifier: GPL-2.0-only */
/* sample_store FILE [many N] - a database with events of every type, or with N commands, for the
 * tests of commands that only read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "unit/report/sample.h"

static void fill_many(struct sample *sample, long count)
{
	long i;

	sample_process(sample, "many", "1.0");
	for (i = 1; i <= count; i++)
		sample_span(sample, TP_KIND_COMMAND, TP_OUTCOME_OK, "run", (uint32_t)i, 0);
	sample_commit(sample);
}

int main(int argc, char **argv)
{
	struct sample sample;
	int64_t now_us = clock_now_us();

	if (argc != 2 && (argc != 4 || strcmp(argv[2], "many"))) {
		fputs("usage: sample_store FILE [many N]\n", stderr);
		return 2;
	}
	sample_open(&sample, argv[1], now_us - 3600 * SAMPLE_S);
	if (argc == 4)
		fill_many(&sample, strtol(argv[3], NULL, 10));
	else
		sample_fill(&sample, now_us);
	store_close(sample.store);
	return 0;
}
