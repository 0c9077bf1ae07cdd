/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/store/fixture.h"

#include "unit/failing_memory.h"

enum { HEARD = 400 };

struct heard {
	int count;
	int stop_at; /* return 5 from the call that hears this many */
	struct store_row rows[HEARD];
	char session[HEARD][17];
	char name[HEARD][64];
};

static int hear(const struct store_row *row, void *data)
{
	struct heard *heard = data;

	assert_true(heard->count < HEARD);
	heard->rows[heard->count] = *row;
	copy_text(heard->session[heard->count], 17, row->session);
	copy_text(heard->name[heard->count], 64, row->name[0]);
	heard->count++;
	return heard->count == heard->stop_at ? 5 : 0;
}

static struct heard *each(struct fixture *fixture, struct store_filter filter)
{
	static struct heard heard;
	int i;

	memset(&heard, 0, sizeof(heard));
	assert_ok(fixture, store_each(fixture->store, &filter, hear, &heard, &fixture->error));
	for (i = 1; i < heard.count; i++)
		assert_true(heard.rows[i - 1].id < heard.rows[i].id);
	return &heard;
}

static void put(struct fixture *fixture, int64_t context, int64_t series, int64_t time_us,
		const struct store_resources *resources)
{
	const struct store_event event = {
		.time_us = time_us,
		.context = context,
		.series = series,
		.value = time_us - NOON_US,
		.resources = resources,
	};

	assert_ok(fixture, store_add(fixture->store, &event, &fixture->error));
}

struct world {
	int64_t contexts[3]; /* of two sessions: one of each app; the third is of the first app */
	int64_t count_series, exit_series;
};

/* 100 counts, a second apart, of three processes in turn; then an exit of each. */
static struct world fill(struct fixture *fixture)
{
	static const struct store_resources resources = { 11, 22, 33, 44 };
	struct store *store = fixture_open(fixture);
	struct store_series series = { .type = TP_COUNT };
	struct store_session session;
	struct world world;
	int64_t app, version;
	int i;

	assert_ok(fixture, store_begin(store, NULL));
	assert_ok(fixture, store_name(store, "2.0", &version, NULL));
	assert_ok(fixture, store_name(store, "api.calls", &series.name[0], NULL));
	for (i = 0; i < 3; i++) {
		assert_ok(fixture, store_name(store, i == 1 ? "second" : "first", &app, NULL));
		assert_ok(fixture,
			  store_session(store, app, i == 1 ? version : 0, NOON_US, &session, NULL));
		session.last_us = NOON_US + 200 * SECOND_US;
		assert_ok(fixture, store_session_extend(store, &session, NULL));
		assert_ok(fixture, store_context(store, session.id, 5, &world.contexts[i], NULL));
	}
	series.app = app;
	assert_ok(fixture, store_series(store, &series, &world.count_series, NULL));
	series = (struct store_series){
		.app = app, .type = TP_EXIT, .code = 139, .flags = TP_FLAG_FORKED
	};
	assert_ok(fixture, store_series(store, &series, &world.exit_series, NULL));
	for (i = 0; i < 100; i++)
		put(fixture, world.contexts[i % 3], world.count_series, NOON_US + i * SECOND_US,
		    NULL);
	for (i = 0; i < 3; i++)
		put(fixture, world.contexts[i], world.exit_series, NOON_US + (100 + i) * SECOND_US,
		    i ? NULL : &resources);
	assert_ok(fixture, store_commit(store, NULL, 0, 0, NULL));
	return world;
}

static void store_each_tells_all_parts(void **state)
{
	struct fixture *fixture = *state;
	struct heard *heard;
	struct store_row *row;
	struct world world = fill(fixture);

	heard = each(fixture, (struct store_filter){ 0 });
	assert_int_equal(heard->count, 103);
	row = &heard->rows[1];
	assert_int_equal(row->time_us, NOON_US + SECOND_US);
	assert_int_equal(row->type, TP_COUNT);
	assert_int_equal(row->value, SECOND_US);
	assert_int_equal(row->context, world.contexts[1]);
	assert_int_equal(row->session_started_us, NOON_US);
	assert_int_equal(row->sequence, 0);
	assert_string_equal(heard->name[1], "api.calls");
	assert_null(row->name[1]);
	assert_int_equal(strlen(heard->session[1]), 16);
	assert_string_equal(heard->session[0], heard->session[2]);
	assert_string_not_equal(heard->session[0], heard->session[1]);
	row = &heard->rows[100];
	assert_int_equal(row->code, 139);
	assert_int_equal(row->flags, TP_FLAG_FORKED);
	assert_true(row->has_resources);
	assert_int_equal(row->resources.cpu_us, 11);
	assert_int_equal(row->resources.written_bytes, 44);
	assert_false(heard->rows[101].has_resources);
}

