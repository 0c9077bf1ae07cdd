/* SPDX-License-Identifier: GPL-2.0-only */
/* test_marking.c - two services that start together mark the same processes, which had no storage of
 * any program before: neither may fail. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/capture.h"

enum { PROCESSES = 500 };

struct marker {
	struct capture *capture;
	const pid_t *processes;
	int *arrived; /* of both, at all processes so far */
	struct error error;
	int failures;
};

static pid_t start_process(void)
{
	const pid_t parent = getpid();
	pid_t process = fork();

	if (!process) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	assert_true(process > 0);
	return process;
}

static void *mark_all(void *data)
{
	struct marker *marker = data;
	int i;

	for (i = 0; i < PROCESSES; i++) {
		__atomic_add_fetch(marker->arrived, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(marker->arrived, __ATOMIC_SEQ_CST) < 2 * (i + 1))
			; /* both at once: a barrier that sleeps wakes one after the other */
		marker->failures +=
			capture_silence(marker->capture, marker->processes[i], &marker->error) != 0;
	}
	return NULL;
}

static void capture_silence_by_two_at_once(void **state)
{
	const struct capture_options options = { .objects = 1 };
	static pid_t processes[PROCESSES];
	struct marker markers[2] = { { 0 } };
	pthread_t threads[2];
	int arrived = 0, i;

	(void)state;
	for (i = 0; i < PROCESSES; i++)
		processes[i] = start_process();
	for (i = 0; i < 2; i++) {
		markers[i].processes = processes;
		markers[i].arrived = &arrived;
		assert_int_equal(capture_open(&options, &markers[i].capture, &markers[i].error), 0);
	}
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, mark_all, &markers[i]), 0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < PROCESSES; i++) {
		kill(processes[i], SIGKILL);
		waitpid(processes[i], NULL, 0);
	}
	for (i = 0; i < 2; i++) {
		capture_close(markers[i].capture);
		assert_string_equal(markers[i].error.what, "");
		assert_int_equal(markers[i].failures, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(capture_silence_by_two_at_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
