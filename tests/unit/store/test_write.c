/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/wait.h>

#include "unit/store/fixture.h"

#include "unit/failing_memory.h"
#include "unit/limit_files.h"

static const struct store_ring ring = { .boot_id = "boot-one", .ring_id = "ring-one" };

struct heard {
	int64_t count;
	int64_t times[2000];
	int64_t values[2000];
	uint32_t spans[2000], parents[2000];
};

static int hear(const struct store_row *row, void *data)
{
	struct heard *heard = data;

	if (heard->count < 2000) {
		heard->times[heard->count] = row->time_us;
		heard->values[heard->count] = row->value;
		heard->spans[heard->count] = row->span;
		heard->parents[heard->count] = row->parent;
	}
	heard->count++;
	return 0;
}

static struct heard *hear_all(struct fixture *fixture)
{
	static struct heard heard;
	struct store_filter all = { 0 };

	memset(&heard, 0, sizeof(heard));
	assert_ok(fixture, store_each(fixture->store, &all, hear, &heard, &fixture->error));
	return &heard;
}

static void store_name_is_one_id_for_one_text(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture_open(fixture);
	int64_t first, second, third;

	assert_ok(fixture, store_begin(store, &fixture->error));
	assert_ok(fixture, store_name(store, "alpha", &first, &fixture->error));
	assert_ok(fixture, store_name(store, "beta", &second, &fixture->error));
	assert_ok(fixture, store_name(store, "alpha", &third, &fixture->error));
	assert_int_equal(first, third);
	assert_int_not_equal(first, second);
	assert_true(first > 0 && second > 0); /* 0 is no name */
}

static int64_t name_within(struct fixture *fixture, const char *text, uint32_t origin, int64_t max)
{
	int64_t id = -1;

	assert_ok(fixture,
		  store_name_within(fixture->store, text, origin, max, &id, &fixture->error));
	return id;
}

static void store_name_within_counts_what_an_origin_added(void **state)
{
	struct fixture *fixture = *state;
	int64_t first, second, shared;

	assert_ok(fixture, store_begin(fixture_open(fixture), &fixture->error));
	first = name_within(fixture, "one", 7, 2);
	second = name_within(fixture, "two", 7, 2);
	assert_true(first > 0 && second > 0 && first != second);
	assert_int_equal(name_within(fixture, "three", 7, 2), 0);
	assert_int_equal(name_within(fixture, "one", 7, 2), first); /* it is there */
	shared = name_within(fixture, "three", 8, 2);		    /* another one's */
	assert_true(shared > 0);
	assert_int_equal(name_within(fixture, "three", 7, 2), shared);
	assert_ok(fixture, store_name(fixture->store, "placeholder", &shared, &fixture->error));
	assert_true(name_within(fixture, "four", 8, 2) > 0);
	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));

	fixture_close(fixture); /* the file knows it, not the process */
	assert_ok(fixture, store_begin(fixture_open(fixture), &fixture->error));
	assert_int_equal(name_within(fixture, "five", 7, 2), 0);
	assert_int_equal(name_within(fixture, "two", 7, 2), second);
	assert_true(name_within(fixture, "five", 7, 3) > 0); /* the limit is the caller's */
	store_rollback(fixture->store);
	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	assert_true(name_within(fixture, "six", 7, 3) >
		    0); /* what was rolled back does not count */
	store_rollback(fixture->store);
}

static void store_name_within_outside_a_batch_is_refused(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = 5;

	fixture_open(fixture);
	assert_int_equal(store_name_within(fixture->store, "x", 1, 1, &id, &fixture->error),
			 -EINVAL);
	assert_int_equal(id, 5);
}

