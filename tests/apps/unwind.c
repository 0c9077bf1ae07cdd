/* SPDX-License-Identifier: GPL-2.0-only */
/* unwind.c - a handler that unwinds at the probed instruction sees the caller.
 * Puts a breakpoint on the first nop of a marker's function as a tracer does (where there is one
 * already, on the next, since the kernel passes on no trap of its own), counts its semaphore up, and
 * walks the stack in the handler with the unwinder of the compiler's library, which crash handlers,
 * profilers and cancellation use too. Prints `ok`, or the functions it saw instead. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "telprobe.h"

enum { FRAMES = 32, SITE = 4 /* after the landing pad */ };

static void *functions[FRAMES];
static int frames;
static unsigned char *site, instruction;

static _Unwind_Reason_Code collect(struct _Unwind_Context *context, void *unused)
{
	(void)unused;
	if (frames == FRAMES)
		return _URC_END_OF_STACK;
	functions[frames++] = _Unwind_FindEnclosingFunction((void *)_Unwind_GetIP(context));
	return _URC_NO_REASON;
}

/* They write to code, for which the thread sanitizer has no shadow. */
__attribute__((no_sanitize_thread)) static void on_trap(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
#ifdef __x86_64__
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)site;
	*site = instruction;
#endif
	_Unwind_Backtrace(collect, NULL);
}

__attribute__((noinline)) static void caller(const char *name)
{
	volatile char frame[40]; /* a stack pointer the unwinder has to know about */

	frame[0] = name[0];
	frame[1] = frame[0];
	TELPROBE_COMMAND_BEGIN(name, NULL, NULL, 0); /* last: not to become a jump */
}

static int saw(void (*function)(void), int from)
{
	for (int i = from; i < frames; i++)
		if (functions[i] == (void *)(uintptr_t)function)
			return i;
	return -1;
}

__attribute__((noinline)) static int outer(void)
{
	caller("unwind");
	return saw((void (*)(void))telprobe_at_command_begin, 0);
}

__attribute__((no_sanitize_thread)) static int set_trap(void)
{
	uintptr_t page = (uintptr_t)telprobe_at_command_begin & ~(uintptr_t)4095;
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_trap;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGTRAP, &action, NULL);
	site = (unsigned char *)(uintptr_t)telprobe_at_command_begin + SITE;
	if (mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC))
		return -1;
	site += *site == 0xcc;
	instruction = *site;
	*site = 0xcc;
	*(volatile unsigned short *)(uintptr_t)&telprobe_on_command_begin = 1;
	return 0;
}

int main(void)
{
	int at;

#ifndef __x86_64__
	printf("skipped: the breakpoint is one of x86-64\n");
	return 77;
#endif
	if (set_trap()) {
		perror("unwind: mprotect");
		return 2;
	}
	at = outer();
	if (at < 0 || saw((void (*)(void))caller, at) != at + 1 ||
	    saw((void (*)(void))outer, at) != at + 2) {
		printf("unwound to the wrong place: marker %p, caller %p, outer %p, saw",
		       (void *)(uintptr_t)telprobe_at_command_begin, (void *)(uintptr_t)caller,
		       (void *)(uintptr_t)outer);
		for (int i = 0; i < frames; i++)
			printf(" %p", functions[i]);
		printf("\n");
		return 1;
	}
	printf("ok\n");
	return 0;
}
