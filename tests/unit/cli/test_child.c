/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/child.h"

#define WAIT_MS 10000

struct fixture {
	struct child_identity identity;
	struct child *child;
	int output[2]; /* the child's stdout */
	char text[8192];
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	unsetenv("SUDO_UID");
	if (!fixture || child_identity_find(&fixture->identity, NULL))
		return -1;
	if (pipe2(fixture->output, O_CLOEXEC))
		return -1;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	child_free(fixture->child);
	child_identity_clear(&fixture->identity);
	close(fixture->output[0]);
	close(fixture->output[1]);
	free(fixture);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	unsetenv("SUDO_USER");
	return 0;
}

/* Start `sh -c SCRIPT` with its stdout in the fixture's pipe. */
static void start_shell(struct fixture *fixture, const char *script)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	int saved = dup(STDOUT_FILENO);
	int ret;

	fcntl(saved, F_SETFD, FD_CLOEXEC);
	dup2(fixture->output[1], STDOUT_FILENO);
	ret = child_start(&fixture->identity, "/bin/sh", argv, &fixture->child, NULL);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(ret, 0);
}

static bool output_is_ready(const struct fixture *fixture, int timeout_ms)
{
	struct pollfd polled = { .fd = fixture->output[0], .events = POLLIN };

	return poll(&polled, 1, timeout_ms) == 1;
}

static int wait_for_end(struct fixture *fixture)
{
	struct pollfd polled = { .fd = child_fd(fixture->child), .events = POLLIN };
	int status;

	while (!child_handle(fixture->child, &status))
		assert_int_equal(poll(&polled, 1, WAIT_MS), 1);
	return status;
}

static int run_shell(struct fixture *fixture, const char *script)
{
	ssize_t got = 0;
	int status;

	start_shell(fixture, script);
	assert_int_equal(child_release(fixture->child, NULL), 0);
	status = wait_for_end(fixture);
	if (output_is_ready(fixture, 0))
		got = read(fixture->output[0], fixture->text, sizeof(fixture->text) - 1);
	fixture->text[got] = '\0';
	return status;
}

static void await_output(struct fixture *fixture)
{
	assert_true(output_is_ready(fixture, WAIT_MS));
	assert_true(read(fixture->output[0], fixture->text, sizeof(fixture->text)) > 0);
}

static void exit_codes_come_through(void **state)
{
	struct fixture *fixture = *state;
	static const int codes[] = { 0, 1, 3, 127, 255 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char script[32];
		int status;

		snprintf(script, sizeof(script), "exit %d", codes[i]);
		status = run_shell(fixture, script);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), codes[i]);
		child_free(fixture->child);
		fixture->child = NULL;
	}
}

static void death_by_signal_comes_through(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGSEGV, SIGKILL, SIGABRT, SIGPIPE };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		char script[64];
		int status;

		snprintf(script, sizeof(script), "ulimit -c 0; kill -%d $$", signals[i]);
		status = run_shell(fixture, script);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		child_free(fixture->child);
		fixture->child = NULL;
	}
}

