/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/messages.h"

struct pair {
	int fd[2];
};

static int setup(void **state)
{
	static struct pair pair;

	*state = &pair;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.fd);
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	close(pair->fd[0]);
	close(pair->fd[1]);
	return 0;
}

/* Whether the write end of the pipe whose other end is @fd is closed everywhere. */
static int is_closed(int fd)
{
	char byte;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	return read(fd, &byte, 1) == 0;
}

static void message_arrives_as_sent(void **state)
{
	struct message sent = { .kind = MESSAGE_TEXT, .object = 3, .number2 = -5, .text = "x" };
	struct pair *pair = *state;
	struct message got;
	int fd = 99;

	assert_int_equal(message_receive(pair->fd[1], &got, &fd), 0);
	assert_int_equal(message_send(pair->fd[0], &sent, -1), 0);
	assert_int_equal(message_receive(pair->fd[1], &got, &fd), 1);
	assert_memory_equal(&got, &sent, sizeof(sent));
	assert_int_equal(fd, -1);
}

static void descriptor_comes_along(void **state)
{
	struct message sent = { .kind = MESSAGE_CLIENT };
	struct pair *pair = *state;
	struct message got;
	int ends[2], fd = -1;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(message_send(pair->fd[0], &sent, ends[1]), 0);
	close(ends[1]);
	assert_int_equal(message_receive(pair->fd[1], &got, &fd), 1);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_false(is_closed(ends[0]));
	close(fd);
	assert_true(is_closed(ends[0]));
	close(ends[0]);
}

static void wrong_sizes_are_refused(void **state)
{
	static const size_t sizes[] = { 1, sizeof(struct message) - 1, sizeof(struct message) + 1,
					4096 };
	struct pair *pair = *state;
	char bytes[4096] = { MESSAGE_TEXT };
	struct message got;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(send(pair->fd[0], bytes, sizes[i], 0), sizes[i]);
		assert_int_equal(message_receive(pair->fd[1], &got, &fd), -EBADMSG);
	}
	assert_int_equal(message_receive(pair->fd[1], &got, &fd), 0);
}

static void wrong_contents_are_refused(void **state)
{
	struct message bad[4] = { { .kind = 0 },
				  { .kind = MESSAGE_KINDS },
				  { .kind = MESSAGE_DONE, .target = 1 },
				  { .kind = MESSAGE_TEXT } };
	struct pair *pair = *state;
	struct message got;
	int i, fd;

	memset(bad[3].text, 'x', sizeof(bad[3].text));
	for (i = 0; i < 4; i++) {
		assert_int_equal(message_send(pair->fd[0], &bad[i], -1), 0);
		assert_int_equal(message_receive(pair->fd[1], &got, &fd), -EBADMSG);
	}
}

/* Sends @message with @count copies of @fd. */
static void send_with(int socket, const void *message, size_t bytes, int fd, int count)
{
	char control[CMSG_SPACE(sizeof(int) * 8)] __attribute__((aligned(8))) = { 0 };
	struct iovec part = { (void *)message, bytes };
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count) };
	struct cmsghdr *first = CMSG_FIRSTHDR(&header);
	int i;

	first->cmsg_level = SOL_SOCKET;
	first->cmsg_type = SCM_RIGHTS;
	first->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
	for (i = 0; i < count; i++)
		memcpy(CMSG_DATA(first) + sizeof(int) * (size_t)i, &fd, sizeof(fd));
	assert_int_equal(sendmsg(socket, &header, 0), bytes);
}

/* Two fit into the padding of the room for one; eight do not. None may stay open. */
static void surplus_descriptors_are_closed(void **state)
{
	struct message message = { .kind = MESSAGE_CLIENT };
	struct pair *pair = *state;
	struct message got;
	int count, ends[2], fd;

	for (count = 2; count <= 8; count++) {
		assert_int_equal(pipe(ends), 0);
		send_with(pair->fd[0], &message, sizeof(message), ends[1], count);
		close(ends[1]);
		assert_int_equal(message_receive(pair->fd[1], &got, &fd), -EBADMSG);
		assert_true(is_closed(ends[0]));
		close(ends[0]);
	}
}

static void descriptor_of_a_bad_message_is_closed(void **state)
{
	struct pair *pair = *state;
	struct message got;
	int ends[2], fd;

	assert_int_equal(pipe(ends), 0);
	send_with(pair->fd[0], "half", 4, ends[1], 1);
	close(ends[1]);
	assert_int_equal(message_receive(pair->fd[1], &got, &fd), -EBADMSG);
	assert_true(is_closed(ends[0]));
	close(ends[0]);
}

static void peer_that_is_gone_is_told(void **state)
{
	struct message message = { .kind = MESSAGE_DONE };
	struct pair *pair = *state;
	int fd;

	close(pair->fd[1]);
	assert_int_equal(message_send(pair->fd[0], &message, -1), -EPIPE);
	assert_int_equal(message_receive(pair->fd[0], &message, &fd), -EPIPE);
	pair->fd[1] = -1;
}

static void peer_that_does_not_read_is_told(void **state)
{
	struct message message = { .kind = MESSAGE_DONE };
	struct pair *pair = *state;
	int ret, count = 0;

	while (!(ret = message_send(pair->fd[0], &message, -1)))
		assert_true(++count < 100000);
	assert_int_equal(ret, -EAGAIN);
}

#define WITH_PAIR(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(message_arrives_as_sent),
		WITH_PAIR(descriptor_comes_along),
		WITH_PAIR(wrong_sizes_are_refused),
		WITH_PAIR(wrong_contents_are_refused),
		WITH_PAIR(surplus_descriptors_are_closed),
		WITH_PAIR(descriptor_of_a_bad_message_is_closed),
		WITH_PAIR(peer_that_is_gone_is_told),
		WITH_PAIR(peer_that_does_not_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
