/* SPDX-License-Identifier: GPL-2.0-only */
/* A follower is told each event once, in whatever order they come. */
#include "fixture.h"

#include "store/retention.h"

enum { EVENTS = 2000 };

struct told {
	int times[EVENTS]; /* by the event's value */
	int count;
	int slice; /* rows; 0: all at once */
};

static int take(const struct store_row *row, void *data)
{
	struct told *told = data;

	assert_in_range(row->value, 0, EVENTS - 1);
	told->times[row->value]++;
	told->count++;
	return told->slice && told->count % told->slice == 0 ? 7 : 0;
}

/* What came since the last look. Return: how many. */
static int look(struct fixture *fixture, struct store_cursor *cursor, struct told *told)
{
	const struct store_filter filter = { .cursor = cursor };
	int before = told->count;

	assert_ok(fixture, store_each(fixture->store, &filter, take, told, &fixture->error));
	return told->count - before;
}

static void add_at(struct fixture *fixture, const int64_t *offsets_us, int count, int *value)
{
	struct sample sample;
	int i;

	sample_begin(fixture, &sample, NOON_US);
	for (i = 0; i < count; i++)
		assert_ok(fixture,
			  sample_add(fixture, &sample, NOON_US + offsets_us[i], (*value)++));
	sample_commit(fixture, &sample);
}

static void late_events_are_told_once(void **state)
{
	static const int64_t first[] = { 100, 300, 200 }, second[] = { 50, 400, 250, 300, 1 };
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 };
	struct told told = { 0 };
	int value = 0, i;

	fixture_open(fixture);
	assert_int_equal(look(fixture, &cursor, &told), 0);
	add_at(fixture, first, 3, &value);
	assert_int_equal(look(fixture, &cursor, &told), 3);
	assert_int_equal(look(fixture, &cursor, &told), 0);
	add_at(fixture, second, 5, &value);
	assert_int_equal(look(fixture, &cursor, &told), 5);
	assert_int_equal(look(fixture, &cursor, &told), 0);
	for (i = 0; i < value; i++)
		assert_int_equal(told.times[i], 1);
}

/* A clock that jumps to and fro, batches of any size, looks at any time, in slices that others write
 * between. */
static void any_order_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 };
	struct told told = { .slice = 5 };
	struct store_walk *walk;
	int64_t offsets[40];
	int value = 0, i, count, ret;

	fixture_open(fixture);
	srand(7);
	while (value + 40 * 8 < EVENTS) {
		const struct store_filter filter = { .cursor = &cursor };

		assert_ok(fixture, store_walk_new(&filter, &walk, &fixture->error));
		do {
			count = rand() % 40;
			for (i = 0; i < count; i++)
				offsets[i] = rand() % 3000;
			if (value + 40 < EVENTS)
				add_at(fixture, offsets, count, &value);
			ret = store_walk_slice(walk, fixture->store, 0, take, &told,
					       &fixture->error);
		} while (ret > 0);
		assert_ok(fixture, ret);
		store_walk_free(walk);
	}
	told.slice = 0;
	look(fixture, &cursor, &told);
	assert_int_equal(told.count, value);
	for (i = 0; i < value; i++)
		assert_int_equal(told.times[i], 1);
}

static void newest_so_many_begin_a_follower(void **state)
{
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 };
	const struct store_filter filter = { .limit = 10, .cursor = &cursor };
	const int64_t late = 5;
	struct told told = { 0 };
	int value = 1000;

	fixture_open(fixture);
	fixture_fill(fixture, 1000);
	assert_ok(fixture, store_each(fixture->store, &filter, take, &told, &fixture->error));
	assert_int_equal(told.count, 10);
	assert_int_equal(told.times[999], 1);
	add_at(fixture, &late, 1, &value);
	assert_int_equal(look(fixture, &cursor, &told), 1);
	assert_int_equal(told.times[1000], 1);
}

