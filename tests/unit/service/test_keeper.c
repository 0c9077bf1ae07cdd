/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/keeper.h"

enum { NOBODY = 65534, WAIT_MS = 20000, FIRST_MS = 100 /* the shortest back-off */ };

static const char *const calls[] = { "write",	      "read",	      "close", "exit_group",
				     "clock_gettime", "rt_sigreturn", NULL };
static int begins[2],
	ends[2]; /* a worker writes when it began, and waits for the end of the other */

static int work(void *data)
{
	int64_t now_ms = clock_monotonic_ms();
	char ignored;

	(void)data;
	if (write(begins[1], &now_ms, sizeof(now_ms)) != sizeof(now_ms))
		return 1;
	return read(ends[0], &ignored, 1) < 0;
}

static struct keeper *start(void)
{
	static struct sandbox sandbox; /* it outlives the keeper */
	struct keeper *keeper = NULL;
	struct error error = { 0 };
	int keep[] = { 0, 0, -1 };

	assert_int_equal(pipe(begins) | pipe(ends), 0);
	keep[0] = begins[1];
	keep[1] = ends[0];
	sandbox = (struct sandbox){
		.role = "worker",
		.uid = getuid() ? getuid() : NOBODY,
		.gid = getuid() ? getgid() : NOBODY,
		.extra_group = (gid_t)-1,
		.capabilities = { -1 },
		.system_calls = calls,
	};
	if (keeper_start(&sandbox, work, NULL, keep, &keeper, &error))
		fail_msg("%s", error.what);
	close(begins[1]);
	close(ends[0]);
	return keeper;
}

static void stop(struct keeper *keeper)
{
	close(ends[1]);
	keeper_stop(keeper, WAIT_MS);
	close(begins[0]);
}

static int64_t next_begin_ms(void)
{
	struct pollfd polled = { .fd = begins[0], .events = POLLIN };
	int64_t began_ms = 0;

	assert_int_equal(poll(&polled, 1, WAIT_MS), 1);
	assert_int_equal(read(begins[0], &began_ms, sizeof(began_ms)), sizeof(began_ms));
	return began_ms;
}

static struct keeper_report next_report(struct keeper *keeper)
{
	struct pollfd polled = { .fd = keeper_fd(keeper), .events = POLLIN };
	struct keeper_report report = { 0 };
	int ret;

	while (!(ret = keeper_report(keeper, &report)))
		assert_int_equal(poll(&polled, 1, WAIT_MS), 1);
	assert_int_equal(ret, 1);
	return report;
}

/* Whoever breaks the rules is not back the sooner, however often it is told to end. */
static void keeper_restart_waits_as_after_any_end(void **state)
{
	struct keeper *keeper = start();
	struct keeper_report report;
	int64_t ended_ms;
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		next_begin_ms();
		assert_true(keeper_restart(keeper));
		assert_false(keeper_restart(keeper));
		report = next_report(keeper);
		ended_ms = clock_monotonic_ms();
		assert_true(WIFSIGNALED(report.status));
		assert_int_equal(report.starts, i + 1);
		assert_int_equal(report.wait_ms, FIRST_MS << i);
		assert_false(keeper_has_worker(keeper));
	}
	assert_true(keeper_restart(keeper)); /* said too late: it has ended */
	assert_true(next_begin_ms() - ended_ms >= report.wait_ms - 1);
	stop(keeper);
}

static void keeper_cost_is_of_all_its_workers(void **state)
{
	struct keeper *keeper = start();
	struct cost worker = { 0 }, own = { 0 }, next = { 0 };
	struct keeper_report report;

	(void)state;
	next_begin_ms();
	assert_int_equal(keeper_report(keeper, &report), 0); /* it said that it began */
	assert_true(keeper_has_worker(keeper));
	keeper_cost(keeper, &worker, &own);
	assert_true(worker.memory_bytes > 0 && own.memory_bytes > 0);
	assert_true(worker.cpu_us > 0 && own.cpu_us > 0);
	assert_false(worker.is_partly_unknown || own.is_partly_unknown);
	keeper_restart(keeper);
	next_report(keeper);
	next_begin_ms();
	assert_int_equal(keeper_report(keeper, &report), 0);
	keeper_cost(keeper, &next, &own);
	assert_true(next.memory_bytes > 0);
	keeper_cost(NULL, &next, &own);
	stop(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeper_restart_waits_as_after_any_end),
		cmocka_unit_test(keeper_cost_is_of_all_its_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
