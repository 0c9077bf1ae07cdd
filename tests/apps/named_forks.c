/* SPDX-License-Identifier: GPL-2.0-only */
/* named_forks.c - which children go by the name a process gave itself. Expected:
 *	app named_forks: command unnamed ok, exit code 5, of a child forked before the name was given;
 *	command executed ok, exit code 4, of a child that executes this program
 *	app pool: session_begin; exit code 0 of the process, and of a child that says nothing;
 *	command worker ok, exit code 3, of that one's child, when that one has ended */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "telprobe.h"

static int gate[2], done[2];

static void *name_pool(void *unused)
{
	TELPROBE_SESSION_BEGIN("pool", "1.0");
	return unused;
}

static pid_t fork_one(void)
{
	pid_t child = fork();

	if (child < 0)
		abort();
	return child;
}

static void wait_for(pid_t child, int code)
{
	int status;

	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != code)
		abort();
}

static void pass_gate(void)
{
	char byte;

	if (read(gate[0], &byte, 1) != 1)
		abort();
}

static void open_gate(void)
{
	if (write(gate[1], "", 1) != 1)
		abort();
}

static void work(void)
{
	pass_gate();
	TELPROBE_COMMAND_BEGIN("worker", NULL, NULL, 0);
	TELPROBE_COMMAND_END("worker", TELPROBE_OK, NULL, 0);
	_exit(3);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	pid_t unnamed, child;
	char byte;

	if (argc > 1) {
		TELPROBE_COMMAND_BEGIN("executed", NULL, NULL, 0);
		TELPROBE_COMMAND_END("executed", TELPROBE_OK, NULL, 0);
		return 4;
	}
	if (pipe(gate) || pipe(done))
		abort();
	unnamed = fork_one();
	if (!unnamed) {
		pass_gate();
		TELPROBE_COMMAND_BEGIN("unnamed", NULL, NULL, 0);
		TELPROBE_COMMAND_END("unnamed", TELPROBE_OK, NULL, 0);
		_exit(5);
	}
	if (pthread_create(&thread, NULL, name_pool, NULL))
		abort();
	pthread_join(thread, NULL);
	open_gate();
	wait_for(unnamed, 5);
	child = fork_one();
	if (!child) {
		execl("/proc/self/exe", argv[0], "executed", (char *)NULL);
		abort();
	}
	wait_for(child, 4);
	child = fork_one();
	if (!child) {
		if (!fork_one())
			work();
		_exit(0);
	}
	wait_for(child, 0);
	open_gate();
	close(done[1]);
	return read(done[0], &byte, 1) == 0 ? 0 : 1; /* the worker has ended */
}
