/* SPDX-License-Identifier: GPL-2.0-only */
/* pairs.c COUNT [RATE] - COUNT command pairs in one thread, RATE a second or as fast as it goes.
 * It never sleeps. Prints the pairs a second it reached. Expected: COUNT times pairs ok. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "telprobe.h"

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	double rate = argc > 2 ? strtod(argv[2], NULL) : 0;
	double start_s = now_s();

	for (unsigned long i = 0; i < count; i++) {
		/* a little batch between looks at the clock, so that the clock is not the load */
		while (rate > 0 && i % 16 == 0 && (double)i > (now_s() - start_s) * rate)
			continue;
		TELPROBE_COMMAND_BEGIN("pairs", "work", NULL, 0);
		TELPROBE_COMMAND_END("pairs", TELPROBE_OK, NULL, 0);
	}
	printf("%.0f\n", (double)count / (now_s() - start_s));
	return 0;
}