static int assert_texts(const struct store_row *row, void *data)
{
	int *seconds = data;

	assert_string_equal(row->app, "first"); /* the app of the series */
	assert_string_equal(row->version, row->value % (3 * SECOND_US) == SECOND_US ? "2.0" : "");
	(*seconds)++;
	return 0;
}

static void store_each_tells_app_and_version(void **state)
{
	struct store_filter filter = { .types = 1 << TP_COUNT };
	struct fixture *fixture = *state;
	int seconds = 0;

	fill(fixture);
	assert_ok(fixture, store_each(fixture->store, &filter, assert_texts, &seconds, NULL));
	assert_int_equal(seconds, 100);
}

static void store_each_filters(void **state)
{
	struct fixture *fixture = *state;
	struct world world = fill(fixture);
	struct heard *heard;

	heard = each(fixture, (struct store_filter){ .since_us = NOON_US + 98 * SECOND_US });
	assert_int_equal(heard->count, 5);
	heard = each(fixture, (struct store_filter){ .until_us = NOON_US + 2 * SECOND_US });
	assert_int_equal(heard->count, 2); /* exclusive */
	heard = each(fixture, (struct store_filter){ .types = 1 << TP_EXIT });
	assert_int_equal(heard->count, 3);
	heard = each(fixture, (struct store_filter){ .types = 1 << TP_SPAN });
	assert_int_equal(heard->count, 0);
	heard = each(fixture, (struct store_filter){ .context = world.contexts[1] });
	assert_int_equal(heard->count, 34);
	heard = each(fixture, (struct store_filter){ .context = 999 });
	assert_int_equal(heard->count, 0);
	heard = each(fixture, (struct store_filter){ .since_us = INT64_MAX });
	assert_int_equal(heard->count, 0);
}

static void store_each_limit_is_the_newest_oldest_first(void **state)
{
	struct fixture *fixture = *state;
	struct world world = fill(fixture);
	struct heard *heard;

	heard = each(fixture, (struct store_filter){ .limit = 5 });
	assert_int_equal(heard->count, 5);
	assert_int_equal(heard->rows[0].time_us, NOON_US + 98 * SECOND_US);
	heard = each(fixture, (struct store_filter){ .limit = 2, .types = 1 << TP_COUNT });
	assert_int_equal(heard->count, 2);
	assert_int_equal(heard->rows[1].time_us, NOON_US + 99 * SECOND_US);
	heard = each(fixture, (struct store_filter){ .limit = 2,
						     .types = 1 << TP_COUNT,
						     .context = world.contexts[1] });
	assert_int_equal(heard->count, 2);
	assert_int_equal(heard->rows[1].time_us, NOON_US + 97 * SECOND_US);
	assert_int_equal(heard->rows[0].time_us, NOON_US + 94 * SECOND_US);
	heard = each(fixture, (struct store_filter){ .limit = 1000 });
	assert_int_equal(heard->count, 103);
	heard = each(fixture, (struct store_filter){ .limit = 3, .until_us = NOON_US });
	assert_int_equal(heard->count, 0);
}

static void store_each_sequence_is_the_same_under_any_filter(void **state)
{
	struct store_filter filters[] = {
		{ .with_sequence = true, .since_us = NOON_US + 50 * SECOND_US },
		{ .with_sequence = true, .limit = 7 },
		{ .with_sequence = true, .types = 1 << TP_EXIT },
		{ .with_sequence = true, .context = 2 },
		{ .with_sequence = true, .context = 3, .limit = 2, .types = 1 << TP_COUNT },
	};
	int64_t expected[HEARD], first = 0, second = 0;
	struct fixture *fixture = *state;
	struct heard *heard;
	size_t i;
	int n;

	fill(fixture);
	heard = each(fixture, (struct store_filter){ .with_sequence = true });
	for (n = 0; n < heard->count; n++) {
		expected[n] = heard->rows[n].sequence;
		assert_int_equal(expected[n], n % 3 == 1 && n < 100 ? ++second
					      : n == 101	    ? ++second
								    : ++first);
	}
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		heard = each(fixture, filters[i]);
		assert_true(heard->count > 0 && heard->count < 103);
		for (n = 0; n < heard->count; n++)
			assert_int_equal(heard->rows[n].sequence,
					 expected[heard->rows[n].value / SECOND_US]);
	}
}

