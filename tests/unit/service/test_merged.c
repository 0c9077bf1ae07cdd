/* SPDX-License-Identifier: GPL-2.0-only */
/* Everybody's events in one order: from files, through the service, all and the newest. */
#include <sqlite3.h>

#include "api_world.h"
#include "service/merged.h"
#include "service/owner_files.h"
#include "store/daily.h"

enum { PEOPLE = 5, EACH = 400 };

struct seen {
	int64_t id[PEOPLE * EACH];
	uint32_t owner[PEOPLE * EACH];
	int64_t sequence[PEOPLE * EACH];
	char event[PEOPLE * EACH][37];
	int count;
	struct store *store;
};

static int take(const struct store_row *row, void *data)
{
	struct seen *seen = data;
	int at = seen->count++;

	assert_in_range(at, 0, PEOPLE * EACH - 1);
	seen->id[at] = row->id;
	seen->owner[at] = row->owner;
	seen->sequence[at] = row->sequence;
	store_event_id(seen->store, row->id, seen->event[at]);
	if (at)
		assert_true(seen->id[at - 1] < row->id ||
			    (seen->id[at - 1] == row->id && seen->owner[at - 1] < row->owner));
	return 0;
}

/* World_fill() gives all the same times, so most ids stand in several files. */
static void fill(struct world *world)
{
	char app[16];
	int i;

	for (i = 0; i < PEOPLE; i++) {
		snprintf(app, sizeof(app), "app-%d", i);
		world_fill(world, 70000u + (uint32_t)i * 3, app, EACH - i * 50);
	}
}

/* As if retention had been there. */
static void add_removal(const struct world *world, uint32_t uid, int events, int until_us)
{
	char path[OWNER_FILES_PATH], sql[128];
	sqlite3 *database;

	assert_int_equal(owner_files_path(world->events, uid, path, NULL), 0);
	snprintf(sql, sizeof(sql), "INSERT INTO removals VALUES(1, 1, %d, %d)", events, until_us);
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static int all_of(void)
{
	int i, sum = 0;

	for (i = 0; i < PEOPLE; i++)
		sum += EACH - i * 50;
	return sum;
}

static void read_all(struct world *world, struct store *store, const struct store_filter *filter,
		     struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	seen->store = store;
	assert_ok(world->fixture, store_each(store, filter, take, seen, &world->fixture->error));
}

static void same(const struct seen *a, int from, const struct seen *b)
{
	int i;

	assert_int_equal(a->count - from, b->count);
	for (i = 0; i < b->count; i++) {
		assert_true(a->id[from + i] == b->id[i]);
		assert_int_equal(a->owner[from + i], b->owner[i]);
		assert_string_equal(a->event[from + i], b->event[i]);
	}
}

static void rows_come_by_time_whoever_has_them(void **state)
{
	static struct seen all, part;
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct store_filter filter = { .with_sequence = true };
	struct store *store;
	int64_t limit;
	int i, firsts = 0;

	fill(world);
	assert_ok(world->fixture, merged_store(world->events, NULL, &store, error));
	read_all(world, store, &filter, &all);
	assert_int_equal(all.count, all_of());
	for (i = 0; i < all.count; i++)
		firsts += all.sequence[i] == 1;
	assert_int_equal(firsts, PEOPLE); /* a session each, counted apart */
	for (limit = 1; limit <= all.count * 2; limit = limit * 3 + 1) {
		filter.limit = limit;
		read_all(world, store, &filter, &part);
		same(&all, limit < all.count ? all.count - (int)limit : 0, &part);
	}
	store_close(store);
}

static void service_tells_what_the_files_hold(void **state)
{
	static struct seen files, service;
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	const struct store_filter filters[] = {
		{ 0 },
		{ .limit = 333 },
		{ .types = 1u << TP_TAG, .limit = 50 },
		{ .since_us = NOON_US + 5000, .until_us = NOON_US + 200000 },
		{ .of_owner = true, .owner = 70003 },
	};
	struct store_totals of_files, of_service;
	struct store *a, *b;
	size_t i;

	fill(world);
	add_removal(world, 70000, 5, 900);
	add_removal(world, 70003, 6, 800);
	assert_ok(world->fixture, merged_store(world->events, NULL, &a, error));
	assert_ok(world->fixture, store_totals(a, &of_files, error));
	assert_int_equal(of_files.removed_events, 11);
	assert_int_equal(of_files.removed_until_us, 900);
	assert_int_equal(of_files.events, all_of());
	assert_int_equal(of_files.people, PEOPLE);
	store_close(a);
	world_start(world);
	assert_ok(world->fixture, client_store_all(world->socket, &b, error));
	assert_ok(world->fixture, store_totals(b, &of_service, error));
	assert_memory_equal(&of_files, &of_service, sizeof(of_files));
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		assert_ok(world->fixture, merged_store(world->events, NULL, &a, error));
		read_all(world, a, &filters[i], &files);
		read_all(world, b, &filters[i], &service);
		same(&files, 0, &service);
		assert_true(service.count > 0);
		store_close(a);
	}
	store_close(b);
}