static void end_is_told_again_when_asked_again(void **state)
{
	struct fixture *fixture = *state;
	struct pollfd polled;
	int status = -1;

	run_shell(fixture, "exit 7");
	polled = (struct pollfd){ .fd = child_fd(fixture->child), .events = POLLIN };
	assert_int_equal(poll(&polled, 1, 0), 1);
	assert_int_equal(child_handle(fixture->child, &status), 1);
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void child_held_does_not_run_until_released(void **state)
{
	struct fixture *fixture = *state;

	start_shell(fixture, "echo running");
	assert_false(output_is_ready(fixture, 50));
	assert_int_equal(child_release(fixture->child, NULL), 0);
	await_output(fixture);
	assert_int_equal(wait_for_end(fixture), 0);
}

static void child_held_and_freed_never_runs(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;

	start_shell(fixture, "echo running");
	pid = child_pid(fixture->child);
	child_free(fixture->child);
	fixture->child = NULL;
	assert_false(output_is_ready(fixture, 50));
	assert_int_equal(waitpid(pid, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
}

static void child_held_and_killed_is_told_by_handle(void **state)
{
	struct fixture *fixture = *state;
	int status;

	start_shell(fixture, "echo running");
	kill(child_pid(fixture->child), SIGTERM);
	assert_int_equal(child_release(fixture->child, NULL), 0);
	status = wait_for_end(fixture);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_false(output_is_ready(fixture, 0));
}

static void expect_exec_failure(struct fixture *fixture, const char *file, int code)
{
	char *argv[] = { (char *)file, NULL };
	struct error error = { 0 };
	int status;

	assert_int_equal(child_start(&fixture->identity, file, argv, &fixture->child, NULL), 0);
	assert_int_equal(child_release(fixture->child, &error), code);
	assert_int_equal(error.code, code);
	assert_non_null(strstr(error.what, file));
	assert_int_equal(waitpid(child_pid(fixture->child), &status, WNOHANG), -1); /* reaped */
	child_free(fixture->child);
	fixture->child = NULL;
}

static void failed_exec_gives_its_errno(void **state)
{
	char name[] = "/tmp/test_child.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "echo\n", 5), 5);
	close(fd);
	expect_exec_failure(*state, "/nonexistent/command", -ENOENT);
	expect_exec_failure(*state, "/", -EACCES);
	expect_exec_failure(*state, name, -EACCES);
	chmod(name, 0755);
	expect_exec_failure(*state, name, -ENOEXEC);
	unlink(name);
}

static void signal_sent_to_us_reaches_child(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		char script[128];
		int status;

		snprintf(script, sizeof(script),
			 "trap 'exit 40' %d; echo ready; while :; do sleep 0.01; done", signals[i]);
		start_shell(fixture, script);
		assert_int_equal(child_release(fixture->child, NULL), 0);
		await_output(fixture);
		kill(getpid(), signals[i]);
		status = wait_for_end(fixture);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 40);
		child_free(fixture->child);
		fixture->child = NULL;
	}
}

static void queued_value_reaches_child(void **state)
{
	struct fixture *fixture = *state;
	union sigval value = { .sival_int = 5 };

	start_shell(fixture, "trap 'exit 41' USR1; echo ready; while :; do sleep 0.01; done");
	assert_int_equal(child_release(fixture->child, NULL), 0);
	await_output(fixture);
	sigqueue(getpid(), SIGUSR1, value);
	assert_int_equal(WEXITSTATUS(wait_for_end(fixture)), 41);
}

static void signal_from_child_is_not_returned_to_it(void **state)
{
	struct fixture *fixture = *state;
	int status = run_shell(fixture, "trap 'exit 9' TERM; kill -TERM $PPID; sleep 0.1; exit 4");

	assert_int_equal(WEXITSTATUS(status), 4);
}

/* "SigBlk SigIgn SigCgt" as the command itself sees them, by a program that installs nothing. */
#define SHOW_SIGNALS "exec grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status"

static void child_sees_signals_as_found(void **state)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct fixture *fixture = *state;
	struct sigaction hangup, child_action;
	unsigned long long blocked = 0, ignores = 0;

	sigaction(SIGHUP, &ignored, &hangup);
	sigaction(SIGCHLD, &ignored, &child_action);
	run_shell(fixture, SHOW_SIGNALS);
	sigaction(SIGHUP, &hangup, NULL);

	assert_int_equal(sscanf(strstr(fixture->text, "SigBlk:"), "SigBlk: %llx", &blocked), 1);
	assert_int_equal(sscanf(strstr(fixture->text, "SigIgn:"), "SigIgn: %llx", &ignores), 1);
	assert_true(blocked & 1ULL << (SIGUSR2 - 1)); /* blocked by main() before the start */
	assert_false(blocked & 1ULL << (SIGTERM - 1));
	assert_true(ignores & 1ULL << (SIGHUP - 1));
	assert_false(ignores & 1ULL << (SIGPIPE - 1));
	child_free(fixture->child);
	fixture->child = NULL;
	sigaction(SIGCHLD, &child_action, &hangup);
	assert_ptr_equal(hangup.sa_handler, SIG_IGN); /* put back as it was found */
}

