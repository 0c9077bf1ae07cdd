/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/privacy/directory.h"

#include "service/last_run.h"

static int open_lock(struct directory *directory)
{
	int fd = open(directory_path(directory, "lock"), O_RDWR | O_CREAT, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void last_run_begin_knows_one_that_was_cut_off(void **state)
{
	int fd = open_lock(*state);
	struct last_run last;

	last = last_run_begin(fd, 1795176000000000);
	assert_false(last.was_cut_off);
	last = last_run_begin(fd, 1795176000000001);
	assert_true(last.was_cut_off);
	assert_int_equal(last.pid, getpid());
	assert_int_equal(last.since_us, 1795176000000000);
	last_run_end(fd);
	last = last_run_begin(fd, 1795176000000002);
	assert_false(last.was_cut_off);
	close(fd);
}

static void last_run_begin_takes_what_it_cannot_read_for_an_end(void **state)
{
	static const char *const lines[] = { "",
					     "\n",
					     "running",
					     "running x 5\n",
					     "runningly 1 2\n",
					     "\xff\xff\xff",
					     "ended running 1 2\n" };
	struct directory *directory = *state;
	char text[100];
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int fd;

		directory_write(directory, "lock", lines[i], strlen(lines[i]));
		fd = open_lock(directory);
		if (last_run_begin(fd, 7).was_cut_off)
			fail_msg("'%s' is taken for a run", lines[i]);
		close(fd);
		assert_int_equal(directory_read(directory, "lock", text, sizeof(text)), 64);
		assert_memory_equal(text, "running ", 8);
		assert_int_equal(text[63], '\n');
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(last_run_begin_knows_one_that_was_cut_off),
		TEST(last_run_begin_takes_what_it_cannot_read_for_an_end),
	};

	return cmocka_run_group_tests_name("service/last_run", tests, NULL, NULL);
}
