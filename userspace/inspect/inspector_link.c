/* SPDX-License-Identifier: GPL-2.0-only */
#include "inspect/inspector_link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inspect/inspector_child.h"
#include "lib/clock.h"

void inspector_link_start_clock(struct inspector_link *link, int timeout_ms)
{
	link->deadline_ms = clock_monotonic_ms() + timeout_ms;
}

/* Return: 0 when @events came, -ETIMEDOUT, -errno */
static int wait_for(const struct inspector_link *link, short events)
{
	struct pollfd poll_fd = { .fd = link->socket, .events = events };

	for (;;) {
		int64_t left = link->deadline_ms - clock_monotonic_ms();
		int ret = poll(&poll_fd, 1, left > 0 ? (int)left : 0);

		if (ret > 0)
			return 0;
		if (ret == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

int inspector_link_send(struct inspector_link *link, const void *message, size_t bytes, int fd)
{
	int ret;

	while ((ret = passing_send(link->socket, message, bytes, fd, false)) == -EAGAIN) {
		ret = wait_for(link, POLLOUT);
		if (ret)
			break;
	}
	return ret;
}

int inspector_link_receive(struct inspector_link *link, void *message, size_t bytes)
{
	for (;;) {
		int ret = wait_for(link, POLLIN);
		ssize_t got;

		if (ret)
			return ret;
		/* With MSG_TRUNC a longer message tells its size; recv() takes no descriptors. */
		got = recv(link->socket, message, bytes, MSG_DONTWAIT | MSG_TRUNC);
		if (got == (ssize_t)bytes)
			return 0;
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return -EPIPE;
		if (got > 0)
			return -EPROTO;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

/* Return: 0 or what the child said it could not do */
static int await_confined(struct inspector_link *link, struct error *error)
{
	struct inspector_answer answer;
	int ret;

	inspector_link_start_clock(link, INSPECTOR_SECONDS * 1000);
	ret = inspector_link_receive(link, &answer, sizeof(answer));
	if (ret)
		return error_set(error, -EAGAIN, "the process that reads files did not start: %s",
				 error_text(ret));
	answer.what[sizeof(answer.what) - 1] = '\0';
	if (answer.code)
		return error_set(error, answer.code < 0 ? answer.code : -EPROTO, "%s", answer.what);
	return 0;
}

static int open_process(struct inspector_link *link, pid_t child)
{
	int ret;

	link->process = (int)syscall(SYS_pidfd_open, child, 0);
	if (link->process >= 0)
		return 0;
	ret = -errno;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return ret;
}

static int fork_child(struct inspector_link *link, struct error *error)
{
	int ends[2];
	pid_t child;
	int ret;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return error_set(error, -errno, "cannot make a socket: %s", error_text(-errno));
	child = fork();
	if (child == 0)
		inspector_child_run(ends[1]);
	ret = child < 0 ? -errno : open_process(link, child);
	close(ends[1]);
	if (ret) {
		close(ends[0]);
		return error_set(error, ret, "cannot start the process that reads files: %s",
				 error_text(ret));
	}
	link->socket = ends[0];
	return 0;
}

int inspector_link_open(struct inspector_link *link, struct passing_peer *nursery,
			struct error *error)
{
	int ret;

	link->nursery = nursery;
	ret = nursery ? inspector_nursery_start(nursery, &link->socket, &link->reader, error)
		      : fork_child(link, error);
	if (ret)
		return ret;
	link->is_open = 1;
	ret = await_confined(link, error);
	if (ret)
		inspector_link_close(link);
	return ret;
}

int inspector_link_is_alive(const struct inspector_link *link)
{
	struct pollfd poll_fd = { .fd = link->socket, .events = POLLIN };

	/* Between questions nothing is to be said: what can be read is an end or nonsense. */
	return link->is_open && poll(&poll_fd, 1, 0) == 0;
}

/* Return: as inspector_link_close() */
static int end_own(const struct inspector_link *link)
{
	siginfo_t info = { 0 };

	/* A child that has died by itself is a zombie: the signal changes nothing of it. */
	syscall(SYS_pidfd_send_signal, link->process, SIGKILL, NULL, 0);
	while (waitid(P_PIDFD, (id_t)link->process, &info, WEXITED) && errno == EINTR)
		;
	close(link->process);
	return info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED ? info.si_status : 0;
}

int inspector_link_close(struct inspector_link *link)
{
	int signal;

	if (!link->is_open)
		return 0;
	close(link->socket);
	signal = link->nursery ? inspector_nursery_end(link->nursery, link->reader) : end_own(link);
	memset(link, 0, sizeof(*link));
	return signal;
}
