/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/daily.h"
#include "store/retention.h"
#include "unit/store/fixture.h"

enum { DAY = NOON_US / STORE_DAY_US, SLICE_US = 2000, SOURCE = 77 };

struct heard {
	int count;
	int64_t spans, buckets, largest;
	double sum_ns;
	char name[64];
};

static int64_t series_of(struct fixture *fixture, const char *name)
{
	struct store_series series = { .type = TP_SPAN, .outcome = TP_OUTCOME_OK };
	struct error *error = &fixture->error;
	int64_t id = 0;

	assert_ok(fixture, store_begin(fixture->store, error));
	assert_ok(fixture, store_name(fixture->store, "demo-app", &series.app, error));
	assert_ok(fixture, store_name(fixture->store, name, &series.name[0], error));
	assert_ok(fixture, store_series(fixture->store, &series, &id, error));
	return id;
}

static void add(struct fixture *fixture, const char *name, int64_t day, int32_t code, int64_t spans)
{
	const struct store_bucket bucket = { code, spans };
	struct store_daily daily = { .day = day, .spans = spans, .sum_ns = spans * 1000 };

	daily.series = series_of(fixture, name);
	assert_ok(fixture, store_add_daily(fixture->store, &daily, &fixture->error));
	assert_ok(fixture,
		  store_add_bucket(fixture->store, day, daily.series, &bucket, &fixture->error));
}

static void commit(struct fixture *fixture)
{
	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));
}

static int hear(const struct store_sum *sum, void *data)
{
	struct heard *heard = data;
	size_t i;

	heard->count++;
	heard->spans += sum->spans;
	heard->sum_ns += sum->sum_ns;
	for (i = 0; i < sum->bucket_count; i++) {
		heard->buckets += sum->buckets[i].spans;
		assert_true(!i || sum->buckets[i].code > sum->buckets[i - 1].code);
	}
	assert_int_equal(sum->owner, 1000);
	assert_string_equal(sum->app, "demo-app");
	copy_text(heard->name, sizeof(heard->name), sum->name[0]);
	return 0;
}

static struct heard hear_days(struct fixture *fixture, int64_t since_us, int64_t until_us)
{
	const struct store_sum_filter filter = { .since_us = since_us, .until_us = until_us };
	struct heard heard = { 0 };

	assert_ok(fixture, store_each_sum(fixture->store, &filter, hear, &heard, &fixture->error));
	return heard;
}

static void daily_totals_add_up_by_series(void **state)
{
	struct fixture *fixture = *state;
	struct store_totals totals;
	struct heard heard;

	fixture_open(fixture);
	add(fixture, "sync", DAY, 16876, 3);
	add(fixture, "sync", DAY, 16876, 4);
	add(fixture, "sync", DAY, 16800, 1);
	add(fixture, "list", DAY + 1, 0, 2);
	commit(fixture);
	heard = hear_days(fixture, 0, 0);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.spans, 10);
	assert_int_equal(heard.buckets, 10);
	assert_true(heard.sum_ns == 10000);
	assert_ok(fixture, store_totals(fixture->store, &totals, &fixture->error));
	assert_int_equal(totals.aggregated, 10);
	assert_int_equal(totals.events, 0);
}

static void daily_totals_are_of_the_days_a_time_touches(void **state)
{
	struct fixture *fixture = *state;

	fixture_open(fixture);
	add(fixture, "sync", DAY, 16876, 1);
	add(fixture, "sync", DAY + 1, 16876, 20);
	add(fixture, "sync", DAY + 2, 16876, 300);
	commit(fixture);
	assert_int_equal(hear_days(fixture, NOON_US, 0).spans, 321);
	assert_int_equal(hear_days(fixture, NOON_US + STORE_DAY_US, 0).spans, 320);
	assert_int_equal(hear_days(fixture, NOON_US, NOON_US + 1).spans, 1);
	/* the first moment of a day is not before it */
	assert_int_equal(hear_days(fixture, NOON_US, (DAY + 1) * STORE_DAY_US).spans, 1);
	assert_int_equal(hear_days(fixture, NOON_US, (DAY + 1) * STORE_DAY_US + 1).spans, 21);
	assert_int_equal(hear_days(fixture, -5, -1).spans, 0);
}