static void store_each_ends_when_told_to(void **state)
{
	struct store_filter filter = { 0 };
	struct heard heard = { .stop_at = 4 };
	struct fixture *fixture = *state;

	fill(fixture);
	assert_int_equal(store_each(fixture->store, &filter, hear, &heard, NULL), 5);
	assert_int_equal(heard.count, 4);
	fixture_fill(fixture, 1); /* the walk's transaction is over */
}

static int add_while_reading(const struct store_row *row, void *data)
{
	struct fixture *writer = data;

	(void)row;
	fixture_fill(writer, 1);
	return 0;
}

static void store_each_sees_one_state_of_the_file(void **state)
{
	struct fixture *fixture = *state, reader = *fixture;
	struct store_filter filter = { 0 };

	fill(fixture);
	assert_ok(&reader, store_open(fixture->path, STORE_READ, 0, &reader.store, &reader.error));
	assert_ok(&reader,
		  store_each(reader.store, &filter, add_while_reading, fixture, &reader.error));
	assert_int_equal(fixture_events(fixture), 206); /* it added 103, and heard none of them */
	store_close(reader.store);
}

static void store_each_within_a_batch_sees_it(void **state)
{
	struct store_filter filter = { 0 };
	struct fixture *fixture = *state;
	struct heard heard = { 0 };
	struct sample sample;

	fixture_open(fixture);
	sample_begin(fixture, &sample, NOON_US);
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 1));
	assert_ok(fixture, store_each(fixture->store, &filter, hear, &heard, NULL));
	assert_int_equal(heard.count, 1);
	sample_commit(fixture, &sample);
	assert_int_equal(fixture_events(fixture), 1);
}

static void store_totals_of_an_empty_store_are_zero(void **state)
{
	struct fixture *fixture = *state;
	struct store_totals totals;

	fixture_open(fixture);
	assert_ok(fixture, store_totals(fixture->store, &totals, NULL));
	assert_int_equal(totals.events, 0);
	assert_int_equal(totals.sessions, 0);
	assert_int_equal(totals.first_us, 0);
	assert_int_equal(totals.last_us, 0);
	assert_true(totals.file_bytes > 0);
	fixture_close(fixture);
	fill(fixture);
	assert_ok(fixture, store_totals(fixture->store, &totals, NULL));
	assert_int_equal(totals.events, 103);
	assert_int_equal(totals.sessions, 2);
	assert_int_equal(totals.first_us, NOON_US);
	assert_int_equal(totals.last_us, NOON_US + 102 * SECOND_US);
}

static void store_each_dangling_id_is_damage(void **state)
{
	struct store_filter filter = { 0 };
	struct fixture *fixture = *state;
	struct heard heard = { 0 };
	struct sample sample;

	fixture_open(fixture);
	sample_begin(fixture, &sample, NOON_US);
	sample.series += 50;
	assert_ok(fixture, sample_add(fixture, &sample, NOON_US, 1));
	sample_commit(fixture, &sample);
	assert_int_equal(store_each(fixture->store, &filter, hear, &heard, &fixture->error),
			 -EBADMSG);
	assert_non_null(strstr(fixture->error.what, "series"));
}

static int ignore(const struct store_row *row, void *data)
{
	(void)row;
	(*(int *)data)++;
	return 0;
}

static void store_each_without_memory_says_so_at_every_place(void **state)
{
	struct store_filter filter = { .with_sequence = true };
	struct fixture *fixture = *state;
	long allocations;
	int ret = -1, count;

	if (!memory_can_fail())
		skip();
	fill(fixture);
	for (allocations = 0; ret && allocations < 500; allocations++) {
		fixture_close(fixture);
		fixture_open(fixture);
		count = 0;
		memory_fail_after(allocations);
		ret = store_each(fixture->store, &filter, ignore, &count, &fixture->error);
		memory_fail_after(-1);
		if (ret)
			assert_int_equal(ret, -ENOMEM);
	}
	assert_int_equal(ret, 0);
	assert_int_equal(count, 103);
	assert_true(allocations > 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_each_tells_all_parts),
		TEST(store_each_tells_app_and_version),
		TEST(store_each_filters),
		TEST(store_each_limit_is_the_newest_oldest_first),
		TEST(store_each_sequence_is_the_same_under_any_filter),
		TEST(store_each_ends_when_told_to),
		TEST(store_each_sees_one_state_of_the_file),
		TEST(store_each_within_a_batch_sees_it),
		TEST(store_totals_of_an_empty_store_are_zero),
		TEST(store_each_dangling_id_is_damage),
		TEST(store_each_without_memory_says_so_at_every_place),
	};

	return cmocka_run_group_tests_name("store/read", tests, NULL, NULL);
}
