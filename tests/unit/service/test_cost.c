/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/cost.h"

static void cost_rounded_up_ends_at_any_number(void **state)
{
	const uint64_t greatest = UINT64_C(1) << 63;

	(void)state;
	assert_int_equal(cost_rounded_up(0), 1);
	assert_int_equal(cost_rounded_up(5), 8);
	assert_int_equal(cost_rounded_up(8), 8);
	assert_true(cost_rounded_up(greatest - 1) == greatest);
	assert_true(cost_rounded_up(greatest) == greatest);
	assert_true(cost_rounded_up(greatest + 1) == greatest);
	assert_true(cost_rounded_up(UINT64_MAX) == greatest);
}

static void cost_add_of_a_process_that_is_there(void **state)
{
	struct cost_process process = { 0 };
	struct cost sum = { .cpu_us = 1, .memory_bytes = 2 };

	(void)state;
	cost_add(&process, &sum); /* none */
	assert_int_equal(sum.cpu_us, 1);
	assert_int_equal(cost_open(&process, getpid()), 0);
	cost_add(&process, &sum);
	assert_true(sum.cpu_us > 1);
	assert_true(sum.memory_bytes > 4096);
	assert_false(sum.is_partly_unknown);
	cost_close(&process);
	assert_int_equal(process.pid, 0);
}

/* 0 would be a lie: that there is memory is known, not how much. */
static void cost_add_what_is_hidden_is_unknown(void **state)
{
	const struct cost_process process = { .pid = getpid() };
	struct cost sum = { 0 };

	(void)state;
	cost_add(&process, &sum);
	assert_true(sum.is_partly_unknown);
	assert_int_equal(sum.memory_bytes, 0);
	assert_true(sum.cpu_us > 0);
}

static void cost_add_of_one_that_ended_is_nothing(void **state)
{
	struct cost_process process = { 0 };
	struct cost sum = { 0 };
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(cost_open(&process, pid), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	cost_add(&process, &sum);
	assert_int_equal(sum.memory_bytes + sum.cpu_us, 0);
	assert_false(sum.is_partly_unknown);
	cost_close(&process);
	assert_int_equal(cost_open(&process, pid), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cost_rounded_up_ends_at_any_number),
		cmocka_unit_test(cost_add_of_a_process_that_is_there),
		cmocka_unit_test(cost_add_what_is_hidden_is_unknown),
		cmocka_unit_test(cost_add_of_one_that_ended_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
