/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#include "store/retention.h"
#include "unit/store/fixture.h"

#define DAY_US	     (24 * 60 * MINUTE_US)
#define FIRST_DAY_US (NOON_US - 12 * 60 * MINUTE_US)

enum { SLICE_US = 2000, SLICES_MAX = 20000 };

static int64_t ask(const struct fixture *fixture, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *database;
	int64_t number;

	assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
	sqlite3_busy_timeout(database, 5000);
	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(database));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return number;
}

static int64_t file_bytes(const struct fixture *fixture)
{
	struct stat file;

	assert_int_equal(stat(fixture->path, &file), 0);
	return file.st_size;
}

/* What a collector does for an event of its own process, with everything looked up anew. */
static void add(struct fixture *fixture, const char *app, const char *name, int64_t time_us,
		int64_t value)
{
	const struct store_resources resources = { .cpu_us = value };
	struct store_event event = { .time_us = time_us, .value = value, .span = 1 };
	struct store_series series = { .type = value % 3 ? TP_SPAN : TP_EXIT };
	struct store *store = fixture->store;
	struct error *error = &fixture->error;
	struct store_session session;

	assert_ok(fixture, store_begin(store, error));
	assert_ok(fixture, store_name(store, app, &series.app, error));
	assert_ok(fixture, store_name(store, name, &series.name[0], error));
	assert_ok(fixture, store_series(store, &series, &event.series, error));
	assert_ok(fixture, store_session(store, series.app, 0, time_us, &session, error));
	if (time_us > session.last_us)
		session.last_us = time_us;
	if (time_us < session.started_us)
		session.started_us = time_us;
	assert_ok(fixture, store_session_extend(store, &session, error));
	assert_ok(fixture,
		  store_context(store, session.id, (uint32_t)value, &event.context, error));
	if (series.type == TP_EXIT)
		event.resources = &resources;
	assert_ok(fixture, store_add(store, &event, error));
}

static void commit(struct fixture *fixture)
{
	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));
}

/* @count events of a day, under a name of that day. */
static void add_day(struct fixture *fixture, int day, int count)
{
	char name[32];
	int i;

	snprintf(name, sizeof(name), "secret-of-day-%d", day);
	for (i = 0; i < count; i++)
		add(fixture, day % 2 ? "odd-app" : "even-app", name,
		    FIRST_DAY_US + day * DAY_US + i * 1000, i);
	commit(fixture);
}

static int64_t day_start(int day)
{
	return FIRST_DAY_US + day * DAY_US;
}

static int begin_pass(struct fixture *fixture, int64_t keep_days, int64_t max_bytes, int64_t now_us,
		      int64_t elapsed_us)
{
	const struct store_limits limits = { .keep_days = keep_days, .max_bytes = max_bytes };

	return store_clean_begin(fixture->store, &limits, now_us, elapsed_us, &fixture->error);
}

static void finish_pass(struct fixture *fixture)
{
	int ret, slices = 0;

	do
		ret = store_clean_slice(fixture->store, SLICE_US, &fixture->error);
	while (ret == 1 && ++slices < SLICES_MAX);
	assert_ok(fixture, ret);
}

/* With a clock that was watched long enough to be believed. */
static void clean(struct fixture *fixture, int64_t keep_days, int64_t max_bytes, int64_t now_us)
{
	assert_ok(fixture, begin_pass(fixture, keep_days, max_bytes, now_us, DAY_US));
	finish_pass(fixture);
}

/* The clock of a new file begins at its creation; here it begins at the first day. */
static void open_at_first_day(struct fixture *fixture)
{
	fixture_open(fixture);
	clean(fixture, 90, 0, FIRST_DAY_US);
}

/* Rows nobody refers to, or that refer to nothing. */
static void assert_no_loose_row(const struct fixture *fixture)
{
	static const char *const loose[] = {
		"SELECT count(*) FROM events WHERE context NOT IN (SELECT id FROM contexts)",
		"SELECT count(*) FROM events WHERE series NOT IN (SELECT id FROM series)",
		"SELECT count(*) FROM resources WHERE event NOT IN (SELECT id FROM events)",
		"SELECT count(*) FROM contexts WHERE id NOT IN (SELECT context FROM events)",
		"SELECT count(*) FROM contexts WHERE session NOT IN (SELECT id FROM sessions)",
		"SELECT count(*) FROM sessions WHERE id NOT IN (SELECT session FROM contexts)",
		"SELECT count(*) FROM series WHERE id NOT IN (SELECT series FROM events)",
		"SELECT count(*) FROM names WHERE id NOT IN (SELECT app FROM series UNION"
		" SELECT n0 FROM series UNION SELECT app FROM sessions)",
		"SELECT count(*) FROM series WHERE n0 NOT IN (SELECT id FROM names)",
		"SELECT count(*) FROM late WHERE event > 0 AND"
		" event < (SELECT ifnull(min(id), 9223372036854775807) FROM events)",
		"SELECT count(*) FROM late WHERE event = 0 AND seq < (SELECT max(seq) FROM late)",
		"PRAGMA freelist_count",
	};
	size_t i;

	for (i = 0; i < sizeof(loose) / sizeof(loose[0]); i++)
		if (ask(fixture, loose[i]))
			fail_msg("%lld: %s", (long long)ask(fixture, loose[i]), loose[i]);
}

