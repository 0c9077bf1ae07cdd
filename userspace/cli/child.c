/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child_signals.h"

struct child {
	void (*before_stop)(void *data);
	void (*after_stop)(void *data);
	void *stop_data;
	pid_t pid;
	int pidfd;	/* readable once it has ended */
	int epoll_fd;	/* pidfd and signals.fd */
	int go_fd;	/* one byte lets it exec; closed without, it ends */
	int outcome_fd; /* its struct outcome when exec failed, else end of file */
	int status;
	bool has_ended;
	char *file; /* for messages */
	struct child_signals signals;
};

struct outcome {     /* what the child says about itself before exec */
	int code;    /* negative errno */
	int is_exec; /* 1: exec failed; 0: becoming the identity failed */
};

struct launch { /* what the child needs between fork and exec, where it may not allocate */
	const struct child_identity *identity;
	const char *file;
	char *const *argv;
	char **environment;
	int go_fd;
	int outcome_fd;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A short write is impossible: less than PIPE_BUF. A failed one means that nobody is interested. */
static void tell(int fd, int code, int is_exec)
{
	const struct outcome outcome = { .code = code, .is_exec = is_exec };

	if (write(fd, &outcome, sizeof(outcome)) != sizeof(outcome))
		_exit(EXIT_FAILURE);
}

static void run_child(const struct launch *launch, const struct child_signals *signals)
{
	ssize_t got;
	char go;
	int ret;

	child_signals_restore_start(signals);
	ret = child_identity_assume(launch->identity);
	if (ret) {
		tell(launch->outcome_fd, ret, 0);
		_exit(EXIT_FAILURE);
	}
	do
		got = read(launch->go_fd, &go, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1) {
		execve(launch->file, launch->argv, launch->environment);
		tell(launch->outcome_fd, -errno, 1);
	}
	_exit(EXIT_FAILURE);
}

static int watch(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* All descriptors are ours alone: close-on-exec, so the command finds only what its caller gave. */
static int fork_child(struct child *child, struct launch *launch)
{
	int go[2] = { -1, -1 }, outcome[2] = { -1, -1 };
	int ret = 0;

	if (pipe2(go, O_CLOEXEC) || pipe2(outcome, O_CLOEXEC)) {
		ret = -errno;
		goto close_own;
	}
	child->go_fd = go[1];
	child->outcome_fd = outcome[0];
	launch->go_fd = go[0];
	launch->outcome_fd = outcome[1];
	child->pid = fork();
	if (child->pid < 0)
		ret = -errno;
	if (child->pid == 0) {
		close(go[1]); /* else we would wait for ourselves when the parent dies */
		close(outcome[0]);
		run_child(launch, &child->signals);
	}
close_own:
	close_fd(&go[0]);
	close_fd(&outcome[1]);
	return ret;
}

static int watch_child(struct child *child)
{
	int ret;

	child->pidfd = pidfd_open(child->pid, 0);
	child->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (child->pidfd < 0 || child->epoll_fd < 0)
		return -errno;
	ret = watch(child->epoll_fd, child->pidfd);
	return ret ? ret : watch(child->epoll_fd, child->signals.fd);
}

int child_start(const struct child_identity *identity, const char *file, char *const argv[],
		struct child **out_child, struct error *error)
{
	struct launch launch = { .identity = identity, .file = file, .argv = argv };
	struct child_environment environment = { 0 };
	struct child *child = calloc(1, sizeof(*child));
	int ret;

	if (!child)
		return error_set(error, -ENOMEM, "cannot start '%s': out of memory", file);
	child->pid = child->pidfd = child->epoll_fd = -1;
	child->go_fd = child->outcome_fd = child->signals.fd = -1;
	child->file = strdup(file);
	ret = child->file ? child_environment_make(identity, &environment) : -ENOMEM;
	if (ret)
		goto fail;
	ret = child_signals_take(&child->signals, NULL);
	if (ret)
		goto fail;
	launch.environment = environment.entries;
	ret = fork_child(child, &launch);
	if (ret)
		goto fail;
	ret = watch_child(child);
	if (ret)
		goto fail;
	child_environment_clear(&environment);
	*out_child = child;
	return 0;
fail:
	error_set(error, ret, "cannot start '%s': %s", file, error_text(ret));
	child_environment_clear(&environment);
	child_free(child);
	return ret;
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

int child_fd(const struct child *child)
{
	return child->epoll_fd;
}

/* What became of the child's stops and continues since the last look.
 * Return: the signal it is stopped by now, 0 if it runs or nothing changed. */
static int stopped_by(const struct child *child)
{
	int signal = 0;

	for (;;) {
		siginfo_t info = { 0 };

		if (waitid(P_PID, (id_t)child->pid, &info, WSTOPPED | WCONTINUED | WNOHANG) ||
		    !info.si_pid)
			return signal;
		signal = info.si_code == CLD_STOPPED ? info.si_status : 0;
	}
}

static bool is_continued(const struct child *child)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)child->pid, &info, WCONTINUED | WNOHANG) && info.si_pid;
}

