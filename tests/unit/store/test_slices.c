/* SPDX-License-Identifier: GPL-2.0-only */
/* A walk in slices tells what a walk at once tells, and notices what happened in between. */
#include <string.h>

#include "fixture.h"
#include "store/daily.h"
#include "telprobe/record.h"

enum { EVENTS = 1000 };

struct told { /* what a walk told, in its order */
	int64_t id[EVENTS * 2];
	int64_t sequence[EVENTS * 2];
	int count;
	int pause_after; /* rows; 0: none */
};

static int take(const struct store_row *row, void *data)
{
	struct told *told = data;

	assert_true(told->count < EVENTS * 2);
	assert_string_equal(row->app, "demo-app");
	assert_int_equal(strlen(row->session), 16);
	told->id[told->count] = row->id;
	told->sequence[told->count++] = row->sequence;
	return told->pause_after && told->count % told->pause_after == 0 ? 7 : 0;
}

static int fill(void **state)
{
	int ret = fixture_setup(state);
	struct fixture *fixture = *state;

	fixture_open(fixture);
	fixture_fill(fixture, EVENTS);
	return ret;
}

/* Return: how many slices it took. */
static int walk_in_slices(struct fixture *fixture, const struct store_filter *filter,
			  int64_t budget_us, struct told *told)
{
	struct store_walk *walk;
	int ret, slices = 0;

	assert_ok(fixture, store_walk_new(filter, &walk, &fixture->error));
	do {
		ret = store_walk_slice(walk, fixture->store, budget_us, take, told,
				       &fixture->error);
		slices++;
	} while (ret > 0);
	assert_ok(fixture, ret);
	store_walk_free(walk);
	return slices;
}

static void slices_tell_what_a_walk_tells(void **state)
{
	static const struct store_filter filters[] = {
		{ 0 },
		{ .with_sequence = true },
		{ .since_us = NOON_US + 300000, .until_us = NOON_US + 700000 },
		{ .since_us = NOON_US + 300000, .with_sequence = true },
		{ .limit = 333 },
		{ .limit = 1 },
		{ .limit = EVENTS * 10 },
		{ .limit = 100, .with_sequence = true, .until_us = NOON_US + 500000 },
		{ .types = 1u << TP_ERROR },
		{ .types = 1u << TP_ERROR, .limit = 5 },
		{ .types = 1u << TP_SPAN, .limit = 500 },
		{ .context = 1, .limit = 500 },
		{ .context = 999 },
		{ .since_us = NOON_US * 2 },
	};
	struct fixture *fixture = *state;
	struct told whole, sliced;
	int slices;
	size_t i;

	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		memset(&whole, 0, sizeof(whole));
		memset(&sliced, 0, sizeof(sliced));
		assert_ok(fixture,
			  store_each(fixture->store, &filters[i], take, &whole, &fixture->error));
		sliced.pause_after = 10;
		slices = walk_in_slices(fixture, &filters[i], 1, &sliced);
		assert_int_equal(sliced.count, whole.count);
		assert_memory_equal(sliced.id, whole.id, sizeof(whole.id));
		assert_memory_equal(sliced.sequence, whole.sequence, sizeof(whole.sequence));
		assert_true(slices > whole.count / 10);
	}
}

/* The clock alone ends a slice too, also where no row is told. */
static void budget_ends_a_slice(void **state)
{
	const struct store_filter filter = { .types = 1u << TP_ERROR, .limit = 5 };
	struct fixture *fixture = *state;
	struct told told = { 0 };

	assert_true(walk_in_slices(fixture, &filter, 1, &told) >= EVENTS / 64);
	assert_int_equal(told.count, 0);
}

static void what_comes_later_is_not_told(void **state)
{
	struct fixture *fixture = *state;
	const struct store_filter filter = { 0 };
	struct told told = { .pause_after = 10 };
	struct sample sample;
	struct store_walk *walk;
	int ret;

	assert_ok(fixture, store_walk_new(&filter, &walk, &fixture->error));
	while ((ret = store_walk_slice(walk, fixture->store, 0, take, &told, &fixture->error)) >
	       0) {
		sample_begin(fixture, &sample, NOON_US + 2000000 + told.count);
		assert_ok(fixture, sample_add(fixture, &sample, NOON_US + 2000000 + told.count, 1));
		sample_commit(fixture, &sample);
	}
	assert_ok(fixture, ret);
	assert_int_equal(told.count, EVENTS);
	store_walk_free(walk);
}

static void erasure_in_between_is_told(void **state)
{
	struct fixture *fixture = *state;
	const struct store_filter filter = { 0 };
	struct told told = { .pause_after = 10 };
	struct store_walk *walk;
	int64_t freed_bytes;

	assert_ok(fixture, store_walk_new(&filter, &walk, &fixture->error));
	assert_int_equal(store_walk_slice(walk, fixture->store, 0, take, &told, &fixture->error),
			 7);
	assert_ok(fixture, store_delete_all(fixture->store, &freed_bytes, &fixture->error));
	fixture_fill(fixture, EVENTS);
	assert_int_equal(store_walk_slice(walk, fixture->store, 0, take, &told, &fixture->error),
			 -ESTALE);
	assert_int_equal(told.count, 10);
	store_walk_free(walk);
}

