/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "inspect/inspector.h"
#include "inspect/inspector_messages.h"
#include "inspect/inspector_nursery.h"
#include "lib/clock.h"
#include "telprobe/record.h"
#include "unit/inspect/alpha.h"

struct nursery {
	pid_t pid;
	int socket;
	struct inspector *inspector;
};

static struct nursery start_nursery(void)
{
	struct nursery nursery;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	nursery.pid = fork();
	if (nursery.pid == 0) {
		close(ends[0]);
		_exit(inspector_nursery_run(ends[1]));
	}
	close(ends[1]);
	nursery.socket = ends[0];
	assert_int_equal(inspector_new_at(ends[0], &nursery.inspector, NULL), 0);
	return nursery;
}

static void end_nursery(struct nursery *nursery)
{
	int status;

	inspector_free(nursery->inspector);
	close(nursery->socket);
	assert_int_equal(waitpid(nursery->pid, &status, 0), nursery->pid);
	assert_int_equal(status, 0); /* it ended because nobody can ask any more */
}

static int count_children(pid_t parent)
{
	char path[64], text[256] = "";
	int count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	file = fopen(path, "r");
	if (file && fgets(text, sizeof(text), file))
		for (const char *at = text; (at = strchr(at, ' ')); at++)
			count++;
	if (file)
		fclose(file);
	return count;
}

static void look_at(struct inspector *inspector, const char *name)
{
	struct inspection *asked = NULL;
	struct error error = { 0 };
	int fd = builder_open(name);

	if (inspector_look(inspector, fd, &asked, &error))
		fail_msg("%s", error.what);
	assert_int_equal(asked->site_count, 2);
	inspection_free(asked);
	close(fd);
}

static void keep_as(struct inspector *inspector, uint16_t object, const char *name)
{
	int fd = builder_open(name);

	assert_int_equal(inspector_keep(inspector, object, fd, NULL), 0);
	close(fd);
}

/* Who took over the reader of the file anybody may write is not asked about the other. */
static void inspector_at_nursery_one_reader_for_each_owner(void **state)
{
	struct nursery nursery = start_nursery();
	uint32_t place = find_place("app");
	char text[INSPECT_NAME];
	pid_t first;

	(void)state;
	assert_int_equal(
		builder_run("install -m 0666 %s %s", builder_path("app"), builder_path("shared")),
		0);
	assert_int_equal(count_children(nursery.pid), 0);
	look_at(nursery.inspector, "app");
	keep_as(nursery.inspector, 1, "app");
	first = child_of(nursery.pid);
	assert_int_equal(count_children(nursery.pid), 1);
	look_at(nursery.inspector, "shared");
	keep_as(nursery.inspector, 2, "shared");
	assert_int_equal(count_children(nursery.pid), 2);
	assert_int_equal(inspector_text(nursery.inspector, 1, place, text), 0);
	assert_string_equal(text, "alpha-command");
	assert_int_equal(kill(first, SIGKILL), 0);
	if (inspector_text(nursery.inspector, 1, place, text)) /* it died while it was asked */
		assert_int_equal(inspector_text(nursery.inspector, 1, place, text), 0);
	assert_int_not_equal(child_of(nursery.pid), first);
	assert_int_equal(inspector_text(nursery.inspector, 2, place, text), 0);
	assert_string_equal(text, "alpha-command");
	assert_int_equal(count_children(nursery.pid), 2);
	inspector_drop(nursery.inspector, 2);
	assert_int_equal(inspector_text(nursery.inspector, 2, place, text), -ENOENT);
	end_nursery(&nursery);
}

static void inspector_at_nursery_least_used_reader_makes_room(void **state)
{
	struct nursery nursery = start_nursery();
	uint32_t place = find_place("app");
	char text[INSPECT_NAME], name[32];
	int i;

	(void)state;
	if (geteuid() != 0) {
		end_nursery(&nursery);
		print_message("giving files away needs root\n");
		skip();
	}
	for (i = 0; i < INSPECTOR_READERS + 3; i++) {
		snprintf(name, sizeof(name), "of%d", i);
		assert_int_equal(builder_run("install -m 0755 -o %d %s %s", 60001 + i,
					     builder_path("app"), builder_path(name)),
				 0);
		keep_as(nursery.inspector, (uint16_t)(i + 1), name);
	}
	assert_int_equal(count_children(nursery.pid), INSPECTOR_READERS);
	for (i = 0; i < INSPECTOR_READERS + 3; i++) {
		memset(text, 0, sizeof(text));
		assert_int_equal(inspector_text(nursery.inspector, (uint16_t)(i + 1), place, text),
				 0);
		assert_string_equal(text, "alpha-command");
	}
	assert_int_equal(count_children(nursery.pid), INSPECTOR_READERS);
	end_nursery(&nursery);
}

static void inspector_at_nursery_a_death_is_told(void **state)
{
	struct nursery nursery = start_nursery();
	struct inspection *asked = NULL;
	struct error error = { 0 };
	pid_t child, killer;
	int fd = builder_open("app");

	(void)state;
	look_at(nursery.inspector, "app");
	child = child_of(nursery.pid);
	assert_int_equal(kill(child, SIGSTOP), 0);
	killer = fork();
	if (killer == 0) {
		usleep(100000);
		kill(child, SIGSEGV);
		kill(child, SIGCONT);
		_exit(0);
	}
	assert_int_equal(inspector_look(nursery.inspector, fd, &asked, &error), -EPIPE);
	waitpid(killer, NULL, 0);
	assert_string_equal(error.what, "the process that read it died of signal 11");
	close(fd);
	look_at(nursery.inspector, "app");
	end_nursery(&nursery);
}