static void clean_by_age_removes_whole_days_and_their_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct store_totals totals;
	int day;

	open_at_first_day(fixture);
	for (day = 0; day < 12; day++)
		add_day(fixture, day, 50);
	clean(fixture, 7, 0, day_start(9) + DAY_US - 1); /* 9 - 7: day 2 is 7 days old */
	assert_int_equal(fixture_events(fixture), 10 * 50);
	assert_int_equal(files_with(fixture, "secret-of-day-1"), 1); /* 10 and 11 */
	clean(fixture, 7, 0, day_start(11));
	assert_ok(fixture, store_totals(fixture->store, &totals, &fixture->error));
	assert_int_equal(totals.events, 8 * 50);
	assert_int_equal(totals.first_us, day_start(4));
	assert_int_equal(totals.removed_events, 4 * 50);
	assert_int_equal(totals.removed_until_us, day_start(3) + 49 * 1000);
	assert_int_equal(files_with(fixture, "secret-of-day-2"), 0);
	assert_int_equal(files_with(fixture, "secret-of-day-3"), 0);
	assert_true(files_with(fixture, "secret-of-day-4") > 0);
	assert_no_loose_row(fixture);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM removals"), 2);
}

static void clean_of_three_months_stays_small(void **state)
{
	struct fixture *fixture = *state;
	int64_t largest = 0;
	int day;

	open_at_first_day(fixture);
	for (day = 0; day < 92; day++) {
		add_day(fixture, day, 200);
		clean(fixture, 7, 0, day_start(day) + DAY_US / 2);
		assert_int_equal(fixture_events(fixture), (day < 7 ? day + 1 : 8) * 200);
		if (day < 20 && file_bytes(fixture) > largest)
			largest = file_bytes(fixture);
	}
	assert_true(file_bytes(fixture) <= largest + 16384);
	assert_no_loose_row(fixture);
}

static void clean_by_size_keeps_the_newest_below_the_limit(void **state)
{
	const int64_t limit = 400000;
	struct fixture *fixture = *state;
	struct store_totals totals;
	int day;

	open_at_first_day(fixture);
	for (day = 0; day < 20; day++)
		add_day(fixture, day, 1000);
	assert_true(store_is_too_large(fixture->store, limit));
	clean(fixture, 0, limit, day_start(20));
	assert_false(store_is_too_large(fixture->store, limit));
	assert_true(file_bytes(fixture) <= limit);
	assert_ok(fixture, store_totals(fixture->store, &totals, &fixture->error));
	assert_true(file_bytes(fixture) > limit / 10 * 7); /* and not much more than needed */
	assert_int_equal(totals.events + totals.removed_events, 20000);
	assert_int_equal(totals.last_us, day_start(19) + 999 * 1000);
	assert_true(totals.removed_until_us < totals.first_us);
	assert_int_equal(files_with(fixture, "secret-of-day-1\1"), 0);
	assert_int_equal(files_with(fixture, "secret-of-day-0"), 0);
	assert_no_loose_row(fixture);
}

static void clean_without_or_within_limits_removes_nothing(void **state)
{
	struct fixture *fixture = *state;

	open_at_first_day(fixture);
	add_day(fixture, 0, 1000);
	clean(fixture, 0, 0, day_start(200));
	clean(fixture, 201, file_bytes(fixture) + 200000, day_start(201));
	assert_int_equal(fixture_events(fixture), 1000);
}

