/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/sandbox.h"

enum {
	BACK_OFF_MS = 100,
	BACK_OFF_MAX_MS = 60000,
	STEADY_MS = 60000,
	LAST_WORK_MS = 10000,
	KEEP_MAX = 16
};

struct keeper {
	pid_t pid;
	int socket;
};

struct job { /* what the keeper process needs */
	const struct sandbox *sandbox;
	int (*work)(void *data);
	void *data;
	int keep[KEEP_MAX + 1];
	int socket;
};

static bool is_kept(const struct job *job, int fd)
{
	const int *kept;

	if (fd == job->socket)
		return true;
	for (kept = job->keep; *kept >= 0; kept++)
		if (*kept == fd)
			return true;
	return false;
}

/* Everything else the supervisor had open, in runs between the kept ones. */
static void close_others(const struct job *job)
{
	int fd, first = 3;

	for (fd = 3; fd < 4096; fd++) {
		if (!is_kept(job, fd))
			continue;
		if (fd > first)
			close_range((unsigned int)first, (unsigned int)fd - 1, 0);
		first = fd + 1;
	}
	close_range((unsigned int)first, ~0u, 0);
}

static void default_signals(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) worker(const struct job *job)
{
	struct error error = { 0 };
	const char *lacked = NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(job->socket);
	if (sandbox_enter(job->sandbox, &lacked, &error)) {
		fprintf(stderr, "telprobe: %s\n", error.what);
		_exit(1);
	}
	exit(job->work(job->data));
}

/* The supervisor said something: end the worker. False: it said nothing, it is gone. */
static bool is_told_to_kill(int socket)
{
	char ignored;

	return recv(socket, &ignored, sizeof(ignored), MSG_DONTWAIT) > 0;
}

/* Wait until the worker ended (true) or the supervisor is gone (false). */
static bool wait_worker(const struct job *job, pid_t pid, int *out_status)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd polled[2] = { { .fd = pidfd, .events = POLLIN },
				    { .fd = job->socket, .events = POLLIN } };
	bool has_ended;

	while (poll(polled, 2, -1) < 0 && errno == EINTR)
		;
	has_ended = !polled[1].revents || is_told_to_kill(job->socket);
	if (has_ended) {
		kill(pid, SIGKILL); /* no harm to one that has ended: it waits to be reaped */
	} else { /* it learns so from its own socket and ends when it has stored what it holds */
		poll(polled, 1, LAST_WORK_MS);
		kill(pid, SIGKILL);
	}
	close(pidfd);
	while (waitpid(pid, out_status, 0) < 0 && errno == EINTR)
		;
	return has_ended;
}

static uint32_t back_off(uint32_t before_ms, int64_t lived_ms)
{
	if (lived_ms >= STEADY_MS || !before_ms)
		return BACK_OFF_MS;
	return before_ms * 2 > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : before_ms * 2;
}

static void __attribute__((noreturn)) keep(const struct job *job)
{
	struct sandbox own = *job->sandbox;
	struct keeper_report report = { 0 };
	struct pollfd socket = { .fd = job->socket, .events = POLLIN };
	struct error error = { 0 };
	const char *lacked = NULL;

	default_signals();
	close_others(job);
	prctl(PR_SET_NAME, own.role);
	own.system_calls = NULL; /* it forks and waits */
	if (sandbox_enter(&own, &lacked, &error)) {
		fprintf(stderr, "telprobe: %s\n", error.what);
		_exit(1);
	}
	for (;;) {
		int64_t started_ms = clock_monotonic_ms();
		pid_t pid = fork();

		if (pid == 0)
			worker(job);
		report.starts++;
		report.status = 0;
		if (pid > 0 && !wait_worker(job, pid, &report.status))
			_exit(0);
		report.wait_ms = back_off(report.wait_ms, clock_monotonic_ms() - started_ms);
		send(job->socket, &report, sizeof(report), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (poll(&socket, 1, (int)report.wait_ms) > 0 && !is_told_to_kill(job->socket))
			_exit(0);
	}
}

int keeper_start(const struct sandbox *sandbox, int (*work)(void *data), void *data,
		 const int *kept, struct keeper **out, struct error *error)
{
	struct job job = { .sandbox = sandbox, .work = work, .data = data };
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	int pair[2], count = 0;

	if (!keeper)
		return error_set(error, -ENOMEM, "no memory for the %s", sandbox->role);
	while (count < KEEP_MAX && kept[count] >= 0) {
		job.keep[count] = kept[count];
		count++;
	}
	job.keep[count] = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		free(keeper);
		return error_set(error, -errno, "no socket for the %s: %s", sandbox->role,
				 error_text(errno));
	}
	fflush(NULL);
	keeper->socket = pair[0];
	keeper->pid = fork();
	if (keeper->pid == 0) {
		close(pair[0]);
		job.socket = pair[1];
		keep(&job);
	}
	close(pair[1]);
	if (keeper->pid < 0) {
		int code = -errno;

		close(pair[0]);
		free(keeper);
		return error_set(error, code, "cannot start the %s: %s", sandbox->role,
				 error_text(code));
	}
	*out = keeper;
	return 0;
}

int keeper_fd(const struct keeper *keeper)
{
	return keeper->socket;
}

void keeper_restart(struct keeper *keeper)
{
	send(keeper->socket, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int keeper_report(struct keeper *keeper, struct keeper_report *out)
{
	ssize_t got = recv(keeper->socket, out, sizeof(*out), MSG_DONTWAIT);

	if (got == (ssize_t)sizeof(*out))
		return 1;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -EPIPE;
}

/* Closing the socket makes the keeper end its worker and itself. */
void keeper_stop(struct keeper *keeper, int timeout_ms)
{
	struct pollfd polled = { .fd = -1, .events = POLLIN };

	if (!keeper)
		return;
	polled.fd = (int)syscall(SYS_pidfd_open, keeper->pid, 0);
	close(keeper->socket);
	if (polled.fd >= 0) {
		poll(&polled, 1, timeout_ms);
		close(polled.fd);
	}
	waitpid(keeper->pid, NULL, WNOHANG);
	free(keeper);
}
