/* SPDX-License-Identifier: GPL-2.0-only */
/* execs.c leader|thread - executes itself with spans open, from main or from another thread.
 * Expected: command before-exec abandoned by exec (and, with thread, step in-thread too);
 * command before-exec end unmatched; command after-exec ok; exit code 5. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "telprobe.h"

static void *execute(void *path)
{
	execl("/proc/self/exe", (char *)path, "after", (char *)NULL);
	abort();
}

static void *execute_from_thread(void *path)
{
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "in-thread", 0);
	return execute(path);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "after")) {
		TELPROBE_COMMAND_END("before-exec", TELPROBE_OK, NULL, 0);
		TELPROBE_COMMAND_BEGIN("after-exec", NULL, NULL, 0);
		TELPROBE_COMMAND_END("after-exec", TELPROBE_OK, NULL, 0);
		return 5;
	}
	TELPROBE_COMMAND_BEGIN("before-exec", NULL, NULL, 0);
	if (argc > 1 && !strcmp(argv[1], "thread")) {
		if (pthread_create(&thread, NULL, execute_from_thread, argv[0]))
			abort();
		pthread_join(thread, NULL);
	}
	execute(argv[0]);
	return 1;
}
