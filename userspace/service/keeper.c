/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/passing.h"

enum {
	BACK_OFF_MS = 100,
	BACK_OFF_MAX_MS = 60000,
	STEADY_MS = 60000,
	LAST_WORK_MS = 10000,
	KEEP_MAX = 32,
	CALLS_MAX = 160, /* of a role and of its keeper */
};

/* What a keeper does itself: fork, wait, kill; and what its worker does until it is confined. */
/* clang-format off */
static const char *const keeper_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime", "exit",
	"exit_group", "rt_sigreturn", "restart_syscall", "futex", "rt_sigaction",
	"rt_sigprocmask", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid",
	"getresuid", "poll", "recvfrom", "sendto", "sendmsg", "write", "close", "openat",
	"fstat", "newfstatat", "clone process", "set_robust_list", "rseq", "kill", "wait4",
	"pidfd_open", "prlimit64", "capset", "prctl", "landlock_create_ruleset",
	"landlock_add_rule", "landlock_restrict_self", "seccomp", "uname", "getrandom", NULL,
};
/* clang-format on */

enum keeper_said { WORKER_BEGAN = 1, WORKER_ENDED };

struct keeper_message { /* a worker that begins says so itself; its statm goes along */
	uint32_t said;
	int32_t pid;
	int64_t cpu_us; /* of one that ended, and of what it waited for */
	struct keeper_report report;
	uint32_t reserved;
};

struct keeper {
	pid_t pid;
	int socket;
	bool is_ending; /* its worker was told to */
	struct cost_process own, worker;
	int64_t ended_cpu_us; /* of workers that ended */
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

/* Told to end are they by their sockets, when what they hold is stored. What a terminal, a service
 * manager or timeout(1) sends to all of a group is the supervisor's to hear. */
static void set_signals(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, i == SIGINT || i == SIGTERM || i == SIGHUP ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* While its sandbox lets it look at itself. */
static void tell_begin(const struct job *job)
{
	struct keeper_message message = { .said = WORKER_BEGAN, .pid = getpid() };
	struct cost_process process = { 0 };

	cost_open(&process, getpid());
	passing_send(job->socket, &message, sizeof(message), process.statm - 1, false);
	cost_close(&process);
}

static void __attribute__((noreturn)) worker(const struct job *job)
{
	struct error error = { 0 };
	const char *lacked = NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tell_begin(job);
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

static int64_t time_us(struct timeval time)
{
	return time.tv_sec * INT64_C(1000000) + time.tv_usec;
}

/* Wait until the worker ended (true) or the supervisor is gone (false). */
static bool wait_worker(const struct job *job, pid_t pid, struct keeper_message *message)
{
	struct rusage used = { 0 };
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
	while (wait4(pid, &message->report.status, 0, &used) < 0 && errno == EINTR)
		;
	message->cpu_us = time_us(used.ru_utime) + time_us(used.ru_stime);
	return has_ended;
}

static uint32_t back_off(uint32_t before_ms, int64_t lived_ms)
{
	if (lived_ms >= STEADY_MS || !before_ms)
		return BACK_OFF_MS;
	return before_ms * 2 > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : before_ms * 2;
}

/* Both its own calls and the role's, which a worker could not have otherwise. */
static void join_calls(const char *const *of_role, const char *out[CALLS_MAX])
{
	size_t count = 0;

	for (; *of_role && count < CALLS_MAX - 1; of_role++)
		out[count++] = *of_role;
	for (of_role = keeper_calls; *of_role && count < CALLS_MAX - 1; of_role++)
		out[count++] = *of_role;
	out[count] = NULL;
}

/* Its worker looks at itself once, before it gives that up too. */
static void let_see_itself(struct sandbox *own)
{
	int i = 0;

	while (i < SANDBOX_PATHS && own->paths[i].path)
		i++;
	if (i < SANDBOX_PATHS && !access("/proc/self/statm", R_OK))
		own->paths[i] = (struct sandbox_path){ "/proc", false };
}

static void confine(const struct job *job)
{
	static const char *calls[CALLS_MAX];
	struct sandbox own = *job->sandbox;
	struct error error = { 0 };
	const char *lacked = NULL;

	set_signals();
	close_others(job);
	prctl(PR_SET_NAME, own.role);
	join_calls(own.system_calls, calls);
	own.system_calls = calls;
	own.may_fork = true;
	own.holds_only = true;
	let_see_itself(&own);
	if (!sandbox_enter(&own, &lacked, &error))
		return;
	fprintf(stderr, "telprobe: %s\n", error.what);
	_exit(1);
}

/* The whole back-off, however often it is told to end a worker that has ended. Return: false: the
 * supervisor is gone. */
static bool wait_out(const struct job *job, uint32_t wait_ms)
{
	struct pollfd socket = { .fd = job->socket, .events = POLLIN };
	int64_t until_ms = clock_monotonic_ms() + wait_ms, left_ms;

	while ((left_ms = until_ms - clock_monotonic_ms()) > 0)
		if (poll(&socket, 1, (int)left_ms) > 0 && !is_told_to_kill(job->socket))
			return false;
	return true;
}

static void __attribute__((noreturn)) keep(const struct job *job)
{
	struct keeper_message message = { .said = WORKER_ENDED };
	struct keeper_report *report = &message.report;

	confine(job);
	for (;;) {
		int64_t started_ms = clock_monotonic_ms();
		pid_t pid = fork();

		if (pid == 0)
			worker(job);
		report->starts++;
		report->status = 0;
		message.pid = pid;
		if (pid > 0 && !wait_worker(job, pid, &message))
			_exit(0);
		report->wait_ms = back_off(report->wait_ms, clock_monotonic_ms() - started_ms);
		send(job->socket, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (!wait_out(job, report->wait_ms))
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
	keeper->own.pid = keeper->pid;
	cost_open(&keeper->own, keeper->pid); /* while we are root: later /proc may hide it */
	*out = keeper;
	return 0;
}

int keeper_fd(const struct keeper *keeper)
{
	return keeper ? keeper->socket : -1;
}

bool keeper_restart(struct keeper *keeper)
{
	if (keeper->is_ending)
		return false;
	keeper->is_ending = true;
	send(keeper->socket, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	return true;
}

static void set_worker(struct keeper *keeper, const struct keeper_message *message, int statm)
{
	cost_close(&keeper->worker);
	keeper->worker = (struct cost_process){ .pid = message->pid, .statm = statm + 1 };
}

int keeper_report(struct keeper *keeper, struct keeper_report *out)
{
	struct keeper_message message;
	int fd, ret;

	while (!(ret = passing_receive(keeper->socket, &message, sizeof(message), &fd, false))) {
		if (message.said == WORKER_BEGAN) {
			set_worker(keeper, &message, fd);
			continue;
		}
		if (fd >= 0)
			close(fd);
		cost_close(&keeper->worker);
		keeper->ended_cpu_us += message.cpu_us;
		keeper->is_ending = false;
		*out = message.report;
		return 1;
	}
	return ret == -EAGAIN ? 0 : -EPIPE;
}

bool keeper_has_worker(const struct keeper *keeper)
{
	return keeper->worker.pid && !keeper->is_ending;
}

void keeper_cost(const struct keeper *keeper, struct cost *worker, struct cost *own)
{
	if (!keeper)
		return;
	worker->cpu_us += keeper->ended_cpu_us;
	cost_add(&keeper->worker, worker);
	cost_add(&keeper->own, own);
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
	cost_close(&keeper->own);
	cost_close(&keeper->worker);
	free(keeper);
}