static void signal_somebody_here_waits_for_is_left_to_him(void **state)
{
	const struct timespec timeout = { .tv_sec = WAIT_MS / 1000 };
	struct fixture *fixture = *state;
	unsigned long long blocked;
	sigset_t set, mask;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 2);
	sigprocmask(SIG_BLOCK, &set, &mask);
	start_shell(fixture, SHOW_SIGNALS);
	kill(getpid(), SIGRTMIN + 2);
	assert_int_equal(child_release(fixture->child, NULL), 0);
	await_output(fixture);
	assert_int_equal(wait_for_end(fixture), 0);
	assert_int_equal(sigtimedwait(&set, NULL, &timeout), SIGRTMIN + 2);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	assert_int_equal(sscanf(strstr(fixture->text, "SigBlk:"), "SigBlk: %llx", &blocked), 1);
	assert_false(blocked & 1ULL << (SIGRTMIN + 2 - 1));
}

static void free_restores_signals(void **state)
{
	struct fixture *fixture = *state;
	struct sigaction action;
	sigset_t before, after;

	sigprocmask(SIG_BLOCK, NULL, &before);
	run_shell(fixture, "exit 0");
	kill(getpid(), SIGTERM); /* came too late for the child, must not end us */
	child_free(fixture->child);
	fixture->child = NULL;
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (int signal = 1; signal < NSIG; signal++)
		assert_int_equal(sigismember(&before, signal), sigismember(&after, signal));
	sigaction(SIGPIPE, NULL, &action);
	assert_ptr_equal(action.sa_handler, SIG_DFL);
}

static void child_inherits_no_descriptor_of_ours(void **state)
{
	struct fixture *fixture = *state;
	char expected[512] = "";
	int given = open("/dev/null", O_RDONLY);

	/* what the test itself was started with, plus one given on purpose */
	for (int fd = 0; fd < 64; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
				 "%d ", fd);
	}
	/* only existing descriptors can be duplicated; /proc/self/fd would show ls's own */
	run_shell(fixture, "i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] &&"
			   " printf '%d ' $i; i=$((i+1)); done");
	close(given);
	assert_string_equal(fixture->text, expected);
}

static void child_shares_group_session_umask_limits(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit files;
	char expected[4096], directory[2048];
	mode_t mask = umask(0);

	umask(mask);
	getrlimit(RLIMIT_NOFILE, &files);
	assert_non_null(getcwd(directory, sizeof(directory)));
	snprintf(expected, sizeof(expected), "%d %d %04o %llu %s\n", getpgrp(), getsid(0), mask,
		 (unsigned long long)files.rlim_cur, directory);
	run_shell(fixture, "read -r stat < /proc/$$/stat; stat=${stat##*) }; set -- $stat;"
			   " echo \"$3 $4 $(umask) $(ulimit -n) $PWD\"");
	assert_string_equal(fixture->text, expected);
}

static void stop_of_us_and_child(int signal, struct fixture *fixture)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) { /* plays telprobe; the test plays the shell */
		setpgid(0, 0);
		start_shell(fixture,
			    signal == SIGSTOP ? "kill -STOP $$; exit 6" : "kill -TTIN $$; exit 6");
		child_release(fixture->child, NULL);
		_exit(WEXITSTATUS(wait_for_end(fixture)));
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), signal);
	kill(pid, SIGCONT); /* us alone: we continue the child */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 6);
}

static void stopped_child_stops_us_the_same_way(void **state)
{
	stop_of_us_and_child(SIGSTOP, *state);
	stop_of_us_and_child(SIGTTIN, *state);
}

static int status_of_leaving_as(int status)
{
	pid_t pid = fork();
	int left;

	if (pid == 0)
		child_leave_as(status);
	assert_int_equal(waitpid(pid, &left, 0), pid);
	return left;
}

static void leave_as_gives_same_status_without_core(void **state)
{
	static const int statuses[] = { 0,	 3 << 8,  255 << 8,	  SIGINT,
					SIGSEGV, SIGKILL, SIGABRT | 0x80, SIGPIPE };

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		assert_int_equal(status_of_leaving_as(statuses[i]), statuses[i] & ~0x80);
}

static void identity_without_sudo_is_our_own(void **state)
{
	struct fixture *fixture = *state;

	assert_false(fixture->identity.is_under_sudo);
	assert_int_equal(fixture->identity.uid, getuid());
	assert_string_equal(fixture->identity.path, getenv("PATH"));
}

