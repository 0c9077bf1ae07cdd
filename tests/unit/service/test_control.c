/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/control.h"

enum { UID_NONE = 12345678 };

/* Return: an end that listens at an address of the kernel's choice, which is *out. */
static int listening(struct sockaddr_un *out, socklen_t *out_bytes)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	*out_bytes = sizeof(*out);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)out, sizeof(out->sun_family)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)out, out_bytes), 0);
	return fd;
}

/* In the client's process: what its own end would pass for. Exits 0 when it is refused. */
static void __attribute__((noreturn))
connect_and_judge(const struct sockaddr_un *address, socklen_t bytes, pid_t service)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	uint32_t uid = UID_NONE;
	char byte;

	if (connect(fd, (const struct sockaddr *)address, bytes))
		_exit(2);
	if (control_client(fd, service, &uid) != -EPERM)
		_exit(3);
	_exit(recv(fd, &byte, 1, 0) == 0 ? 0 : 4); /* stays until the other end was judged */
}

static void a_clients_own_end_is_no_client_of_the_service(void **state)
{
	struct sockaddr_un address;
	socklen_t bytes;
	int fd = listening(&address, &bytes), accepted, status;
	uint32_t uid = UID_NONE;
	pid_t service = getpid(), child = fork();

	(void)state;
	assert_true(child >= 0);
	if (!child)
		connect_and_judge(&address, bytes, service);
	accepted = accept(fd, NULL, NULL);
	assert_true(accepted >= 0);
	assert_int_equal(control_client(accepted, service, &uid), 0);
	assert_int_equal(uid, getuid());
	close(accepted);
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void what_the_service_made_itself_is_no_client(void **state)
{
	uint32_t uid = UID_NONE;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(control_client(pair[0], getpid(), &uid), -EPERM);
	assert_int_equal(control_client(pair[0], getpid() + 1, &uid), 0);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(control_client(pair[0], getpid() + 1, &uid), -EPROTOTYPE);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(control_client(pair[0], getpid() + 1, &uid), -ENOTSOCK);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clients_own_end_is_no_client_of_the_service),
		cmocka_unit_test(what_the_service_made_itself_is_no_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