static int stop(const struct store_sum *sum, void *data)
{
	*(int64_t *)data = sum->series;
	return 5;
}

static void daily_walk_goes_on_behind_a_series(void **state)
{
	struct fixture *fixture = *state;
	struct store_sum_filter filter = { 0 };
	int i, ret, count = 0;
	char name[16];

	fixture_open(fixture);
	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		add(fixture, name, DAY, 16876, 1);
	}
	commit(fixture);
	while ((ret = store_each_sum(fixture->store, &filter, stop, &filter.after,
				     &fixture->error)) == 5)
		count++;
	assert_ok(fixture, ret);
	assert_int_equal(count, 5);
}

static void keep_value(uint32_t place, uint64_t value, void *data)
{
	uint64_t *values = data;

	assert_true(place < 4);
	values[place] = value;
}

static void drained_value_moves_from_what_it_was(void **state)
{
	const uint64_t other[2] = { 5, 6 }, same[2] = { 0, SOURCE };
	struct fixture *fixture = *state;
	struct error *error = &fixture->error;
	uint64_t values[4] = { 0 };
	struct store *store = fixture_open(fixture);

	assert_int_equal(store_move_drained(store, SOURCE, 1, 0, 5, error), -EINVAL);
	assert_ok(fixture, store_begin(store, error));
	assert_ok(fixture, store_move_drained(store, SOURCE, 1, 0, 5, error));
	assert_ok(fixture, store_move_drained(store, SOURCE, 2, 0, UINT64_MAX, error));
	assert_ok(fixture, store_move_drained(store, SOURCE + 1, 3, 0, 9, error));
	assert_ok(fixture, store_move_drained(store, SOURCE, 1, 5, 7, error));
	commit(fixture);
	assert_ok(fixture, store_begin(store, error));
	assert_int_equal(store_move_drained(store, SOURCE, 1, 5, 8, error), -ESTALE);
	assert_int_equal(store_move_drained(store, SOURCE, 1, 0, 8, error), -ESTALE);
	store_rollback(store);
	assert_ok(fixture, store_each_drained(store, SOURCE, keep_value, values, error));
	assert_int_equal(values[1], 7);
	assert_true(values[2] == UINT64_MAX);
	assert_int_equal(values[3], 0);
	assert_ok(fixture, store_forget_drained(store, same, error));
	values[1] = 0;
	assert_ok(fixture, store_each_drained(store, SOURCE, keep_value, values, error));
	assert_int_equal(values[1], 7);
	assert_ok(fixture, store_forget_drained(store, other, error));
	values[1] = 0;
	assert_ok(fixture, store_each_drained(store, SOURCE, keep_value, values, error));
	assert_int_equal(values[1], 0);
}

static void daily_total_and_its_value_are_rolled_back_together(void **state)
{
	struct fixture *fixture = *state;
	uint64_t values[4] = { 0 };

	fixture_open(fixture);
	add(fixture, "sync", DAY, 16876, 3);
	assert_ok(fixture, store_move_drained(fixture->store, SOURCE, 1, 0, 3, &fixture->error));
	store_rollback(fixture->store);
	assert_int_equal(hear_days(fixture, 0, 0).spans, 0);
	assert_ok(fixture,
		  store_each_drained(fixture->store, SOURCE, keep_value, values, &fixture->error));
	assert_int_equal(values[1], 0);
}

static void daily_sum_beyond_all_numbers_stays_the_largest(void **state)
{
	struct fixture *fixture = *state;
	struct store_daily daily = { .day = DAY, .spans = 1, .sum_ns = INT64_MAX };

	fixture_open(fixture);
	daily.series = series_of(fixture, "sync");
	assert_ok(fixture, store_add_daily(fixture->store, &daily, &fixture->error));
	assert_ok(fixture, store_add_daily(fixture->store, &daily, &fixture->error));
	commit(fixture);
	assert_true(hear_days(fixture, 0, 0).sum_ns >= 9e18);
	assert_int_equal(hear_days(fixture, 0, 0).spans, 2);
}