/* Against a list kept beside it: random times, apps, names; batches between the slices. */
static void clean_keeps_exactly_what_it_should(void **state)
{
	enum { EVENTS = 6000, DAYS = 30, KEEP = 11 };
	static int64_t times[EVENTS];
	struct fixture *fixture = *state;
	int64_t expected = 0, sum = 0;
	char app[32], name[32];
	int i, added, ret = 1;

	open_at_first_day(fixture);
	srandom(4711);
	for (i = 0; i < EVENTS; i++)
		times[i] = day_start(0) + random() % DAYS * DAY_US +
			   random() % (24 * 3600) * SECOND_US;
	for (added = 0; ret == 1 || added < EVENTS; added++) {
		if (added < EVENTS) {
			i = added;
			snprintf(app, sizeof(app), "app-%ld", random() % 7);
			snprintf(name, sizeof(name), "name-%ld", random() % 400);
			add(fixture, app, name, times[i], i);
		}
		if (added % 50 != 49)
			continue;
		if (added < EVENTS)
			commit(fixture);
		if (added == EVENTS / 2 - 1)
			assert_ok(fixture,
				  begin_pass(fixture, KEEP, 0, day_start(DAYS - 1), DAY_US));
		if (added >= EVENTS / 2 - 1)
			ret = store_clean_slice(fixture->store, 100, &fixture->error);
		assert_true(ret >= 0);
	}
	clean(fixture, KEEP, 0, day_start(DAYS - 1)); /* what came in between */
	for (i = 0; i < EVENTS; i++)
		if (times[i] >= day_start(DAYS - 1 - KEEP)) {
			expected++;
			sum += i;
		}
	assert_int_equal(ask(fixture, "SELECT count(*) FROM events"), expected);
	assert_int_equal(ask(fixture, "SELECT sum(value) FROM events"), sum);
	assert_no_loose_row(fixture);
}

struct reading {
	int64_t rows, last_id, last_sequence;
	char name[32];
	int stop_after;
};

static int read_row(const struct store_row *row, void *data)
{
	struct reading *reading = data;

	assert_true(row->id > reading->last_id);
	reading->last_id = row->id;
	reading->last_sequence = row->sequence;
	copy_text(reading->name, sizeof(reading->name), row->name[0]);
	reading->rows++;
	return reading->rows == reading->stop_after;
}

static void clean_beside_a_reader_tells_it_fewer_events(void **state)
{
	struct store_filter all = { .with_sequence = true };
	struct reading reading = { .stop_after = 60 };
	struct fixture *fixture = *state, reader = *fixture;
	struct store_walk *walk;
	int day;

	open_at_first_day(fixture);
	for (day = 0; day < 6; day++)
		add_day(fixture, day, 50);
	assert_ok(&reader, store_open(fixture->path, STORE_READ, 0, &reader.store, &reader.error));
	assert_ok(&reader, store_walk_new(&all, &walk, &reader.error));
	assert_int_equal(store_walk_slice(walk, reader.store, 0, read_row, &reading, NULL), 1);
	assert_string_equal(reading.name, "secret-of-day-1");
	clean(fixture, 2, 0, day_start(5));
	for (day = 6; day < 9; day++)
		add_day(fixture, day, 50); /* ids of the removed names are free again */
	reading.stop_after = 0;
	assert_ok(&reader,
		  store_walk_slice(walk, reader.store, 0, read_row, &reading, &reader.error));
	assert_int_equal(reading.rows, 60 + 3 * 50);
	assert_string_equal(reading.name, "secret-of-day-5");
	assert_int_equal(reading.last_sequence, 50);
	store_walk_free(walk);
	store_close(reader.store);
}

static void clean_with_a_batch_open_is_refused(void **state)
{
	struct fixture *fixture = *state;

	open_at_first_day(fixture);
	add(fixture, "app", "name", day_start(0), 1);
	assert_int_equal(begin_pass(fixture, 7, 0, day_start(9), DAY_US), -EINVAL);
	commit(fixture);
	assert_ok(fixture, begin_pass(fixture, 7, 0, day_start(9), DAY_US));
	add(fixture, "app", "name", day_start(0), 2);
	assert_int_equal(store_clean_slice(fixture->store, SLICE_US, &fixture->error), -EINVAL);
	commit(fixture);
	finish_pass(fixture);
	assert_int_equal(fixture_events(fixture), 0);
}

static void clean_does_not_wait_for_another_writer(void **state)
{
	struct fixture *fixture = *state, other = *fixture;
	struct timespec begin, end;

	open_at_first_day(fixture);
	add_day(fixture, 0, 50);
	assert_ok(&other, store_open(fixture->path, STORE_WRITE, 1000, &other.store, &other.error));
	assert_ok(&other, store_begin(other.store, &other.error));
	assert_int_equal(begin_pass(fixture, 7, 0, day_start(1), 0), -EBUSY);
	store_rollback(other.store);
	assert_ok(fixture, begin_pass(fixture, 7, 0, day_start(8), DAY_US));
	assert_ok(&other, store_begin(other.store, &other.error));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_int_equal(store_clean_slice(fixture->store, SLICE_US, &fixture->error), -EBUSY);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - begin.tv_sec < 2);
	store_rollback(other.store);
	finish_pass(fixture);
	assert_int_equal(fixture_events(fixture), 0);
	store_close(other.store);
}

