/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/lease.h"

struct fixture {
	char path[64];
	int fd;
};

/* Whom the next write lease on its way back to a read lease is to meet; NULL: nobody. */
static struct writer {
	const char *path;
	pthread_t thread;
	int fd;
} * writer;

static void *begin_to_write(void *data)
{
	struct writer *mine = data;

	mine->fd = open(mine->path, O_WRONLY | O_CLOEXEC); /* held up until the lease is given up */
	return NULL;
}

/* In place of the C library's, so that the moment between two calls of lease.c can be met. */
int fcntl(int fd, int command, ...)
{
	struct writer *mine = writer;
	va_list arguments;
	long value;

	va_start(arguments, command);
	value = va_arg(arguments, long);
	va_end(arguments);
	if (mine && command == F_SETLEASE && value == F_RDLCK) {
		writer = NULL;
		assert_int_equal(pthread_create(&mine->thread, NULL, begin_to_write, mine), 0);
		while (syscall(SYS_fcntl, fd, F_GETLEASE, 0L) == F_WRLCK)
			usleep(1000);
	}
	return (int)syscall(SYS_fcntl, fd, command, value);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int fd;

	if (!fixture)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "/tmp/telprobe-lease.XXXXXX");
	fd = mkstemp(fixture->path);
	if (fd < 0 || ftruncate(fd, 4096) || close(fd) || lease_watch() < 0)
		return -1;
	fixture->fd = open(fixture->path, O_RDONLY | O_CLOEXEC);
	*state = fixture;
	return fixture->fd < 0 || lease_take(fixture->fd, fixture->path, NULL) ? -1 : 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->fd);
	unlink(fixture->path);
	free(fixture);
	return 0;
}

static void lease_use_only_opener_is(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(lease_use(fixture->fd), CAPTURE_ALONE);
	assert_true(lease_holds(fixture->fd));
}

static void lease_use_second_opener_is_seen(void **state)
{
	struct fixture *fixture = *state;
	int fd = open(fixture->path, O_RDONLY | O_CLOEXEC);

	assert_int_equal(lease_use(fixture->fd), CAPTURE_SHARED);
	assert_true(lease_holds(fixture->fd));
	close(fd);
	assert_int_equal(lease_use(fixture->fd), CAPTURE_ALONE);
}

static void lease_use_mapping_of_a_deleted_file_is_seen(void **state)
{
	struct fixture *fixture = *state;
	int fd = open(fixture->path, O_RDONLY | O_CLOEXEC);
	void *mapping = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	assert_ptr_not_equal(mapping, MAP_FAILED);
	close(fd);
	unlink(fixture->path);
	assert_int_equal(lease_use(fixture->fd), CAPTURE_SHARED);
	munmap(mapping, 4096);
	assert_int_equal(lease_use(fixture->fd), CAPTURE_ALONE);
}

static void lease_use_without_a_lease_is_not(void **state)
{
	struct fixture *fixture = *state;

	lease_give_up(fixture->fd);
	assert_int_equal(lease_use(fixture->fd), CAPTURE_SHARED);
}

static void lease_use_writer_in_that_moment_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct writer mine = { .path = fixture->path };

	writer = &mine;
	assert_int_equal(lease_use(fixture->fd), CAPTURE_WRITTEN);
	assert_false(lease_holds(fixture->fd));
	lease_give_up(fixture->fd);
	assert_int_equal(pthread_join(mine.thread, NULL), 0);
	assert_true(mine.fd >= 0);
	close(mine.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lease_use_only_opener_is, setup, teardown),
		cmocka_unit_test_setup_teardown(lease_use_second_opener_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(lease_use_mapping_of_a_deleted_file_is_seen, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lease_use_without_a_lease_is_not, setup, teardown),
		cmocka_unit_test_setup_teardown(lease_use_writer_in_that_moment_is_told, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
