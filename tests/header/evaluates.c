/* SPDX-License-Identifier: GPL-2.0-only */
/* evaluates.c - arguments are evaluated once while somebody listens, else never; and
 * TELPROBE_IS_ON() speaks of its own marker. Plays the listener by counting semaphores up. */
#include <stdint.h>
#include <stdio.h>

#include "telprobe.h"

static int evaluated;

static int64_t one_more(void)
{
	evaluated++;
	return 1;
}

static void hit(void)
{
	TELPROBE_COUNT("evaluates", one_more(), 0);
	TELPROBE_MEASURE("evaluates", (double)one_more(), NULL, 0);
	TELPROBE_SPAN_DONE(TELPROBE_CALL, "evaluates", (uint64_t)one_more(), one_more(), NULL);
}

static void listen(uintptr_t semaphore, unsigned short listeners)
{
	*(volatile unsigned short *)semaphore = listeners;
}

int main(void)
{
	uint64_t before_ns, after_ns;

	hit();
	if (evaluated || TELPROBE_IS_ON(count) || TELPROBE_IS_ON(opt_out)) {
		printf("off: %d evaluated\n", evaluated);
		return 1;
	}
	listen((uintptr_t)&telprobe_on_count, 1);
	hit();
	if (evaluated != 1 || !TELPROBE_IS_ON(count) || TELPROBE_IS_ON(measure)) {
		printf("count on: %d evaluated\n", evaluated);
		return 1;
	}
	listen((uintptr_t)&telprobe_on_measure, 65535);
	listen((uintptr_t)&telprobe_on_span_done, 2);
	hit();
	if (evaluated != 5) {
		printf("count, measure, span_done on: %d evaluated\n", evaluated);
		return 1;
	}
	before_ns = TELPROBE_NOW();
	after_ns = TELPROBE_NOW();
	if (!before_ns || after_ns < before_ns || after_ns - before_ns > 1000000000) {
		printf("the clock went from %llu to %llu\n", (unsigned long long)before_ns,
		       (unsigned long long)after_ns);
		return 1;
	}
	printf("ok\n");
	return 0;
}