static void clean(struct fixture *fixture, int64_t keep_days, int64_t max_bytes, int64_t now_us)
{
	const struct store_limits limits = { keep_days, max_bytes };
	int ret, slices = 0;

	assert_ok(fixture, store_clean_begin(fixture->store, &limits, now_us, STORE_DAY_US,
					     &fixture->error));
	do
		ret = store_clean_slice(fixture->store, SLICE_US, &fixture->error);
	while (ret == 1 && ++slices < 20000);
	assert_ok(fixture, ret);
}

static void daily_totals_go_by_age_with_their_names(void **state)
{
	struct fixture *fixture = *state;
	struct store_totals totals;
	struct heard heard;
	size_t size;
	char *bytes;

	fixture_open(fixture);
	clean(fixture, 90, 0, NOON_US);
	add(fixture, "old-secret", DAY, 16876, 3);
	add(fixture, "kept-name", DAY + 1, 16876, 4);
	commit(fixture);
	clean(fixture, 90, 0, NOON_US + 90 * STORE_DAY_US);
	assert_int_equal(hear_days(fixture, 0, 0).spans, 7);
	clean(fixture, 90, 0, NOON_US + 91 * STORE_DAY_US);
	heard = hear_days(fixture, 0, 0);
	assert_int_equal(heard.spans, 4);
	assert_string_equal(heard.name, "kept-name"); /* swept, it would be gone */
	assert_ok(fixture, store_totals(fixture->store, &totals, &fixture->error));
	assert_int_equal(totals.removed_events, 3);
	bytes = read_file(fixture->path, &size);
	assert_null(memmem(bytes, size, "old-secret", 10));
	assert_non_null(memmem(bytes, size, "kept-name", 9));
	free(bytes);
}

static void daily_totals_go_by_size_when_no_event_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard;
	char name[32];
	int day, i;

	fixture_open(fixture);
	clean(fixture, 0, 0, NOON_US);
	for (day = 0; day < 100; day++)
		for (i = 0; i < 100; i++) {
			snprintf(name, sizeof(name), "name-%d", i);
			add(fixture, name, DAY + day, 16876, 1);
		}
	commit(fixture);
	assert_true(store_is_too_large(fixture->store, 300000));
	clean(fixture, 0, 300000, NOON_US);
	assert_false(store_is_too_large(fixture->store, 300000));
	heard = hear_days(fixture, 0, 0);
	assert_true(heard.spans > 0 && heard.spans < 10000);
	assert_int_equal(heard.spans % 100, 0); /* the oldest days, whole */
	assert_int_equal(hear_days(fixture, NOON_US + 99 * STORE_DAY_US, 0).spans, 100);
}

static void daily_totals_are_erased(void **state)
{
	struct fixture *fixture = *state;
	int64_t freed_bytes;
	size_t size;
	char *bytes;

	fixture_open(fixture);
	add(fixture, "old-secret", DAY, 16876, 3);
	commit(fixture);
	assert_ok(fixture, store_delete_all(fixture->store, &freed_bytes, &fixture->error));
	assert_int_equal(hear_days(fixture, 0, 0).count, 0);
	bytes = read_file(fixture->path, &size);
	assert_null(memmem(bytes, size, "old-secret", 10));
	free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(daily_totals_add_up_by_series),
		TEST(daily_totals_are_of_the_days_a_time_touches),
		TEST(daily_walk_goes_on_behind_a_series),
		TEST(drained_value_moves_from_what_it_was),
		TEST(daily_total_and_its_value_are_rolled_back_together),
		TEST(daily_sum_beyond_all_numbers_stays_the_largest),
		TEST(daily_totals_go_by_age_with_their_names),
		TEST(daily_totals_go_by_size_when_no_event_is_left),
		TEST(daily_totals_are_erased),
	};

	return cmocka_run_group_tests_name("store/daily", tests, NULL, NULL);
}