/* Erasure by removing the file: the next one has another key. */
static void another_file_in_between_is_told(void **state)
{
	struct fixture *fixture = *state;
	const struct store_filter filter = { 0 };
	struct told told = { .pause_after = 10 };
	struct store_walk *walk;

	assert_ok(fixture, store_walk_new(&filter, &walk, &fixture->error));
	assert_int_equal(store_walk_slice(walk, fixture->store, 0, take, &told, &fixture->error),
			 7);
	fixture_close(fixture);
	unlink(fixture->path);
	unlink(fixture_path(fixture, "events.db-wal"));
	unlink(fixture_path(fixture, "events.db-shm"));
	fixture_open(fixture);
	fixture_fill(fixture, EVENTS);
	assert_int_equal(store_walk_slice(walk, fixture->store, 0, take, &told, &fixture->error),
			 -ESTALE);
	assert_int_equal(told.count, 10);
	store_walk_free(walk);
}

static void opened_again_goes_on(void **state)
{
	struct fixture *fixture = *state;
	const struct store_filter filter = { .with_sequence = true };
	struct told told = { .pause_after = 10 };
	struct store_walk *walk;
	int i, ret;

	assert_ok(fixture, store_walk_new(&filter, &walk, &fixture->error));
	while ((ret = store_walk_slice(walk, fixture->store, 0, take, &told, &fixture->error)) >
	       0) {
		fixture_close(fixture);
		fixture_open(fixture);
	}
	assert_ok(fixture, ret);
	assert_int_equal(told.count, EVENTS);
	for (i = 0; i < EVENTS; i++)
		assert_int_equal(told.sequence[i], i + 1);
	store_walk_free(walk);
}

/* --- a store that is elsewhere ------------------------------------------------------------ */

struct elsewhere {
	int calls, closed;
};

static int fake_each(void *data, const struct store_filter *filter, store_row_callback callback,
		     void *callback_data, struct error *error)
{
	const struct store_row row = { .id = 5,
				       .context = filter->context,
				       .app = "demo-app",
				       .session = "0123456789abcdef" };

	(void)error;
	((struct elsewhere *)data)->calls++;
	return callback(&row, callback_data);
}

static int fake_totals(void *data, struct store_totals *out, struct error *error)
{
	(void)error;
	((struct elsewhere *)data)->calls++;
	*out = (struct store_totals){ .events = 42 };
	return 0;
}

static int fake_each_sum(void *data, const struct store_sum_filter *filter,
			 store_sum_callback callback, void *callback_data, struct error *error)
{
	(void)callback;
	(void)callback_data;
	(void)error;
	((struct elsewhere *)data)->calls++;
	return (int)filter->after;
}

static void fake_id(void *data, int64_t id, char out[37])
{
	((struct elsewhere *)data)->calls++;
	snprintf(out, 37, "%lld", (long long)id);
}

static int fake_delete(void *data, int64_t *out_freed_bytes, struct error *error)
{
	((struct elsewhere *)data)->calls++;
	*out_freed_bytes = 0;
	return error_set(error, -EBUSY, "not now");
}

static void fake_close(void *data)
{
	((struct elsewhere *)data)->closed++;
}

static void backend_is_asked(void **state)
{
	struct elsewhere elsewhere = { 0 };
	struct store_backend backend = { &elsewhere,	fake_each,   fake_totals, NULL,
					 fake_id,	fake_delete, fake_close,  1234,
					 fake_each_sum, NULL };
	const struct store_sum_filter days = { .after = 3 };
	const struct store_filter filter = { .context = 9 };
	struct fixture *fixture = *state;
	struct told told = { .pause_after = 1 };
	struct store_totals totals;
	struct store *store;
	int64_t freed_bytes;
	char id[37];

	assert_ok(fixture, store_open_backend(&backend, &store, &fixture->error));
	assert_int_equal(store_owner(store), 1234);
	assert_int_equal(store_each(store, &filter, take, &told, &fixture->error), 7);
	assert_ok(fixture, store_totals(store, &totals, &fixture->error));
	assert_int_equal(totals.events, 42);
	store_event_id(store, -9, id);
	assert_string_equal(id, "-9");
	assert_int_equal(store_delete_all(store, &freed_bytes, &fixture->error), -EBUSY);
	assert_int_equal(store_each_sum(store, &days, NULL, NULL, &fixture->error), 3);
	assert_int_equal(elsewhere.calls, 5);
	assert_int_equal(store_begin(store, &fixture->error), -ENOTSUP);
	store_close(store);
	assert_int_equal(elsewhere.closed, 1);
	backend.each_sum = NULL;
	assert_ok(fixture, store_open_backend(&backend, &store, &fixture->error));
	assert_int_equal(store_each_sum(store, &days, NULL, NULL, &fixture->error), 0);
	store_close(store);
}

#define WITH_EVENTS(name) cmocka_unit_test_setup_teardown(name, fill, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EVENTS(slices_tell_what_a_walk_tells),
		WITH_EVENTS(budget_ends_a_slice),
		WITH_EVENTS(what_comes_later_is_not_told),
		WITH_EVENTS(erasure_in_between_is_told),
		WITH_EVENTS(another_file_in_between_is_told),
		WITH_EVENTS(opened_again_goes_on),
		WITH_EVENTS(backend_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
