/* SPDX-License-Identifier: GPL-2.0-only */
/* profiled.c SECONDS - command pairs under a profiler of its own: a timer's handler walks the stack
 * with the compiler's unwinder, as profilers and crash handlers do. Prints how many samples it took,
 * how many of them in a marker's function, and how many stacks did not lead to main: from code
 * outside this program, which includes that of the kernel behind an optimised probe, and from its
 * own: `samples N marker N outside N lost N`. A walk that faults ends the program. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unwind.h>

#include "telprobe.h"

extern char __executable_start, etext;

static volatile unsigned long samples, in_marker, outside, lost;

struct walk {
	int has_main;
};

int main(int argc, char **argv);

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *data)
{
	struct walk *walk = data;

	if (_Unwind_FindEnclosingFunction((void *)_Unwind_GetIP(context)) ==
	    (void *)(uintptr_t)main)
		walk->has_main = 1;
	return _URC_NO_REASON;
}

static int is_in(uintptr_t ip, void (*function)(void))
{
	return ip - (uintptr_t)function < 24;
}

static void on_timer(int number, siginfo_t *info, void *context)
{
	struct walk walk = { 0 };
	uintptr_t ip = 0;

	(void)number;
	(void)info;
#ifdef __x86_64__
	ip = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#endif
	_Unwind_Backtrace(visit, &walk);
	samples++;
	in_marker += is_in(ip, (void (*)(void))telprobe_at_command_begin) ||
		     is_in(ip, (void (*)(void))telprobe_at_command_end);
	if (walk.has_main)
		return;
	if (ip < (uintptr_t)&__executable_start || ip >= (uintptr_t)&etext)
		outside++;
	else
		lost++;
}

__attribute__((noinline)) static void work(void)
{
	for (int i = 0; i < 10000; i++) {
		TELPROBE_COMMAND_BEGIN("profiled", NULL, NULL, 0);
		TELPROBE_COMMAND_END("profiled", TELPROBE_OK, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	const struct itimerval interval = { { 0, 500 }, { 0, 500 } };
	time_t seconds = argc > 1 ? (time_t)strtol(argv[1], NULL, 10) : 1;
	struct sigaction action;
	struct timespec start, now;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_timer;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigaction(SIGALRM, &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, &start);
	setitimer(ITIMER_REAL, &interval, NULL);
	do {
		work();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < seconds);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 0 }, { 0, 0 } }, NULL);
	printf("samples %lu marker %lu outside %lu lost %lu\n", samples, in_marker, outside, lost);
	return 0;
}
