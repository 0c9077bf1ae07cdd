/* SPDX-License-Identifier: GPL-2.0-only */
/* ends.c exit3|abort|segv|kill|int|term|return|thread - ends in that way with spans open.
 * Expected: command ends and step inside abandoned by the exit, with the exit code or signal;
 * thread: step inside belongs to a thread that leaves alone, code 0, the command to main. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "telprobe.h"

static void *leaves(void *unused)
{
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "inside", 0);
	return unused;
}

static void end(const char *way)
{
	int *volatile nowhere = NULL;
	pthread_t thread;

	if (!strcmp(way, "exit3"))
		exit(3);
	if (!strcmp(way, "abort"))
		abort();
	if (!strcmp(way, "segv"))
		*nowhere = 0;
	if (!strcmp(way, "kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(way, "int"))
		kill(getpid(), SIGINT);
	if (!strcmp(way, "term"))
		kill(getpid(), SIGTERM);
	if (!strcmp(way, "thread") && !pthread_create(&thread, NULL, leaves, NULL))
		pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "return";

	TELPROBE_COMMAND_BEGIN("ends", NULL, NULL, 0);
	if (strcmp(way, "thread") != 0)
		TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "inside", 0);
	end(way);
	return 0;
}
