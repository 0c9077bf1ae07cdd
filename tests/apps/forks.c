/* SPDX-License-Identifier: GPL-2.0-only */
/* forks.c - fork, vfork and threads with spans open; a child starts with none. Expected:
 *	command parent ok, once; inside it step before-fork ok
 *	command child ok, 2 times: of a forked child, and of one forked by a thread
 *	command parent end, 2 times		unmatched in those children
 *	command again, 3 times, and 2 times each of its child and of that one's child, which have
 *		those markers as their parents left them
 *	command vforked, once			abandoned by its exit, code 4
 *	step threaded ok, once: the thread's own span, open while it forks
 *	exits with code 3, 3, 4, 5 and 6 of the children, 0 of the parent */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "telprobe.h"

static void forked_child(void)
{
	TELPROBE_COMMAND_END("parent", TELPROBE_OK, NULL, 0);
	TELPROBE_COMMAND_BEGIN("child", NULL, NULL, 0);
	TELPROBE_COMMAND_END("child", TELPROBE_OK, NULL, 0);
	_exit(3);
}

static void again(int times)
{
	while (times--) {
		TELPROBE_COMMAND_BEGIN("again", NULL, NULL, 0);
		TELPROBE_COMMAND_END("again", TELPROBE_OK, NULL, 0);
	}
}

static void wait_for(pid_t child, int code)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != code)
		abort();
}

static void forks_again(void)
{
	pid_t child;

	again(3);
	child = fork();
	if (child) {
		wait_for(child, 5);
		return;
	}
	again(2);
	child = fork();
	if (!child) {
		again(2);
		_exit(6);
	}
	wait_for(child, 6);
	_exit(5);
}

static void *forks_from_thread(void *unused)
{
	pid_t child;

	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "threaded", 0);
	child = fork();
	if (!child)
		forked_child();
	wait_for(child, 3);
	TELPROBE_SPAN_END(TELPROBE_STEP, "threaded", TELPROBE_OK, NULL, 0);
	return unused;
}

int main(void)
{
	pthread_t thread;
	pid_t child;

	TELPROBE_COMMAND_BEGIN("parent", NULL, NULL, 0);
	TELPROBE_SPAN_BEGIN(TELPROBE_STEP, "before-fork", 0);
	child = fork();
	if (!child)
		forked_child();
	wait_for(child, 3);
	forks_again();
	child = vfork();
	if (!child) {
		TELPROBE_COMMAND_BEGIN("vforked", NULL, NULL, 0);
		_exit(4);
	}
	wait_for(child, 4);
	if (pthread_create(&thread, NULL, forks_from_thread, NULL))
		abort();
	pthread_join(thread, NULL);
	TELPROBE_SPAN_END(TELPROBE_STEP, "before-fork", TELPROBE_OK, NULL, 0);
	TELPROBE_COMMAND_END("parent", TELPROBE_OK, NULL, 0);
	return 0;
}
