/* SPDX-License-Identifier: GPL-2.0-only */
#include <sodium.h>

#include "unit/store/fixture.h"

#include "store/daily.h"
#include "store/marked.h"

struct stored { /* what a helper below adds */
	const char *app, *name;
	uint8_t flags;
	int64_t first_us;
	int events;
};

/* Events a second apart, and two spans of the day in sums. Its session goes on if there is one. */
static void store(struct fixture *fixture, const struct stored *stored)
{
	struct store_series series = { .type = TP_SPAN, .flags = stored->flags };
	struct store *file = fixture->store;
	struct error *error = &fixture->error;
	struct store_daily daily = { .day = NOON_US / STORE_DAY_US, .spans = 2, .sum_ns = 1000 };
	const struct store_bucket bucket = { .code = 3, .spans = 2 };
	const struct store_resources resources = { .cpu_us = 1 };
	struct store_event event = { .span = 1, .resources = &resources };
	struct store_session session;
	int i;

	assert_ok(fixture, store_begin(file, error));
	assert_ok(fixture, store_name(file, stored->app, &series.app, error));
	assert_ok(fixture, store_name(file, stored->name, &series.name[0], error));
	assert_ok(fixture, store_series(file, &series, &event.series, error));
	assert_ok(fixture, store_session(file, series.app, 0, stored->first_us, &session, error));
	assert_ok(fixture, store_context(file, session.id, 7, &event.context, error));
	for (i = 0; i < stored->events; i++) {
		event.time_us = stored->first_us + i * SECOND_US;
		if (event.time_us > session.last_us)
			session.last_us = event.time_us;
		assert_ok(fixture, store_add(file, &event, error));
	}
	assert_ok(fixture, store_session_extend(file, &session, error));
	daily.series = event.series;
	assert_ok(fixture, store_add_daily(file, &daily, error));
	assert_ok(fixture, store_add_bucket(file, daily.day, event.series, &bucket, error));
	assert_ok(fixture, store_commit(file, NULL, 0, 0, error));
}

static int note_row(const struct store_row *row, void *data)
{
	assert_string_equal(row->name[0], "kept-name");
	assert_int_equal(row->flags, TP_FLAG_BY_EXIT);
	(*(int *)data)++;
	return 0;
}

static int note_sum(const struct store_sum *sum, void *data)
{
	*(int64_t *)data += sum->spans;
	return 0;
}

static int64_t spans_in_sums(struct fixture *fixture)
{
	const struct store_sum_filter filter = { 0 };
	int64_t spans = 0;

	assert_ok(fixture,
		  store_each_sum(fixture->store, &filter, note_sum, &spans, &fixture->error));
	return spans;
}

static void what_is_marked_goes_and_the_rest_stays(void **state)
{
	const struct stored stored[] = {
		{ "kept-app", "kept-name", TP_FLAG_BY_EXIT, NOON_US, 500 },
		{ "kept-app", "gone-name", STORE_MARKED | TP_FLAG_BY_EXIT, NOON_US + 60 * SECOND_US,
		  900 },
		{ "kept-app", "kept-name", TP_FLAG_BY_EXIT | STORE_MARKED, NOON_US, 20 },
		{ "gone-app", "gone-too", STORE_MARKED, NOON_US, 3000 },
	};
	const struct store_filter filter = { 0 };
	struct fixture *fixture = *state;
	struct store_totals totals;
	uint64_t generation;
	bool has_rest = false;
	size_t i;
	int rows = 0;

	fixture_open(fixture);
	for (i = 0; i < sizeof(stored) / sizeof(stored[0]); i++)
		store(fixture, &stored[i]);
	assert_int_equal(fixture_events(fixture), 4420);
	assert_int_equal(spans_in_sums(fixture), 8);
	assert_true(files_with(fixture, "gone-app") && files_with(fixture, "gone-name"));
	generation = store_generation(fixture->store);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_true(has_rest);
	assert_true(store_generation(fixture->store) != generation);
	assert_int_equal(files_with(fixture, "gone-"), 0);
	assert_true(files_with(fixture, "kept-name"));
	assert_int_equal(spans_in_sums(fixture), 2);
	assert_ok(fixture, store_totals(fixture->store, &totals, &fixture->error));
	assert_int_equal(totals.sessions, 1);
	assert_int_equal(totals.events, 500);
	assert_int_equal(totals.aggregated, 2);
	assert_ok(fixture, store_each(fixture->store, &filter, note_row, &rows, &fixture->error));
	assert_int_equal(rows, 500);
	fixture_close(fixture);
	assert_int_equal(files_with(fixture, "gone-"), 0);
	fixture_open(fixture);
	store(fixture, &stored[1]); /* and it goes on, and once more */
	assert_int_equal(fixture_events(fixture), 1400);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_int_equal(fixture_events(fixture), 500);
}

/* A session that goes on through both would tell when the marked events were. */
static void a_session_begins_and_ends_with_what_is_left_of_it(void **state)
{
	const struct stored before = { "app", "gone-name", STORE_MARKED, NOON_US, 10 },
			    kept = { "app", "kept-name", TP_FLAG_BY_EXIT, NOON_US + 60 * SECOND_US,
				     5 },
			    after = { "app", "gone-name", STORE_MARKED, NOON_US + 90 * SECOND_US,
				      10 };
	struct fixture *fixture = *state;
	struct store_session session;
	struct error *error = &fixture->error;
	bool has_rest;
	int64_t app;

	fixture_open(fixture);
	store(fixture, &before);
	store(fixture, &kept);
	store(fixture, &after);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, error));
	assert_ok(fixture, store_begin(fixture->store, error));
	assert_ok(fixture, store_name(fixture->store, "app", &app, error));
	assert_ok(fixture, store_session(fixture->store, app, 0, kept.first_us, &session, error));
	assert_int_equal(session.started_us, kept.first_us);
	assert_int_equal(session.last_us, kept.first_us + 4 * SECOND_US);
	store_rollback(fixture->store);
}

static void nothing_else_is_told(void **state)
{
	const struct stored stored = { "gone-app", "gone-name", STORE_MARKED, NOON_US, 10 };
	struct fixture *fixture = *state;
	bool has_rest = true;

	fixture_open(fixture);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_false(has_rest);
	store(fixture, &stored);
	has_rest = true;
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_false(has_rest);
	fixture_fill(fixture, 3); /* of which nothing is marked */
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_true(has_rest);
	assert_int_equal(fixture_events(fixture), 3);
}

static void a_batch_and_a_reader_are_in_the_way(void **state)
{
	const struct stored stored = { "gone-app", "gone-name", STORE_MARKED, NOON_US, 10 };
	struct fixture *fixture = *state, reader = *fixture;
	bool has_rest;

	fixture_open(fixture);
	store(fixture, &stored);
	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	assert_int_equal(store_delete_marked(fixture->store, &has_rest, &fixture->error), -EINVAL);
	store_rollback(fixture->store);
	assert_ok(&reader, store_open(fixture->path, STORE_WRITE, 0, &reader.store, &reader.error));
	assert_ok(&reader, store_begin(reader.store, &reader.error)); /* holds the lock */
	assert_true(store_delete_marked(fixture->store, &has_rest, &fixture->error) < 0);
	store_rollback(reader.store);
	store_close(reader.store);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_int_equal(files_with(fixture, "gone-"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_marked_goes_and_the_rest_stays),
		TEST(a_session_begins_and_ends_with_what_is_left_of_it),
		TEST(nothing_else_is_told),
		TEST(a_batch_and_a_reader_are_in_the_way),
	};

	return cmocka_run_group_tests_name("store/marked", tests, NULL, NULL);
}