static void store_series_differs_by_each_part(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = fixture_open(fixture);
	struct store_series base = { .app = 1 }, changed;
	int64_t id, other, again;
	int i;

	assert_ok(fixture, store_begin(store, &fixture->error));
	assert_ok(fixture, store_series(store, &base, &id, &fixture->error));
	for (i = 0; i < 11; i++) {
		changed = base;
		changed.app += i == 0;
		changed.type += i == 1;
		changed.kind += i == 2;
		changed.outcome += i == 3;
		changed.flags += i == 4;
		changed.code -= i == 5;
		if (i > 5)
			changed.name[i - 6] = 9;
		assert_ok(fixture, store_series(store, &changed, &other, &fixture->error));
		assert_int_not_equal(other, id);
		assert_ok(fixture, store_series(store, &changed, &again, &fixture->error));
		assert_int_equal(other, again);
	}
}

static void store_add_same_microsecond_keeps_all(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	struct heard *heard;
	int i;

	fixture_open(fixture);
	sample_begin(fixture, &sample, NOON_US);
	for (i = 0; i < 1500; i++) /* more than the ties of one microsecond, and out of order */
		assert_ok(fixture, sample_add(fixture, &sample, NOON_US + (i % 7 == 0) * 5, i));
	sample_commit(fixture, &sample);
	heard = hear_all(fixture);
	assert_int_equal(heard->count, 1500);
	for (i = 0; i < 1500; i++)
		assert_in_range(heard->times[i], NOON_US, NOON_US + 6);
}

static void store_add_time_out_of_range_is_refused(void **state)
{
	static const int64_t times[] = { -1, STORE_TIME_MAX_US, INT64_MAX, INT64_MIN };
	struct fixture *fixture = *state;
	struct sample sample;
	size_t i;

	fixture_open(fixture);
	sample_begin(fixture, &sample, NOON_US);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_int_equal(sample_add(fixture, &sample, times[i], 1), -ERANGE);
	assert_ok(fixture, sample_add(fixture, &sample, STORE_TIME_MAX_US - 1, 1));
	assert_ok(fixture, sample_add(fixture, &sample, 0, 1));
	sample_commit(fixture, &sample);
	assert_int_equal(hear_all(fixture)->count, 2);
}

static void store_add_numbers_come_back_as_they_went(void **state)
{
	static const struct {
		int64_t value;
		uint32_t span, parent;
	} cases[] = {
		{ 0, 0, 0 },  { 1, 1, 0 },	    { INT64_MAX, 5, 4 },  { INT64_MIN, 4, 5 },
		{ -7, 0, 9 }, { 1, UINT32_MAX, 1 }, { 1, 1, UINT32_MAX }, { 1, UINT32_MAX, 0 }
	};
	struct fixture *fixture = *state;
	struct store_event event = { 0 };
	struct sample sample;
	struct heard *heard;
	size_t i, count = sizeof(cases) / sizeof(cases[0]);

	fixture_open(fixture);
	sample_begin(fixture, &sample, NOON_US);
	event.context = sample.context;
	event.series = sample.series;
	for (i = 0; i < count; i++) {
		event.time_us = NOON_US + (int64_t)i;
		event.value = cases[i].value;
		event.span = cases[i].span;
		event.parent = cases[i].parent;
		assert_ok(fixture, store_add(fixture->store, &event, &fixture->error));
	}
	event.parent = event.span;
	assert_int_equal(store_add(fixture->store, &event, &fixture->error), -EINVAL);
	sample_commit(fixture, &sample);
	heard = hear_all(fixture);
	assert_int_equal(heard->count, count);
	for (i = 0; i < count; i++) {
		assert_int_equal(heard->values[i], cases[i].value);
		assert_int_equal(heard->spans[i], cases[i].span);
		assert_int_equal(heard->parents[i], cases[i].parent);
	}
}

static void store_add_without_batch_is_refused(void **state)
{
	struct store_event event = { .time_us = NOON_US };
	struct fixture *fixture = *state;
	struct store_session session;
	int64_t id;

	fixture_open(fixture);
	assert_int_equal(store_add(fixture->store, &event, &fixture->error), -EINVAL);
	assert_int_equal(store_name(fixture->store, "x", &id, &fixture->error), -EINVAL);
	assert_int_equal(store_session(fixture->store, 1, 0, NOON_US, &session, &fixture->error),
			 -EINVAL);
	assert_int_equal(fixture_events(fixture), 0);
}

