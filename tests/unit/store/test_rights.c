/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may not write, who may not yet. */
#include <sqlite3.h>

#include "unit/store/fixture.h"

/* Return: 0 if the file can be read, else the number of what went wrong. */
static int read_only_reader(struct fixture *fixture)
{
	struct store_totals totals;
	struct store *store;

	if (!access(fixture->directory, W_OK) || !access(fixture->path, W_OK))
		return 1;
	if (store_open(fixture->path, STORE_READ, 0, &store, &fixture->error)) {
		fprintf(stderr, "%s\n", fixture->error.what);
		return 2;
	}
	if (store_totals(store, &totals, &fixture->error) || totals.events != 3)
		return 3;
	store_close(store);
	return 0;
}

static void make_readable(struct fixture *fixture)
{
	char beside[160];

	chmod(fixture->path, 0444);
	snprintf(beside, sizeof(beside), "%s-wal", fixture->path);
	chmod(beside, 0444);
	snprintf(beside, sizeof(beside), "%s-shm", fixture->path);
	chmod(beside, 0444);
	chmod(fixture->directory, 0555);
}

static void store_open_to_read_needs_no_right_to_write(void **state)
{
	struct fixture *fixture = *state;

	fixture_open(fixture);
	fixture_fill(fixture, 3);
	make_readable(fixture); /* with a live writer */
	assert_int_equal(without_root(read_only_reader, fixture), 0);
	fixture_close(fixture); /* and after it closed in order */
	assert_int_equal(without_root(read_only_reader, fixture), 0);
}

static int write_without_right(struct fixture *fixture)
{
	struct store *store;
	int ret = store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error);

	return ret == -EACCES && fixture->error.hint[0] ? 0 : 1;
}

static void store_open_without_the_right_to_write_is_refused(void **state)
{
	struct fixture *fixture = *state;

	chmod(fixture->directory, 0555); /* a new file */
	assert_int_equal(without_root(write_without_right, fixture), 0);
	chmod(fixture->directory, 0777);
	fixture_open(fixture);
	fixture_close(fixture);
	assert_int_equal(chmod(fixture->path, 0444), 0); /* an existing one */
	assert_int_equal(without_root(write_without_right, fixture), 0);
	assert_int_equal(chmod(fixture->path, 0000), 0);
	assert_int_equal(without_root(write_without_right, fixture), 0);
	chmod(fixture->path, 0600);
}

/* Who waits for another: instead of time something passes. */
static struct {
	const char *given; /* NULL: nothing is */
	int times;
} waiting;

int sqlite3_sleep(int milliseconds)
{
	waiting.times++;
	if (waiting.given && waiting.times == 2)
		chmod(waiting.given, 0600);
	return milliseconds;
}

/* A root that reads has just made the log's index, and is about to give it away. */
static int write_beside_root(struct fixture *fixture)
{
	struct store *store;
	char index[160];
	int ret;

	snprintf(index, sizeof(index), "%s-shm", fixture->path);
	if (store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error))
		return 1;
	store_close(store);
	if (chmod(index, 0))
		return 2;
	waiting.given = index;
	ret = store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error);
	if (ret || waiting.times != 2)
		return 3;
	store_close(store);
	memset(&waiting, 0, sizeof(waiting));
	if (chmod(index, 0))
		return 4;
	ret = store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error);
	return ret == -EACCES && waiting.times < 10 ? 0
						    : 5; /* who never gives it is not waited for */
}

static void store_open_waits_for_a_log_that_is_just_made(void **state)
{
	struct fixture *fixture = *state;

	chmod(fixture->directory, 0777);
	assert_int_equal(without_root(write_beside_root, fixture), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_open_to_read_needs_no_right_to_write),
		TEST(store_open_without_the_right_to_write_is_refused),
		TEST(store_open_waits_for_a_log_that_is_just_made),
	};

	return cmocka_run_group_tests_name("store/rights", tests, NULL, NULL);
}
