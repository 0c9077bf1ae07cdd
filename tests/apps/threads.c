/* SPDX-License-Identifier: GPL-2.0-only */
/* threads.c THREADS PAIRS - command pairs from several threads at once.
 * Expected: THREADS * PAIRS times threads ok, all closed, nothing unmatched. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "telprobe.h"

static unsigned long pairs, count, arrived;

static void *work(void *unused)
{
	(void)unused;
	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < count)
		sched_yield(); /* so that they begin in the same moment */
	for (unsigned long i = 0; i < pairs; i++) {
		TELPROBE_COMMAND_BEGIN("threads", "work", NULL, 0);
		TELPROBE_COMMAND_END("threads", TELPROBE_OK, NULL, 0);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[256];

	count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
	pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	if (count < 1 || count > 256) {
		fprintf(stderr, "threads: give 1 to 256 threads\n");
		return 2;
	}
	for (unsigned long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			abort();
	for (unsigned long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
