/* SPDX-License-Identifier: GPL-2.0-only */
/* burst.c SECONDS PER_SECOND fork|exec - many short processes, each of which does
 *	command burst forked (or executed) ok
 * and ends with 0. Prints how many there were: as many as asked for, if the machine is fast enough. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "telprobe.h"

enum { TOGETHER = 16 }; /* processes that run at a time */

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void start(int is_exec)
{
	static char *const arguments[] = { "burst", NULL }, *const environment[] = { NULL };
	pid_t child;

	if (is_exec) {
		if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environment))
			abort();
		return;
	}
	child = fork();
	if (child < 0)
		abort();
	if (child)
		return;
	TELPROBE_COMMAND_BEGIN("burst", "forked", NULL, 0);
	TELPROBE_COMMAND_END("burst", TELPROBE_OK, NULL, 0);
	_exit(0);
}

static void end_one(void)
{
	int status;

	if (wait(&status) < 0 || status)
		abort();
}

int main(int argc, char **argv)
{
	double begun_s = now_s(), rate, end_s;
	long count = 0, open = 0;

	if (argc < 4) {
		TELPROBE_COMMAND_BEGIN("burst", "executed", NULL, 0);
		TELPROBE_COMMAND_END("burst", TELPROBE_OK, NULL, 0);
		return 0;
	}
	end_s = begun_s + atof(argv[1]);
	rate = atof(argv[2]);
	while (now_s() < end_s) {
		if ((double)count >= (now_s() - begun_s) * rate) {
			usleep(100);
			continue;
		}
		start(!strcmp(argv[3], "exec"));
		count++;
		if (++open == TOGETHER) {
			end_one();
			open--;
		}
	}
	for (; open; open--)
		end_one();
	printf("%ld\n", count);
	return 0;
}