static void sudo_uid_of_ordinary_user_is_ignored(void **state)
{
	struct child_identity identity;

	(void)state;
	if (getuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	setenv("SUDO_UID", "1", 1);
	setenv("SUDO_GID", "1", 1);
	assert_int_equal(child_identity_find(&identity, NULL), 0);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_false(identity.is_under_sudo);
	assert_int_equal(identity.uid, getuid());
	child_identity_clear(&identity);
}

static void need_root(void)
{
	if (geteuid() != 0) {
		print_message("needs root: only root can become the caller of sudo\n");
		skip();
	}
}

static void sudo_uid_that_is_no_id_is_refused(void **state)
{
	static const char *const bad[] = { "", "-1", "1x", " 1", "4294967295", "99999999999999" };
	struct child_identity identity;
	struct error error;

	(void)state;
	need_root();
	setenv("SUDO_GID", "1", 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("SUDO_UID", bad[i], 1);
		assert_int_equal(child_identity_find(&identity, &error), -EINVAL);
		assert_non_null(strstr(error.what, "SUDO_UID"));
	}
}

static void child_under_sudo_is_the_caller(void **state)
{
	struct fixture *fixture = *state;

	need_root();
	setenv("SUDO_UID", "65534", 1);
	setenv("SUDO_GID", "65534", 1);
	setenv("SUDO_USER", "nobody", 1);
	child_identity_clear(&fixture->identity);
	assert_int_equal(child_identity_find(&fixture->identity, NULL), 0);
	assert_true(fixture->identity.is_under_sudo);
	run_shell(fixture, "cd /; echo \"$(id -u) $(id -g) $(id -G) $USER $LOGNAME $HOME\"; "
			   "env | grep -c ^SUDO_; grep ^CapEff: /proc/self/status");
	assert_string_equal(fixture->text, "65534 65534 65534 nobody nobody /nonexistent\n0\n"
					   "CapEff:\t0000000000000000\n");
}

/* Started again with a signal blocked, as a caller may start telprobe. */
static void start_with_blocked_signal(char **argv)
{
	sigset_t set, mask;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, &mask);
	if (!sigismember(&mask, SIGUSR2))
		execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	(void)argc;
	start_with_blocked_signal(argv);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(exit_codes_come_through, setup, teardown),
		cmocka_unit_test_setup_teardown(death_by_signal_comes_through, setup, teardown),
		cmocka_unit_test_setup_teardown(end_is_told_again_when_asked_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(child_held_does_not_run_until_released, setup,
						teardown),
		cmocka_unit_test_setup_teardown(child_held_and_freed_never_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(child_held_and_killed_is_told_by_handle, setup,
						teardown),
		cmocka_unit_test_setup_teardown(failed_exec_gives_its_errno, setup, teardown),
		cmocka_unit_test_setup_teardown(signal_sent_to_us_reaches_child, setup, teardown),
		cmocka_unit_test_setup_teardown(queued_value_reaches_child, setup, teardown),
		cmocka_unit_test_setup_teardown(signal_from_child_is_not_returned_to_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(child_sees_signals_as_found, setup, teardown),
		cmocka_unit_test_setup_teardown(signal_somebody_here_waits_for_is_left_to_him,
						setup, teardown),
		cmocka_unit_test_setup_teardown(free_restores_signals, setup, teardown),
		cmocka_unit_test_setup_teardown(child_inherits_no_descriptor_of_ours, setup,
						teardown),
		cmocka_unit_test_setup_teardown(child_shares_group_session_umask_limits, setup,
						teardown),
		cmocka_unit_test_setup_teardown(stopped_child_stops_us_the_same_way, setup,
						teardown),
		cmocka_unit_test(leave_as_gives_same_status_without_core),
		cmocka_unit_test_setup_teardown(identity_without_sudo_is_our_own, setup, teardown),
		cmocka_unit_test_setup_teardown(sudo_uid_of_ordinary_user_is_ignored, setup,
						teardown),
		cmocka_unit_test_setup_teardown(sudo_uid_that_is_no_id_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(child_under_sudo_is_the_caller, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