/* It may have looked up what is about to be removed: all stays for the next time. */
static void clean_beside_another_writer_sweeps_the_next_time(void **state)
{
	struct fixture *fixture = *state, other = *fixture;
	int64_t generation;
	int day;

	open_at_first_day(fixture);
	for (day = 0; day < 10; day++)
		add_day(fixture, day, 400);
	assert_ok(&other, store_open(fixture->path, STORE_WRITE, 1000, &other.store, &other.error));
	generation = (int64_t)store_generation(fixture->store);
	assert_ok(fixture, begin_pass(fixture, 7, 0, day_start(9), DAY_US));
	while ((int64_t)store_generation(fixture->store) == generation) /* until a sweep began */
		assert_true(store_clean_slice(fixture->store, 1, &fixture->error) >= 0);
	add(&other, "even-app", "secret-of-day-0", day_start(9), 1);
	commit(&other);
	finish_pass(fixture);
	assert_int_equal(ask(fixture, "SELECT unswept FROM meta"), 1);
	assert_ok(fixture, store_each(fixture->store, &(struct store_filter){ 0 }, read_row,
				      &(struct reading){ 0 }, &fixture->error));
	clean(fixture, 7, 0, day_start(9));
	assert_int_equal(ask(fixture, "SELECT unswept FROM meta"), 0);
	assert_true(files_with(fixture, "secret-of-day-0") > 0);
	assert_int_equal(files_with(fixture, "secret-of-day-1"), 0);
	assert_no_loose_row(fixture);
	generation = (int64_t)store_generation(other.store);
	assert_ok(&other, store_begin(other.store, &other.error));
	assert_true((int64_t)store_generation(other.store) > generation);
	store_close(other.store);
}

static void clean_leaves_positions_of_rings(void **state)
{
	const struct store_ring ring = { .boot_id = "b", .ring_id = "r" };
	struct fixture *fixture = *state;
	uint64_t position = 0;

	open_at_first_day(fixture);
	add_day(fixture, 0, 50);
	assert_ok(fixture, store_commit(fixture->store, &ring, 0, 640, &fixture->error));
	clean(fixture, 7, 1, day_start(8));
	assert_int_equal(fixture_events(fixture), 0);
	assert_ok(fixture, store_ring_position(fixture->store, &ring, &position, NULL));
	assert_int_equal(position, 640);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM names"), 0);
}

static void clean_with_a_clock_in_2100_waits_a_day(void **state)
{
	struct fixture *fixture = *state;
	const int64_t hour_us = 60 * MINUTE_US, wrong_us = day_start(27000);
	int hour;

	open_at_first_day(fixture);
	add_day(fixture, 0, 50);
	for (hour = 0; hour < 24; hour++) {
		assert_int_equal(
			begin_pass(fixture, 90, 0, wrong_us + hour * hour_us, hour ? hour_us : 0),
			1);
		finish_pass(fixture);
		if (hour % 5 == 0) { /* a restart in between changes nothing */
			fixture_close(fixture);
			fixture_open(fixture);
		}
	}
	assert_int_equal(fixture_events(fixture), 50);
	clean(fixture, 90, 0, 0); /* and in 1970 */
	assert_int_equal(fixture_events(fixture), 50);
	clean(fixture, 90, 0, day_start(1)); /* set right: the doubt is over */
	assert_int_equal(begin_pass(fixture, 90, 0, wrong_us, hour_us), 1);
	finish_pass(fixture);
	assert_int_equal(fixture_events(fixture), 50);
	assert_int_equal(begin_pass(fixture, 90, 0, wrong_us, 23 * hour_us), 0);
	finish_pass(fixture);
	assert_int_equal(fixture_events(fixture), 0);
}

static void clean_after_a_holiday_believes_the_clock(void **state)
{
	struct fixture *fixture = *state;
	int day;

	open_at_first_day(fixture);
	add_day(fixture, 0, 50);
	for (day = 30; day <= 90; day += 30) { /* machine off for 30 days each time */
		assert_ok(fixture, begin_pass(fixture, 90, 0, day_start(day), 0));
		finish_pass(fixture);
	}
	assert_int_equal(fixture_events(fixture), 50);
	assert_ok(fixture, begin_pass(fixture, 90, 0, day_start(91), 0));
	finish_pass(fixture);
	assert_int_equal(fixture_events(fixture), 0);
}

