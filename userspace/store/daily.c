/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/daily.h"

#include <errno.h>
#include <string.h>

#include "store/handle.h"
#include "store/recall.h"

enum { KEPT = 1 << 14 }; /* rows remembered while sums are read */

static const char act[] = "read";

static int write_row(struct store *store, enum query query, const int64_t *values, int count,
		     struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, query, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, count) != SQLITE_OK)
		return store_failed(store, error, "write to");
	return store_step(store, statement, "write to", error);
}

int store_add_daily(struct store *store, const struct store_daily *daily, struct error *error)
{
	const int64_t values[] = { daily->day, daily->series, daily->spans, daily->sum_ns };

	return write_row(store, ADD_DAILY, values, 4, error);
}

int store_add_bucket(struct store *store, int64_t day, int64_t series,
		     const struct store_bucket *bucket, struct error *error)
{
	const int64_t values[] = { day, series, bucket->code, bucket->spans };

	return write_row(store, ADD_DAILY_BUCKET, values, 4, error);
}

int store_move_drained(struct store *store, uint64_t source, uint32_t place, uint64_t old,
		       uint64_t now, struct error *error)
{
	const int64_t values[] = { (int64_t)source, place, (int64_t)old, (int64_t)now };
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, old ? MOVE_DRAINED : ADD_DRAINED, &statement, error);

	if (ret)
		return ret;
	/* one of the two has no third parameter */
	if (store_bind(statement, 1, values, 2) != SQLITE_OK ||
	    (old && store_bind(statement, 3, &values[2], 1) != SQLITE_OK) ||
	    store_bind(statement, 4, &values[3], 1) != SQLITE_OK)
		return store_failed(store, error, "write to");
	ret = store_step(store, statement, "write to", error);
	if (ret || sqlite3_changes(store->database))
		return ret;
	return error_set(error, -ESTALE,
			 "cannot write to '%s': another collector stores the same totals",
			 store->path);
}

int store_forget_drained(struct store *store, const uint64_t sources[2], struct error *error)
{
	const int64_t values[] = { (int64_t)sources[0], (int64_t)sources[1] };

	return store_run_with(store, FORGET_DRAINED, values, 2, "write to", error);
}

int store_each_drained(struct store *store, uint64_t source,
		       void (*callback)(uint32_t place, uint64_t value, void *data), void *data,
		       struct error *error)
{
	const int64_t value = (int64_t)source;
	sqlite3_stmt *statement;
	int ret = store_statement(store, EACH_DRAINED, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, &value, 1) != SQLITE_OK)
		return store_failed(store, error, act);
	while ((ret = store_step(store, statement, act, error)) == 1)
		callback((uint32_t)sqlite3_column_int64(statement, 0),
			 (uint64_t)sqlite3_column_int64(statement, 1), data);
	return ret;
}

/* --- sums ------------------------------------------------------------------------------------ */

struct reading {
	struct store *store;
	int64_t days[2]; /* from, to before */
	struct recall recall;
	struct store_bucket buckets[STORE_BUCKETS_MAX];
	struct error *error;
};

static void days_of(const struct store_sum_filter *filter, int64_t days[2])
{
	days[0] = filter->since_us > 0 ? filter->since_us / STORE_DAY_US : 0;
	days[1] = INT64_MAX;
	if (filter->until_us)
		days[1] = filter->until_us > 0 ? (filter->until_us - 1) / STORE_DAY_US + 1 : 0;
}

static int read_buckets(struct reading *reading, struct store_sum *sum)
{
	const int64_t values[] = { reading->days[0], reading->days[1], sum->series };
	sqlite3_stmt *statement;
	int ret = store_statement(reading->store, EACH_DAILY_BUCKET, &statement, reading->error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 3) != SQLITE_OK)
		return store_failed(reading->store, reading->error, act);
	while (sum->bucket_count < STORE_BUCKETS_MAX &&
	       (ret = store_step(reading->store, statement, act, reading->error)) == 1)
		reading->buckets[sum->bucket_count++] = (struct store_bucket){
			.code = (int32_t)sqlite3_column_int64(statement, 0),
			.spans = sqlite3_column_int64(statement, 1),
		};
	sqlite3_reset(statement);
	sum->buckets = reading->buckets;
	return ret < 0 ? ret : 0;
}

static int read_sum(struct reading *reading, sqlite3_stmt *statement, struct store_sum *sum)
{
	const struct known_series *series;
	int ret;

	sum->series = sqlite3_column_int64(statement, 0);
	sum->spans = sqlite3_column_int64(statement, 1);
	sum->sum_ns = sqlite3_column_double(statement, 2);
	sum->owner = reading->store->owner;
	ret = recall_series(&reading->recall, sum->series, &series);
	if (ret)
		return ret;
	sum->app = series->app ? series->app : "";
	sum->kind = series->kind;
	sum->outcome = series->outcome;
	memcpy(sum->name, series->name, sizeof(sum->name));
	return read_buckets(reading, sum);
}

static int each_sum(struct reading *reading, int64_t after, store_sum_callback callback, void *data)
{
	const int64_t values[] = { reading->days[0], reading->days[1], after };
	sqlite3_stmt *statement;
	int ret = store_statement(reading->store, EACH_DAILY, &statement, reading->error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 3) != SQLITE_OK)
		return store_failed(reading->store, reading->error, act);
	while ((ret = store_step(reading->store, statement, act, reading->error)) == 1) {
		struct store_sum sum = { 0 };

		ret = read_sum(reading, statement, &sum);
		if (!ret)
			ret = callback(&sum, data);
		if (ret)
			break;
		recall_bound(&reading->recall);
	}
	sqlite3_reset(statement);
	return ret;
}

int store_each_sum(struct store *store, const struct store_sum_filter *filter,
		   store_sum_callback callback, void *data, struct error *error)
{
	struct reading reading = { .store = store, .error = error };
	int ret = 0;

	if (store_is_elsewhere(store) && !store->backend.each_sum)
		return 0;
	if (store_is_elsewhere(store))
		return store->backend.each_sum(store->backend.data, filter, callback, data, error);
	if (!store->is_in_batch)
		ret = store_transaction(store, BEGIN_READ, act, error);
	if (ret)
		return ret;
	days_of(filter, reading.days);
	recall_init(&reading.recall, KEPT);
	reading.recall.store = store;
	reading.recall.error = error;
	ret = each_sum(&reading, filter->after, callback, data);
	recall_clear(&reading.recall);
	if (!store->is_in_batch)
		store_run(store, ROLLBACK, act, NULL);
	return ret;
}
