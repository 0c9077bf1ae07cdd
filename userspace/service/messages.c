/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/messages.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/passing.h"

int message_send(int socket, const struct message *message, int fd)
{
	return passing_send(socket, message, sizeof(*message), fd, false);
}

static bool is_message(const struct message *message)
{
	return message->kind > 0 && message->kind < MESSAGE_KINDS &&
	       (!message->target || message->kind == MESSAGE_OBJECT) &&
	       !message->text[sizeof(message->text) - 1];
}

int message_receive(int socket, struct message *out, int *out_fd)
{
	struct message message;
	int fd, ret = passing_receive(socket, &message, sizeof(message), &fd, false);

	if (ret)
		return ret == -EAGAIN ? 0 : ret;
	if (!is_message(&message)) {
		if (fd >= 0)
			close(fd);
		return -EBADMSG;
	}
	*out = message;
	*out_fd = fd;
	return 1;
}