enum { NAMES = 300, BUCKETS = 40 }; /* more than a message holds */

static void add_sums(struct world *world, uint32_t uid)
{
	struct fixture *fixture = world->fixture;
	struct error *error = &fixture->error;
	struct store_series series = { .type = TP_SPAN };
	struct store_daily daily = { .day = NOON_US / STORE_DAY_US };
	struct store *store;
	char text[16];
	int i, j;

	assert_ok(fixture, store_open(events_of(world, uid), STORE_WRITE, uid, &store, error));
	assert_ok(fixture, store_begin(store, error));
	assert_ok(fixture, store_name(store, "basic-app", &series.app, error));
	for (i = 0; i < NAMES; i++) {
		snprintf(text, sizeof(text), "name-%d", i);
		assert_ok(fixture, store_name(store, text, &series.name[0], error));
		assert_ok(fixture, store_series(store, &series, &daily.series, error));
		daily.spans = 2 * BUCKETS + i;
		daily.sum_ns = uid;
		assert_ok(fixture, store_add_daily(store, &daily, error));
		for (j = 0; j < BUCKETS; j++) {
			const struct store_bucket bucket = { 17000 + j, 2 };

			assert_ok(fixture,
				  store_add_bucket(store, daily.day, daily.series, &bucket, error));
		}
	}
	assert_ok(fixture, store_commit(store, NULL, 0, 0, error));
	store_close(store);
}

struct sums { /* what a walk through them told */
	int count;
	int64_t spans, buckets;
	double sum_ns;
	uint32_t last_owner;
	int64_t last_series;
};

static int take_sum(const struct store_sum *sum, void *data)
{
	struct sums *sums = data;
	size_t i;

	assert_string_equal(sum->app, "basic-app");
	assert_int_equal(strncmp(sum->name[0], "name-", 5), 0);
	assert_true(sum->owner > sums->last_owner ||
		    (sum->owner == sums->last_owner && sum->series > sums->last_series));
	sums->last_owner = sum->owner;
	sums->last_series = sum->series;
	sums->count++;
	sums->spans += sum->spans;
	sums->sum_ns += sum->sum_ns;
	for (i = 0; i < sum->bucket_count; i++)
		sums->buckets += sum->buckets[i].spans;
	return 0;
}

static struct sums read_sums(struct world *world, struct store *store)
{
	const struct store_sum_filter all = { 0 };
	struct sums sums = { 0 };

	assert_ok(world->fixture,
		  store_each_sum(store, &all, take_sum, &sums, &world->fixture->error));
	store_close(store);
	return sums;
}

static int end_at_three(const struct store_sum *sum, void *data)
{
	(void)sum;
	return ++*(int *)data == 3 ? -EDOM : 0;
}

