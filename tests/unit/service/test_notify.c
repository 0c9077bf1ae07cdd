/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/privacy/directory.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "service/notify.h"

/* A service manager's socket, in $NOTIFY_SOCKET. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void heard(int fd, const char *begin)
{
	char text[256] = "";

	assert_true(recv(fd, text, sizeof(text) - 1, 0) > 0);
	if (strncmp(text, begin, strlen(begin)) != 0)
		fail_msg("heard '%s' instead of '%s'", text, begin);
}

/* One test: the module keeps its socket for the life of the process. */
static void notify_tells_who_listens_and_nobody_else(void **state)
{
	struct directory *directory = *state;
	char pid[32];
	int fd;

	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "2000000", 1);
	unsetenv("WATCHDOG_PID");
	notify_open();
	notify("READY=1"); /* to nobody */
	assert_int_equal(notify_watchdog_ms(), 0);
	fd = listen_at(directory_path(directory, "notify"));
	notify_open();
	notify("READY=1");
	heard(fd, "READY=1");
	notify_reloading();
	heard(fd, "RELOADING=1\nMONOTONIC_USEC=");
	assert_int_equal(notify_watchdog_ms(), 2000);
	setenv("WATCHDOG_PID", "1", 1); /* of another process */
	assert_int_equal(notify_watchdog_ms(), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 2000);
	setenv("WATCHDOG_USEC", "many", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "9223372036854775807", 1);
	assert_int_equal(notify_watchdog_ms(), INT32_MAX);
	close(fd);
	notify("READY=1"); /* it has gone */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(notify_tells_who_listens_and_nobody_else,
						directory_setup, directory_teardown),
	};

	return cmocka_run_group_tests_name("service/notify", tests, NULL, NULL);
}