/* Whoever asks has other things to do than to wait for it again and again. */
static void inspector_at_nursery_that_is_gone_is_asked_once(void **state)
{
	struct nursery nursery = start_nursery();
	struct inspection *asked = NULL;
	struct error error = { 0 };
	int fd = builder_open("app");

	(void)state;
	assert_int_equal(kill(nursery.pid, SIGKILL), 0);
	waitpid(nursery.pid, NULL, 0);
	assert_int_equal(inspector_look(nursery.inspector, fd, &asked, &error), -EAGAIN);
	assert_string_equal(error.what,
			    "the inspector does not answer; it is asked again in a minute");
	assert_int_equal(inspector_look(nursery.inspector, fd, &asked, &error), -EAGAIN);
	inspector_free(nursery.inspector);
	close(nursery.socket);
	close(fd);
}

/* A stand-in for a nursery whose second reader takes its time for each file it is to keep: never so
 * long that one question was too long. */
enum { SLOW_KEEPS = 4, SLOW_US = 1500000 };

static void __attribute__((noreturn)) read_slowly(int socket, bool is_slow)
{
	struct inspector_answer said = { .code = 0 }; /* it is confined */
	struct inspector_question question;
	int fd, keeps = 0;

	while (!passing_send(socket, &said, sizeof(said), -1, true) &&
	       (is_slow || keeps < SLOW_KEEPS) && /* the first one ends after these */
	       !passing_receive(socket, &question, sizeof(question), &fd, true)) {
		if (fd >= 0)
			close(fd);
		keeps += question.ask == ASK_KEEP;
		if (is_slow)
			usleep(SLOW_US);
		said.number = question.number;
	}
	_exit(0);
}

static void run_slow_nursery(int socket)
{
	struct { /* as inspector_nursery.c has them */
		uint32_t number, ask, reader;
	} question;
	int32_t said[3] = { 0 };
	int ends[2], fd, readers = 0;

	while (!passing_receive(socket, &question, sizeof(question), &fd, true)) {
		said[0] = (int32_t)question.number;
		if (question.ask != 1) {
			passing_send(socket, said, sizeof(said), -1, true);
			continue;
		}
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
			_exit(1);
		if (fork() == 0) {
			close(socket);
			close(ends[0]);
			read_slowly(ends[1], readers > 0);
		}
		readers++;
		close(ends[1]);
		passing_send(socket, said, sizeof(said), ends[0], true);
		close(ends[0]);
	}
}

static void inspector_hands_over_kept_files_within_a_time(void **state)
{
	struct nursery nursery;
	int64_t began_ms;
	uint16_t i;
	char text[INSPECT_NAME];
	int ends[2], ret;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	nursery.pid = fork();
	if (nursery.pid == 0) {
		close(ends[0]);
		run_slow_nursery(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	nursery.socket = ends[0];
	assert_int_equal(inspector_new_at(ends[0], &nursery.inspector, NULL), 0);
	for (i = 1; i <= SLOW_KEEPS; i++)
		keep_as(nursery.inspector, i, "app");
	began_ms = clock_monotonic_ms();
	while ((ret = inspector_text(nursery.inspector, 1, 0, text)) == -EPIPE)
		; /* the first one is about to end */
	assert_int_equal(ret, -ETIMEDOUT);
	assert_true(clock_monotonic_ms() - began_ms < SLOW_KEEPS * SLOW_US / 1000);
	end_nursery(&nursery);
}

/* Who has a thousand files that take so long keeps nobody waiting a thousand times. */
static void inspector_at_nursery_an_owner_whose_file_takes_too_long_waits(void **state)
{
	struct nursery nursery;
	struct inspection *asked = NULL;
	struct error error = { 0 };
	int fd = builder_open("app");

	(void)state;
	if (!getenv("FULL") || strcmp(getenv("FULL"), "1") || fchown(fd, 60001, 60001)) {
		close(fd);
		print_message("takes 10 s, and root: FULL=1\n");
		skip();
	}
	nursery = start_nursery();
	look_at(nursery.inspector, "app");
	assert_int_equal(kill(child_of(nursery.pid), SIGSTOP), 0);
	assert_int_equal(inspector_look(nursery.inspector, fd, &asked, &error), -ETIMEDOUT);
	assert_int_equal(inspector_look(nursery.inspector, fd, &asked, &error), -EAGAIN);
	assert_int_equal(fchown(fd, 0, 0), 0);
	look_at(nursery.inspector, "app"); /* root's are */
	end_nursery(&nursery);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspector_at_nursery_one_reader_for_each_owner),
		cmocka_unit_test(inspector_at_nursery_least_used_reader_makes_room),
		cmocka_unit_test(inspector_at_nursery_a_death_is_told),
		cmocka_unit_test(inspector_at_nursery_that_is_gone_is_asked_once),
		cmocka_unit_test(inspector_hands_over_kept_files_within_a_time),
		cmocka_unit_test(inspector_at_nursery_an_owner_whose_file_takes_too_long_waits),
	};

	return cmocka_run_group_tests(tests, alpha_setup, builder_teardown);
}