static void service_tells_the_sums_of_the_files(void **state)
{
	const struct store_sum_filter later = { .since_us = NOON_US + STORE_DAY_US }, all = { 0 };
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct sums files, service, one;
	struct store *store;
	int count = 0;

	fill(world);
	add_sums(world, 70001);
	add_sums(world, 70003);
	assert_ok(world->fixture, merged_store(world->events, NULL, &store, error));
	files = read_sums(world, store);
	assert_int_equal(files.count, 2 * NAMES);
	assert_int_equal(files.buckets, 2 * 2 * BUCKETS * NAMES);
	assert_true(files.spans > files.buckets);
	world_start(world);
	assert_ok(world->fixture, client_store_all(world->socket, &store, error));
	service = read_sums(world, store);
	assert_memory_equal(&files, &service, sizeof(files));
	assert_ok(world->fixture, client_store(world->socket, 70003, &store, error));
	assert_int_equal(store_each_sum(store, &all, end_at_three, &count, error), -EDOM);
	assert_ok(world->fixture, store_each_sum(store, &later, end_at_three, &count, error));
	one = read_sums(world, store);
	assert_int_equal(one.count, NAMES);
	assert_true(one.sum_ns == 70003. * NAMES);
	assert_ok(world->fixture, client_store(world->socket, 70000, &store, error));
	assert_int_equal(read_sums(world, store).count, 0); /* has events alone */
	assert_ok(world->fixture, client_store(world->socket, 4711, &store, error));
	assert_int_equal(read_sums(world, store).count, 0); /* has nothing */
}

static void one_person_is_followed_among_many(void **state)
{
	static struct seen seen;
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct store_cursor cursor = { 0 };
	const struct store_filter filter = { .of_owner = true, .owner = 70003, .cursor = &cursor };
	struct store_person *people;
	struct store *store;
	size_t count;

	fill(world);
	world_start(world);
	assert_ok(world->fixture, client_store_all(world->socket, &store, error));
	assert_ok(world->fixture, store_people(store, &people, &count, error));
	assert_int_equal(count, PEOPLE);
	assert_int_equal(people[1].uid, 70003);
	assert_true(people[1].changed_us > 0);
	free(people);
	read_all(world, store, &filter, &seen);
	assert_int_equal(seen.count, EACH - 50);
	read_all(world, store, &filter, &seen);
	assert_int_equal(seen.count, 0);
	world_fill(world, 70003, "app-1", 7);
	read_all(world, store, &filter, &seen);
	assert_int_equal(seen.count, 7);
	assert_int_equal(unlink(events_of(world, 70003)), 0);
	assert_int_equal(store_each(store, &filter, take, &seen, error), -ESTALE);
	store_close(store);
}

static void damaged_file_is_named(void **state)
{
	static struct seen seen;
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	const struct store_filter filter = { 0 };
	struct store *store;

	fill(world);
	write_file(events_of(world, 70006), "no database", 11);
	assert_ok(world->fixture, merged_store(world->events, NULL, &store, error));
	seen.store = store;
	assert_int_equal(store_each(store, &filter, take, &seen, error), -EBADMSG);
	assert_non_null(strstr(error->what, "70006.db"));
	store_close(store);
}

static void all_are_erased(void **state)
{
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct store_totals totals;
	struct store *store;
	int64_t freed = 0;

	fill(world);
	assert_ok(world->fixture, merged_store(world->events, NULL, &store, error));
	assert_ok(world->fixture, store_delete_all(store, &freed, error));
	assert_true(freed > 0);
	assert_ok(world->fixture, store_totals(store, &totals, error));
	assert_int_equal(totals.people, 0);
	assert_int_equal(files_in(world->events), 1); /* that it was: erasures.h */
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest as_root[] = {
		STARTS(service_tells_what_the_files_hold),
		STARTS(service_tells_the_sums_of_the_files),
		STARTS(one_person_is_followed_among_many),
	};
	const struct CMUnitTest tests[] = {
		STARTS(rows_come_by_time_whoever_has_them),
		STARTS(damaged_file_is_named),
		STARTS(all_are_erased),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return geteuid() ? failed : failed + cmocka_run_group_tests(as_root, NULL, NULL);
}