static void keep_days_of_the_owner_only_shorten(void **state)
{
	struct fixture *fixture = *state;
	int64_t days, freed;
	int day;

	open_at_first_day(fixture);
	for (day = 0; day < 10; day++)
		add_day(fixture, day, 5);
	assert_ok(fixture, store_set_keep_days(fixture->store, 30, &fixture->error));
	clean(fixture, 5, 0, day_start(9));
	assert_int_equal(fixture_events(fixture), 6 * 5);
	assert_ok(fixture, store_set_keep_days(fixture->store, 2, &fixture->error));
	clean(fixture, 0, 0, day_start(9));
	assert_int_equal(fixture_events(fixture), 3 * 5);
	assert_int_equal(store_set_keep_days(fixture->store, -1, &fixture->error), -EINVAL);
	assert_int_equal(
		store_set_keep_days(fixture->store, STORE_KEEP_DAYS_MAX + 1, &fixture->error),
		-EINVAL);
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_ok(fixture, store_keep_days(fixture->store, &days, &fixture->error));
	assert_int_equal(days, 2);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM removals"), 0);
}

static void clean_of_an_earlier_schema_returns_space_too(void **state)
{
	struct fixture *fixture = *state;
	int64_t before;
	size_t size;
	char *bytes = read_file("tests/fixtures/store_v1.db", &size);

	if (!bytes)
		fail_msg("no fixture: run from the top of the tree");
	write_file(fixture->path, bytes, size);
	free(bytes);
	open_at_first_day(fixture);
	add_day(fixture, 0, 5000);
	before = ask(fixture, "PRAGMA page_count") * ask(fixture, "PRAGMA page_size");
	clean(fixture, 1, 0, day_start(1));
	clean(fixture, 1, 0, day_start(2));
	assert_int_equal(ask(fixture, "PRAGMA auto_vacuum"), 2);
	assert_true(file_bytes(fixture) < before / 2);
	assert_no_loose_row(fixture);
}

static void fill_and_clean_for_ever(struct fixture *fixture)
{
	int day, ret;

	fixture_open(fixture);
	for (day = 1;; day++) {
		add_day(fixture, day, 300);
		begin_pass(fixture, 3, 200000, day_start(day), DAY_US);
		do {
			ret = store_clean_slice(fixture->store, 200, &fixture->error);
			if (ret == 1)
				add(fixture, "odd-app", "in-between", day_start(day), 5);
			if (ret == 1)
				commit(fixture);
		} while (ret == 1);
	}
}

static void clean_killed_at_any_moment_leaves_a_whole_file(void **state)
{
	struct fixture *fixture = *state, killed;
	struct timespec wait = { 0 };
	int round, status;
	pid_t child;

	open_at_first_day(fixture);
	fixture_close(fixture);
	srandom(815);
	for (round = 0; round < 12; round++) {
		child = fork();
		if (!child) {
			killed = *fixture;
			fill_and_clean_for_ever(&killed);
			_exit(1);
		}
		wait.tv_nsec = 20000000 + random() % 60000000;
		nanosleep(&wait, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		fixture_open(fixture);
		assert_int_equal(ask(fixture, "SELECT count(*) FROM pragma_integrity_check WHERE"
					      " integrity_check <> 'ok'"),
				 0);
		assert_ok(fixture, store_each(fixture->store, &(struct store_filter){ 0 }, read_row,
					      &(struct reading){ 0 }, &fixture->error));
		fixture_close(fixture);
	}
	fixture_open(fixture);
	clean(fixture, 0, 100000, day_start(1));
	assert_true(file_bytes(fixture) <= 100000);
	assert_no_loose_row(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clean_by_age_removes_whole_days_and_their_bytes),
		TEST(clean_of_three_months_stays_small),
		TEST(clean_by_size_keeps_the_newest_below_the_limit),
		TEST(clean_without_or_within_limits_removes_nothing),
		TEST(clean_keeps_exactly_what_it_should),
		TEST(clean_beside_a_reader_tells_it_fewer_events),
		TEST(clean_with_a_batch_open_is_refused),
		TEST(clean_does_not_wait_for_another_writer),
		TEST(clean_beside_another_writer_sweeps_the_next_time),
		TEST(clean_leaves_positions_of_rings),
		TEST(clean_with_a_clock_in_2100_waits_a_day),
		TEST(clean_after_a_holiday_believes_the_clock),
		TEST(keep_days_of_the_owner_only_shorten),
		TEST(clean_of_an_earlier_schema_returns_space_too),
		TEST(clean_killed_at_any_moment_leaves_a_whole_file),
	};

	return cmocka_run_group_tests_name("store/retention", tests, NULL, NULL);
}