static void erasure_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 };
	const struct store_filter filter = { .cursor = &cursor };
	struct told told = { 0 };
	int64_t freed;

	fixture_open(fixture);
	fixture_fill(fixture, 20);
	assert_int_equal(look(fixture, &cursor, &told), 20);
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	fixture_fill(fixture, 30);
	assert_int_equal(store_each(fixture->store, &filter, take, &told, &fixture->error),
			 -ESTALE);
	cursor = (struct store_cursor){ 0 };
	assert_int_equal(look(fixture, &cursor, &told), 30);
}

/* The service empties a file before it removes it, and a look may come in between. */
static void erasure_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 };
	const struct store_filter filter = { .cursor = &cursor };
	struct told told = { 0 };
	int64_t freed;

	fixture_open(fixture);
	fixture_fill(fixture, 20);
	look(fixture, &cursor, &told);
	assert_true(store_cursor_has_passed(&cursor));
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_int_equal(store_each(fixture->store, &filter, take, &told, &fixture->error),
			 -ESTALE);
	cursor = (struct store_cursor){ 0 };
	assert_int_equal(look(fixture, &cursor, &told), 0);
	assert_false(store_cursor_has_passed(&cursor));
	fixture_close(fixture);
	assert_int_equal(unlink(fixture->path), 0);
	fixture_open(fixture);
	assert_int_equal(look(fixture, &cursor, &told), 0);
	fixture_fill(fixture, 30);
	assert_int_equal(look(fixture, &cursor, &told), 30);
}

/* Neither those that are left nor those that went are taken for ones that were forgotten. */
static void retention_leaves_a_follower_as_it_is(void **state)
{
	const struct store_limits limits = { .keep_days = 1 };
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 }, behind;
	const int64_t day_us = 24ll * 3600 * 1000000;
	struct told told = { 0 };
	struct sample sample;
	int i, ret;

	fixture_open(fixture);
	sample_begin(fixture, &sample, NOON_US);
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 0));
	sample_commit(fixture, &sample);
	assert_int_equal(look(fixture, &cursor, &told), 1);
	behind = cursor;
	sample_begin(fixture, &sample, NOON_US);
	for (i = 1; i <= 10; i++) /* even ones are 4 days old, also the last */
		assert_ok(fixture,
			  sample_add(fixture, &sample, NOON_US - i - (i % 2 ? 0 : 4 * day_us), i));
	sample_commit(fixture, &sample);
	assert_int_equal(look(fixture, &cursor, &told), 10);
	assert_ok(fixture,
		  store_clean_begin(fixture->store, &limits, NOON_US, 2 * day_us, &fixture->error));
	do
		ret = store_clean_slice(fixture->store, 1000000, &fixture->error);
	while (ret == 1);
	assert_ok(fixture, ret);
	assert_int_equal(look(fixture, &cursor, &told), 0);
	assert_int_equal(look(fixture, &behind, &told), 5);
	assert_memory_equal(&behind, &cursor, sizeof(cursor));
	sample_begin(fixture, &sample, NOON_US);
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US - 100, 100));
	sample_commit(fixture, &sample);
	assert_int_equal(look(fixture, &cursor, &told), 1);
}

/* Of so many late ones not all are remembered: it is said, not passed over. */
static void more_than_is_kept_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct store_cursor cursor = { 0 };
	const struct store_filter filter = { .cursor = &cursor };
	struct told told = { 0 };
	struct sample sample;
	int i, round;

	fixture_open(fixture);
	fixture_fill(fixture, 3);
	assert_int_equal(look(fixture, &cursor, &told), 3);
	for (round = 0; round < 2; round++) {
		sample_begin(fixture, &sample, NOON_US);
		for (i = 0; i < STORE_LATE_KEPT / 2 + 10 * round + 1; i++)
			assert_ok(fixture, sample_add(fixture, &sample, NOON_US - 1000000 + i, 1));
		sample_commit(fixture, &sample);
	}
	assert_int_equal(store_each(fixture->store, &filter, take, &told, &fixture->error),
			 -EOVERFLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(late_events_are_told_once, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(any_order_is_told_once, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(newest_so_many_begin_a_follower, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(erasure_is_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(erasure_is_told_once, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(retention_leaves_a_follower_as_it_is, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(more_than_is_kept_is_told, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