static void store_rollback_leaves_nothing_and_forgets(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	uint64_t generation;

	generation = store_generation(fixture_open(fixture));
	sample_begin(fixture, &sample, NOON_US);
	assert_int_equal(store_generation(fixture->store), generation);
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 1));
	store_rollback(fixture->store);
	assert_int_not_equal(store_generation(fixture->store), generation);
	assert_int_equal(fixture_events(fixture), 0);
	fixture_fill(fixture, 2);
	assert_int_equal(fixture_events(fixture), 2);
}

static void store_begin_after_a_foreign_erasure_forgets(void **state)
{
	struct fixture *fixture = *state;
	struct store *other;
	uint64_t generation;
	int64_t freed;

	fixture_open(fixture);
	fixture_fill(fixture, 2);
	generation = store_generation(fixture->store);
	assert_ok(fixture, store_open(fixture->path, STORE_WRITE, 0, &other, &fixture->error));
	assert_ok(fixture, store_delete_all(other, &freed, &fixture->error));
	store_close(other);
	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	assert_int_not_equal(store_generation(fixture->store), generation);
}

static void store_commit_moves_the_ring_only_from_where_it_stands(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	uint64_t position = 7;

	fixture_open(fixture);
	assert_int_equal(store_ring_position(fixture->store, &ring, &position, &fixture->error),
			 -ENOENT);
	assert_int_equal(position, 7);
	sample_begin(fixture, &sample, NOON_US);
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 1));
	assert_ok(fixture, store_commit(fixture->store, &ring, 100, 164, &fixture->error));
	assert_ok(fixture, store_ring_position(fixture->store, &ring, &position, &fixture->error));
	assert_int_equal(position, 164);

	sample_begin(fixture, &sample, NOON_US); /* stale: the same records again */
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 1));
	assert_int_equal(store_commit(fixture->store, &ring, 100, 164, &fixture->error), -ESTALE);
	assert_int_equal(fixture_events(fixture), 1);

	assert_ok(fixture, store_commit(fixture->store, &ring, 164, UINT64_MAX, &fixture->error));
	assert_ok(fixture, store_ring_position(fixture->store, &ring, &position, &fixture->error));
	assert_true(position == UINT64_MAX);
}

static void store_commit_of_two_collectors_fences_one(void **state)
{
	struct fixture *fixture = *state, second = *fixture;
	struct sample sample;

	fixture_open(fixture);
	assert_ok(fixture, store_commit(fixture->store, &ring, 0, 64, &fixture->error));
	fixture_open(&second);
	sample_begin(&second, &sample, NOON_US);
	assert_ok(&second, sample_add(&second, &sample, NOON_US, 1));
	assert_ok(&second, store_commit(second.store, &ring, 64, 128, &second.error));
	sample_begin(fixture, &sample, NOON_US);
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 1));
	assert_int_equal(store_commit(fixture->store, &ring, 64, 128, &fixture->error), -ESTALE);
	assert_int_equal(fixture_events(fixture), 1);
	fixture_close(&second);
}

static void store_commit_forgets_rings_of_other_boots(void **state)
{
	struct store_ring other = ring;
	struct fixture *fixture = *state;
	uint64_t position;
	int i;

	fixture_open(fixture);
	assert_ok(fixture, store_commit(fixture->store, &ring, 0, 64, &fixture->error));
	other.boot_id[0]++;
	assert_ok(fixture, store_commit(fixture->store, &other, 0, 64, &fixture->error));
	assert_int_equal(store_ring_position(fixture->store, &ring, &position, NULL), -ENOENT);
	for (i = 1; i <= 300; i++) { /* as many runs: the table stays bounded */
		memcpy(other.ring_id, &i, sizeof(i));
		assert_ok(fixture, store_commit(fixture->store, &other, 0, 64, &fixture->error));
	}
	assert_ok(fixture, store_ring_position(fixture->store, &other, &position, &fixture->error));
	i = 1;
	memcpy(other.ring_id, &i, sizeof(i));
	assert_int_equal(store_ring_position(fixture->store, &other, &position, NULL), -ENOENT);
}

