/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/passing.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"

/* The kernel counts the padding as room: two descriptors fit where one was meant. */
enum { FDS_MAX = (CMSG_SPACE(sizeof(int)) - CMSG_LEN(0)) / sizeof(int) };
enum {
	ANSWER_MS = 5000,
	SILENT_MS = 60000,
	FORGIVEN_MAX = 4096, /* messages; a socket holds fewer */
	ERRNO_MAX = 4095     /* include/linux/err.h */
};

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int passing_send(int socket, const void *message, size_t bytes, int fd, bool waits)
{
	struct iovec part = { (void *)message, bytes };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;
	ssize_t sent;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
	while (sent < 0 && errno == EINTR);
	if (sent == (ssize_t)bytes)
		return 0;
	if (sent >= 0)
		return -EIO;
	return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
}

/* The descriptors that came along. Return: how many. */
static int take_descriptors(struct msghdr *header, int fds[FDS_MAX])
{
	struct cmsghdr *control;
	int count = 0;
	size_t bytes;

	for (control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		bytes = control->cmsg_len - CMSG_LEN(0);
		if (bytes > sizeof(int) * (size_t)(FDS_MAX - count))
			bytes = sizeof(int) * (size_t)(FDS_MAX - count);
		memcpy(&fds[count], CMSG_DATA(control), bytes);
		count += (int)(bytes / sizeof(int));
	}
	return count;
}

int passing_receive(int socket, void *message, size_t bytes, int *out_fd, bool waits)
{
	struct iovec part = { message, bytes };
	union control control;
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control) };
	int how = MSG_TRUNC | MSG_CMSG_CLOEXEC | (waits ? 0 : MSG_DONTWAIT);
	int fds[FDS_MAX], count;
	ssize_t got;

	do
		got = recvmsg(socket, &header, how);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
	count = take_descriptors(&header, fds);
	if (!got && !count)
		return -EPIPE;
	if (count > 1 || header.msg_flags & MSG_CTRUNC || got != (ssize_t)bytes) {
		while (count)
			close(fds[--count]);
		return -EBADMSG;
	}
	*out_fd = count ? fds[0] : -1;
	return 0;
}

static uint32_t number_of(const void *message)
{
	uint32_t number;

	memcpy(&number, message, sizeof(number));
	return number;
}

static int await(struct passing_peer *peer, void *answer, size_t bytes, int *out_fd)
{
	struct pollfd polled = { .fd = peer->socket, .events = POLLIN };
	int64_t until_ms = clock_monotonic_ms() + ANSWER_MS, left_ms;
	int ret;

	while ((left_ms = until_ms - clock_monotonic_ms()) > 0) {
		if (poll(&polled, 1, (int)left_ms) <= 0)
			continue;
		ret = passing_receive(peer->socket, answer, bytes, out_fd, false);
		if (ret == -EAGAIN)
			continue;
		if (ret)
			return ret;
		if (number_of(answer) == peer->number)
			return 0;
		if (*out_fd >= 0)
			close(*out_fd);
		if ((int32_t)(number_of(answer) - peer->number) > 0)
			return -EBADMSG; /* to a question nobody asked yet */
	}
	return -EAGAIN;
}

void passing_offend(struct passing_peer *peer)
{
	peer->is_offender = true;
}

int passing_judge(struct passing_peer *peer, int code, int fd)
{
	if (!code && fd >= 0)
		return fd;
	if (code < 0 && code >= -ERRNO_MAX && fd < 0)
		return code;
	if (fd >= 0)
		close(fd);
	passing_offend(peer);
	return -EPROTO;
}

void passing_forgive(struct passing_peer *peer)
{
	int fd, ret, count = 0;
	char part;

	do {
		ret = passing_receive(peer->socket, &part, sizeof(part), &fd, false);
		if (!ret && fd >= 0)
			close(fd);
	} while ((!ret || ret == -EBADMSG) && ++count < FORGIVEN_MAX);
	peer->is_offender = false;
	peer->is_ended = false;
	peer->silent_until_ms = 0;
}

int passing_ask(struct passing_peer *peer, void *question, size_t question_bytes, int fd,
		void *answer, size_t answer_bytes, int *out_fd)
{
	int ret;

	if (peer->is_offender)
		return -EPROTO;
	if (clock_monotonic_ms() < peer->silent_until_ms)
		return -EAGAIN;
	peer->number++;
	memcpy(question, &peer->number, sizeof(peer->number));
	ret = passing_send(peer->socket, question, question_bytes, fd, false);
	if (!ret)
		ret = await(peer, answer, answer_bytes, out_fd);
	if (!ret)
		return 0;
	if (ret == -EBADMSG) {
		passing_offend(peer);
		return -EPROTO;
	}
	peer->silent_until_ms = clock_monotonic_ms() + SILENT_MS;
	return -EAGAIN;
}
