/* SPDX-License-Identifier: GPL-2.0-only */
/* functions - no marker of telprobe's: functions that return, recur, jump out, throw and run beside each
 * other, and probes of others. Each way to use them is an argument; the last word it prints is what they
 * came to, so that a probe that changed anything is seen. */
#include <pthread.h>
#include <setjmp.h>
#include <stdexcept>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

extern "C" {
__attribute__((section(".probes"))) volatile unsigned short others_work__start_semaphore;
__attribute__((section(".probes"))) volatile unsigned short others_work__done_semaphore;
__attribute__((section(".probes"))) volatile unsigned short others_work__failed_semaphore;
}

#define STANDS_ALONE __attribute__((noinline, noclone, used))

static jmp_buf out;
static volatile long sink;

extern "C" STANDS_ALONE int give(int value)
{
	sink += value;
	return value;
}

extern "C" STANDS_ALONE void *find(const char *what)
{
	sink++;
	return *what ? (void *)what : NULL;
}

extern "C" STANDS_ALONE bool decide(int value)
{
	sink += value;
	return value & 1;
}

extern "C" STANDS_ALONE int fall(int depth)
{
	int below;

	sink += depth;
	below = depth ? fall(depth - 1) : 0;
	sink += below;
	return below + 1;
}

extern "C" STANDS_ALONE int leap(int value)
{
	sink += value;
	if (value % 2)
		longjmp(out, value);
	sink++;
	return value;
}

/* Left from all its calls at once. */
extern "C" STANDS_ALONE int dive(int depth)
{
	int below;

	sink += depth;
	if (!depth && sink != -1)
		longjmp(out, 1);
	below = depth ? dive(depth - 1) : 0;
	sink += below;
	return below + 1;
}

extern "C" STANDS_ALONE int hurl(int value)
{
	sink += value;
	if (value % 2)
		throw std::runtime_error("odd");
	return value;
}

extern "C" STANDS_ALONE int carry(int value)
{
	int given = hurl(value);

	sink += given;
	return given + 1;
}

extern "C" STANDS_ALONE int pass_on(int value)
{
	sink += value;
	return give(value + 1); /* by a jump, where that is optimised */
}

extern "C" STANDS_ALONE void ask(long request)
{
	sink += request;
}

extern "C" STANDS_ALONE void answer(long request)
{
	sink -= request;
}

extern "C" STANDS_ALONE void refuse(long request)
{
	sink -= 2 * request;
}

namespace deep {
STANDS_ALONE int inside(int value)
{
	sink += value;
	return value;
}
}

static STANDS_ALONE void probes(const char *how)
{
	for (; *how; how++) {
		if (*how == 's')
			DTRACE_PROBE1(others, work__start, how);
		else if (*how == 'd')
			DTRACE_PROBE1(others, work__done, how);
		else
			DTRACE_PROBE(others, work__failed);
	}
}

/* As above, but what starts inside another lies deeper in the stack. x: left without being done. */
static STANDS_ALONE const char *nest(const char *how)
{
	DTRACE_PROBE1(others, work__start, how);
	while (*how && *how != 'x') {
		if (*how == 's') {
			how = nest(how + 1);
			continue;
		}
		if (*how == 'd')
			break;
		DTRACE_PROBE(others, work__failed);
		how++;
	}
	if (*how == 'd')
		DTRACE_PROBE1(others, work__done, how);
	sink++;
	return *how ? how + 1 : how;
}

static void nests(const char *how)
{
	while (*how)
		how = nest(how + (*how == 's'));
}

/* Starts and is done where its own stack pointer is that of its begin. */
extern "C" STANDS_ALONE void leaf(void)
{
	DTRACE_PROBE(others, work__start);
	sink++;
	DTRACE_PROBE(others, work__done);
}

extern "C" STANDS_ALONE int around(int value)
{
	sink += value;
	leaf();
	return value;
}

static void *begins_and_ends(void *data)
{
	ask((long)data);
	return NULL;
}

/* Threads that begin what none of them ends, @count of them, while the process goes on. */
static int leave_open(int count)
{
	pthread_t thread;
	long i;

	for (i = 0; i < count; i++) {
		pthread_create(&thread, NULL, begins_and_ends, (void *)i);
		pthread_join(thread, NULL);
	}
	return 0;
}

static void *thread(void *data)
{
	long number = (long)data, i;

	for (i = 0; i < 100; i++)
		fall(2 + number % 2);
	return NULL;
}

static int threads(void)
{
	pthread_t started[8];
	long i;

	for (i = 0; i < 8; i++)
		pthread_create(&started[i], NULL, thread, (void *)i);
	for (i = 0; i < 8; i++)
		pthread_join(started[i], NULL);
	return 0;
}

static int use(const char *what, int value)
{
	int caught;

	if (!strcmp(what, "give"))
		return give(value);
	if (!strcmp(what, "find"))
		return !!find(value ? "x" : "");
	if (!strcmp(what, "decide"))
		return decide(value);
	if (!strcmp(what, "fall"))
		return fall(value);
	if (!strcmp(what, "pass"))
		return pass_on(value);
	if (!strcmp(what, "inside"))
		return deep::inside(value);
	if (!strcmp(what, "threads"))
		return threads();
	if (!strcmp(what, "open"))
		return leave_open(value);
	if (!strcmp(what, "around"))
		return around(value);
	if (!strcmp(what, "int")) /* whose upper half is another one's */
		ask((long)value | 1l << 40);
	if (!strcmp(what, "leap"))
		return (caught = setjmp(out)) ? 100 + caught : leap(value);
	if (!strcmp(what, "dive"))
		return setjmp(out) ? 1 : dive(value);
	if (!strcmp(what, "ask"))
		ask(value);
	else if (!strcmp(what, "answer"))
		answer(value);
	else if (!strcmp(what, "refuse"))
		refuse(value);
	return 0;
}

static int carried(int value)
{
	try {
		return carry(value);
	} catch (const std::exception &) {
		return 100;
	}
}

int main(int argc, char **argv)
{
	int i, value, sum = 0;

	for (i = 1; i + 1 < argc; i += 2) {
		value = (int)strtol(argv[i + 1], NULL, 10);
		if (!strcmp(argv[i], "probes"))
			probes(argv[i + 1]);
		else if (!strcmp(argv[i], "nests"))
			nests(argv[i + 1]);
		else if (!strcmp(argv[i], "carry"))
			sum += carried(value);
		else if (!strcmp(argv[i], "leap"))
			for (int k = 0; k < value; k++)
				sum += use("leap", k);
		else
			sum += use(argv[i], value);
	}
	printf("%d\n", sum);
	return 0;
}