/* Two processes write to one file; each of their events arrives once. */
static void store_commit_of_two_writers_keeps_both(void **state)
{
	struct fixture *fixture = *state;
	int writer, status, i;

	fixture_open(fixture);
	fixture_close(fixture);
	for (writer = 0; writer < 2; writer++) {
		if (fork())
			continue;
		fixture_open(fixture);
		for (i = 0; i < 50; i++)
			fixture_fill(fixture, 20);
		fixture_close(fixture);
		_exit(0);
	}
	for (writer = 0; writer < 2; writer++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	fixture_open(fixture);
	assert_int_equal(fixture_events(fixture), 2000);
}

/* The disk fills at every possible point of a batch. */
static void store_commit_on_full_disk_loses_this_batch_only(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	rlim_t room;
	int i, ret, full = 0;
	int64_t before;

	fixture_open(fixture);
	fixture_fill(fixture, 100);
	for (room = 40000; room < 400000; room += 20000) {
		before = fixture_events(fixture);
		sample_begin(fixture, &sample, NOON_US + (int64_t)room);
		limit_files(room);
		ret = 0;
		for (i = 0; i < 4000 && !ret; i++)
			ret = sample_add(fixture, &sample, NOON_US + i, i);
		if (!ret)
			ret = store_commit(fixture->store, &ring, 0, 0, &fixture->error);
		limit_files(RLIM_INFINITY);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOSPC);
		assert_non_null(strstr(fixture->error.what, "no space left"));
		store_rollback(fixture->store);
		assert_int_equal(fixture_events(fixture), before);
		full++;
	}
	assert_true(full > 1);
	fixture_fill(fixture, 10); /* there is room again */
	fixture_close(fixture);
	fixture_open(fixture);
	assert_true(fixture_events(fixture) >= 110);
}

static void store_add_without_memory_says_so_at_every_place(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	struct error error;
	int64_t id;
	long allocations;
	int ret = -1;

	if (!memory_can_fail())
		skip();
	for (allocations = 0; ret && allocations < 500; allocations++) {
		fixture_open(fixture);
		sample_begin(fixture, &sample, NOON_US);
		memory_fail_after(allocations);
		ret = store_name(fixture->store, "one-more", &id, &error);
		if (!ret)
			ret = sample_add(fixture, &sample, NOON_US, 1);
		if (!ret)
			ret = store_commit(fixture->store, &ring, 0, 0, &error);
		memory_fail_after(-1);
		if (ret)
			assert_int_equal(ret, -ENOMEM);
		store_rollback(fixture->store);
		fixture_close(fixture);
	}
	assert_int_equal(ret, 0);
	assert_true(allocations > 3);
	fixture_open(fixture);
	assert_int_equal(fixture_events(fixture), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_name_is_one_id_for_one_text),
		TEST(store_name_within_counts_what_an_origin_added),
		TEST(store_name_within_outside_a_batch_is_refused),
		TEST(store_series_differs_by_each_part),
		TEST(store_add_same_microsecond_keeps_all),
		TEST(store_add_time_out_of_range_is_refused),
		TEST(store_add_numbers_come_back_as_they_went),
		TEST(store_add_without_batch_is_refused),
		TEST(store_rollback_leaves_nothing_and_forgets),
		TEST(store_begin_after_a_foreign_erasure_forgets),
		TEST(store_commit_moves_the_ring_only_from_where_it_stands),
		TEST(store_commit_of_two_collectors_fences_one),
		TEST(store_commit_forgets_rings_of_other_boots),
		TEST(store_commit_of_two_writers_keeps_both),
		TEST(store_commit_on_full_disk_loses_this_batch_only),
		TEST(store_add_without_memory_says_so_at_every_place),
	};

	return cmocka_run_group_tests_name("store/write", tests, NULL, NULL);
}
