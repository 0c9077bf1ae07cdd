/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/messages.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel counts the padding as room: two descriptors fit where one was meant. */
enum { FDS_MAX = (CMSG_SPACE(sizeof(int)) - CMSG_LEN(0)) / sizeof(int) };

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int message_send(int socket, const struct message *message, int fd)
{
	struct iovec part = { (void *)message, sizeof(*message) };
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
		sent = sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent == (ssize_t)sizeof(*message))
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

static bool is_message(const struct message *message, size_t bytes)
{
	return bytes == sizeof(*message) && message->kind > 0 && message->kind < MESSAGE_KINDS &&
	       !message->reserved && !message->text[sizeof(message->text) - 1];
}

int message_receive(int socket, struct message *out, int *out_fd)
{
	struct message message;
	struct iovec part = { &message, sizeof(message) };
	union control control;
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control) };
	int fds[FDS_MAX], count;
	ssize_t got;

	do
		got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (got < 0)
		return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
	count = take_descriptors(&header, fds);
	if (!got && !count)
		return -EPIPE;
	if (count > 1 || header.msg_flags & MSG_CTRUNC || !is_message(&message, (size_t)got)) {
		while (count)
			close(fds[--count]);
		return -EBADMSG;
	}
	*out = message;
	*out_fd = count ? fds[0] : -1;
	return 1;
}