void child_on_stop(struct child *child, void (*before)(void *data), void (*after)(void *data),
		   void *data)
{
	child->before_stop = before;
	child->after_stop = after;
	child->stop_data = data;
}

/* Pass on signals; stop as the child has stopped, so that its shell gets the terminal back. */
static void follow(const struct child *child)
{
	int signal;

	child_signals_pass(&child->signals, child->pid);
	signal = stopped_by(child);
	if (!signal)
		return;
	if (child->before_stop)
		child->before_stop(child->stop_data);
	child_signals_stop(signal);
	/* The shell continues the whole group; whoever continued us alone meant the child too. */
	if (!is_continued(child))
		kill(child->pid, SIGCONT);
	if (child->after_stop)
		child->after_stop(child->stop_data);
}

/* Return: 1 if the child has said why it failed, 0 if its descriptor closed: it exec'ed or died. */
static int await_outcome(const struct child *child, struct outcome *out_outcome)
{
	struct pollfd polled[] = { { .fd = child->outcome_fd, .events = POLLIN },
				   { .fd = child->signals.fd, .events = POLLIN } };

	for (;;) {
		if (poll(polled, 2, -1) < 0)
			continue; /* EINTR after a stop */
		if (polled[1].revents)
			follow(child);
		if (polled[0].revents)
			return read(child->outcome_fd, out_outcome, sizeof(*out_outcome)) ==
			       sizeof(*out_outcome);
	}
}

static int describe(const struct child *child, const struct outcome *outcome, struct error *error)
{
	if (!outcome->is_exec)
		return error_set(error, outcome->code, "cannot run '%s' as the caller of sudo: %s",
				 child->file, error_text(outcome->code));
	error_set(error, outcome->code, "cannot execute '%s': %s", child->file,
		  error_text(outcome->code));
	if (outcome->code == -ENOEXEC)
		return error_hint(error, "a script needs a first line like '#!/bin/sh'");
	if (outcome->code == -ENOENT)
		return error_hint(error, "the file, or the interpreter it names, does not exist");
	return outcome->code;
}

int child_release(struct child *child, struct error *error)
{
	struct outcome outcome;
	ssize_t written = write(child->go_fd, "g", 1); /* fails when it was killed meanwhile */

	(void)written;
	close_fd(&child->go_fd);
	if (!await_outcome(child, &outcome))
		return 0;
	waitpid(child->pid, &child->status, 0);
	child->has_ended = true;
	return describe(child, &outcome, error);
}

int child_handle(struct child *child, int *out_status)
{
	if (!child->has_ended) {
		follow(child);
		if (waitpid(child->pid, &child->status, WNOHANG) != child->pid)
			return 0;
		child->has_ended = true;
	}
	*out_status = child->status;
	return 1;
}

void child_free(struct child *child)
{
	if (!child)
		return;
	if (child->go_fd >= 0 && child->pid > 0 && !child->has_ended) {
		kill(child->pid, SIGKILL); /* it may be stopped, and has done nothing yet */
		waitpid(child->pid, NULL, 0);
	}
	close_fd(&child->go_fd);
	close_fd(&child->outcome_fd);
	close_fd(&child->epoll_fd);
	close_fd(&child->pidfd);
	child_signals_release(&child->signals);
	free(child->file);
	free(child);
}

void child_leave_as(int status)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	const struct rlimit no_core = { 0 };
	sigset_t set;

	fflush(NULL);
	if (!WIFSIGNALED(status))
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
	/* Not dumpable stops also a core_pattern that pipes, which RLIMIT_CORE does not (core(5)). */
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0);
	sigaction(WTERMSIG(status), &by_default, NULL);
	sigemptyset(&set);
	sigaddset(&set, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), WTERMSIG(status));
	_exit(128 + WTERMSIG(status)); /* process 1 of a container survives its own signals */
}
