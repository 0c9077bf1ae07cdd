/* SPDX-License-Identifier: GPL-2.0-only */
/* spawns.c TIMES AT_ONCE PROGRAM... - execute all programs so often, so many at a time, without a shell's
 * forks. Exits with 1 when one of them fails. */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void await_one(void)
{
	int status;

	if (wait(&status) < 0 || status)
		exit(1);
}

int main(int argc, char **argv)
{
	long left = argc > 3 ? atol(argv[1]) * (argc - 3) : 0,
	     at_once = argc > 3 ? atol(argv[2]) : 0;
	long running = 0;

	for (; left > 0; left--, running++) {
		char *program[] = { argv[3 + left % (argc - 3)], NULL };
		pid_t pid;

		if (running == at_once) {
			await_one();
			running--;
		}
		if (posix_spawn(&pid, program[0], NULL, NULL, program, environ))
			return 1;
	}
	for (; running > 0; running--)
		await_one();
	return 0;
}
