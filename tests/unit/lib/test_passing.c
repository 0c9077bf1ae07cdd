/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/passing.h"

struct question {
	uint32_t number, what;
};

static int ends[2];

static int setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static int open_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void passing_receive_takes_one_size_and_a_descriptor(void **state)
{
	struct question question = { 1, 2 }, got = { 0, 0 };
	int fd = -1, before = open_descriptors();

	(void)state;
	assert_int_equal(passing_receive(ends[1], &got, sizeof(got), &fd, false), -EAGAIN);
	assert_int_equal(passing_send(ends[0], &question, sizeof(question), 0, false), 0);
	assert_int_equal(passing_receive(ends[1], &got, sizeof(got), &fd, false), 0);
	assert_memory_equal(&got, &question, sizeof(got));
	assert_true(fd > 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	assert_int_equal(passing_send(ends[0], &question, 4, 0, false), 0);
	assert_int_equal(passing_receive(ends[1], &got, sizeof(got), &fd, false), -EBADMSG);
	assert_int_equal(open_descriptors(), before); /* it came along and was not kept */
	shutdown(ends[0], SHUT_RDWR);
	assert_int_equal(passing_receive(ends[1], &got, sizeof(got), &fd, true), -EPIPE);
	assert_int_equal(passing_send(ends[1], &question, sizeof(question), -1, true), -EPIPE);
}

/* The other side answers each question with its number plus @late, then with the right one. */
static pid_t answer_questions(int late)
{
	pid_t pid = fork();
	struct question got;
	int fd;

	if (pid)
		return pid;
	while (!passing_receive(ends[1], &got, sizeof(got), &fd, true)) {
		if (late) {
			got.number -= 1;
			passing_send(ends[1], &got, sizeof(got), ends[1], true);
			got.number += 1;
		}
		passing_send(ends[1], &got, sizeof(got), fd, true);
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

static void passing_ask_throws_late_answers_away(void **state)
{
	struct passing_peer peer = { .socket = ends[0] };
	struct question question = { .what = 7 }, answer;
	pid_t pid = answer_questions(1);
	int fd = -1, before = open_descriptors(), i;

	(void)state;
	close(ends[1]);
	for (i = 1; i <= 3; i++) {
		assert_int_equal(passing_ask(&peer, &question, sizeof(question), -1, &answer,
					     sizeof(answer), &fd),
				 0);
		assert_int_equal(answer.number, i);
		assert_int_equal(answer.what, 7);
		assert_int_equal(fd, -1);
	}
	assert_int_equal(open_descriptors(), before - 1);
	shutdown(ends[0], SHUT_RDWR);
	waitpid(pid, NULL, 0);
	assert_int_equal(
		passing_ask(&peer, &question, sizeof(question), -1, &answer, sizeof(answer), &fd),
		-EAGAIN);
	assert_true(peer.silent_until_ms > 0);
}

static int ask(struct passing_peer *peer)
{
	struct question question = { .what = 7 }, answer;
	int fd = -1;

	return passing_ask(peer, &question, sizeof(question), -1, &answer, sizeof(answer), &fd);
}

/* The other side says @bytes of @answer, with a descriptor, before it is asked. */
static void offends_with(const struct question *answer, size_t bytes, uint32_t number)
{
	struct passing_peer peer = { .socket = ends[0], .number = number };
	int before = open_descriptors();

	assert_int_equal(passing_send(ends[1], answer, bytes, ends[1], true), 0);
	assert_int_equal(ask(&peer), -EPROTO);
	assert_true(peer.is_offender);
	assert_int_equal(ask(&peer), -EPROTO); /* it is not even asked */
	assert_int_equal(peer.number, number + 1);
	assert_int_equal(open_descriptors(), before);
}

static void passing_ask_whoever_lies_is_not_asked_again(void **state)
{
	const struct question later = { .number = 3 };

	(void)state;
	offends_with(&later, sizeof(uint32_t), 0);
	offends_with(&later, sizeof(later), 0); /* an answer to what was not asked yet */
	offends_with(&later, sizeof(later), UINT32_MAX - 1);
}

static void passing_forgive_forgets_what_was_said(void **state)
{
	struct passing_peer peer = { .socket = ends[0], .is_offender = true, .is_ended = true };
	const struct question nonsense = { .number = 9 };
	int before = open_descriptors();
	pid_t pid;

	(void)state;
	passing_send(ends[1], &nonsense, sizeof(nonsense), ends[1], true);
	passing_send(ends[1], &nonsense, 1, ends[1], true);
	passing_send(ends[1], &nonsense, 3, -1, true);
	passing_forgive(&peer);
	assert_int_equal(open_descriptors(), before);
	pid = answer_questions(0);
	assert_int_equal(ask(&peer), 0);
	assert_false(peer.is_ended);
	close(ends[1]);
	shutdown(ends[0], SHUT_RDWR);
	waitpid(pid, NULL, 0);
	peer.silent_until_ms = INT64_MAX;
	passing_forgive(&peer); /* of a socket at its end, too */
	assert_int_equal(peer.silent_until_ms, 0);
}

static void passing_judge_takes_a_descriptor_or_a_code(void **state)
{
	static const int codes[] = { 0, 1, -ENOENT, -4096 };
	struct passing_peer peer = { .socket = ends[0] };
	size_t i;
	int fd;

	(void)state;
	fd = dup(ends[0]);
	assert_int_equal(passing_judge(&peer, 0, fd), fd);
	close(fd);
	assert_int_equal(passing_judge(&peer, -ENOENT, -1), -ENOENT);
	assert_false(peer.is_offender);
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		peer.is_offender = false;
		fd = codes[i] == -ENOENT ? dup(ends[0]) : -1;
		assert_int_equal(passing_judge(&peer, codes[i], fd), -EPROTO);
		assert_true(peer.is_offender);
		assert_int_equal(fcntl(fd, F_GETFD), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passing_judge_takes_a_descriptor_or_a_code, setup,
						teardown),
		cmocka_unit_test_setup_teardown(passing_receive_takes_one_size_and_a_descriptor,
						setup, teardown),
		cmocka_unit_test_setup_teardown(passing_ask_whoever_lies_is_not_asked_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(passing_forgive_forgets_what_was_said, setup,
						teardown),
		cmocka_unit_test_setup_teardown(passing_ask_throws_late_answers_away, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
