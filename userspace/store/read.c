/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/handle.h"
#include "store/recall.h"
#include "telprobe/record.h"

#define SLACK_US 1000000ll /* a tie may have moved an event behind the end of its session */

static const char act[] = "read";

/* Reads the events alone; what they refer to is recalled. */
struct walk {
	struct store *store;
	struct error *error;
	const struct store_filter *filter;
	store_row_callback callback;
	void *data;
	struct recall recall;
	int64_t count_from; /* event ids: from here on events are counted, */
	int64_t from;	    /* from here on told, */
	int64_t until;	    /* and from here on neither */
};

static int read_resources(struct walk *walk, struct store_row *row)
{
	struct store_resources *resources = &row->resources;
	sqlite3_stmt *statement;
	int ret = store_statement(walk->store, GET_RESOURCES, &statement, walk->error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, &row->id, 1) != SQLITE_OK)
		return store_failed(walk->store, walk->error, act);
	ret = store_step(walk->store, statement, act, walk->error);
	if (ret != 1)
		return ret;
	row->has_resources = true;
	resources->cpu_us = sqlite3_column_int64(statement, 0);
	resources->peak_rss_kib = sqlite3_column_int64(statement, 1);
	resources->read_bytes = sqlite3_column_int64(statement, 2);
	resources->written_bytes = sqlite3_column_int64(statement, 3);
	sqlite3_reset(statement);
	return 0;
}

static void row_set(struct store_row *row, sqlite3_stmt *statement,
		    const struct known_series *series, const struct known_session *session)
{
	int64_t above = sqlite3_column_int64(statement, 5);

	row->id = sqlite3_column_int64(statement, 0);
	row->time_us = row->id >> EVENT_TIE_BITS;
	row->value = sqlite3_column_int64(statement, 3);
	row->span = (uint32_t)sqlite3_column_int64(statement, 4);
	row->parent = above ? (uint32_t)(row->span - above) : 0;
	row->session = session->public_id;
	row->session_started_us = session->started_us;
	row->sequence = session->events;
	row->version = session->version;
	row->app = series->app ? series->app : "";
	row->type = series->type;
	row->kind = series->kind;
	row->outcome = series->outcome;
	row->flags = series->flags;
	row->code = series->code;
	memcpy(row->name, series->name, sizeof(row->name));
}

static bool is_asked_for(const struct walk *walk, int64_t id, int64_t context, int type)
{
	const struct store_filter *filter = walk->filter;

	return id >= walk->from && (!filter->context || filter->context == context) &&
	       (!filter->types || (filter->types >> type & 1));
}

/* One event: count it, and tell it if it was asked for. */
static int walk_event(struct walk *walk, sqlite3_stmt *statement)
{
	struct store_row row = { .context = sqlite3_column_int64(statement, 1) };
	const struct known_series *series;
	struct known_session *session;
	int ret;

	ret = recall_series(&walk->recall, sqlite3_column_int64(statement, 2), &series);
	if (ret)
		return ret;
	if (!is_asked_for(walk, sqlite3_column_int64(statement, 0), row.context, series->type) &&
	    !walk->filter->with_sequence)
		return 0;
	ret = recall_context(&walk->recall, row.context, &row.session_id);
	if (!ret)
		ret = recall_session(&walk->recall, row.session_id, &session);
	if (ret)
		return ret;
	if (walk->filter->with_sequence)
		session->events++;
	row_set(&row, statement, series, session);
	if (!is_asked_for(walk, row.id, row.context, row.type))
		return 0;
	if (row.type == TP_EXIT)
		ret = read_resources(walk, &row);
	return ret ? ret : walk->callback(&row, walk->data);
}

static int walk_all(struct walk *walk)
{
	const int64_t range[] = { walk->count_from, walk->until };
	sqlite3_stmt *statement;
	int ret = store_statement(walk->store, EACH_EVENT, &statement, walk->error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, range, 2) != SQLITE_OK)
		return store_failed(walk->store, walk->error, act);
	while ((ret = store_step(walk->store, statement, act, walk->error)) == 1) {
		ret = walk_event(walk, statement);
		if (ret)
			break;
		recall_bound(&walk->recall);
	}
	sqlite3_reset(statement);
	return ret;
}

/* Two numbers of a row, 0 for NULL. Return: 1 a row, 0 none, negative errno. */
static int numbers(struct walk *walk, enum query query, const int64_t *values, int count,
		   int64_t out[2])
{
	sqlite3_stmt *statement;
	int ret = store_statement(walk->store, query, &statement, walk->error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, count) != SQLITE_OK)
		return store_failed(walk->store, walk->error, act);
	ret = store_step(walk->store, statement, act, walk->error);
	if (ret == 1) {
		out[0] = sqlite3_column_int64(statement, 0);
		out[1] = sqlite3_column_count(statement) > 1 ? sqlite3_column_int64(statement, 1)
							     : 0;
		if (sqlite3_column_type(statement, 0) == SQLITE_NULL)
			ret = 0;
	}
	sqlite3_reset(statement);
	return ret;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* A context's events lie within its session. Not so while a batch is open: it is not written. */
static int narrow_to_context(struct walk *walk)
{
	int64_t range[2];
	int ret;

	if (!walk->filter->context || walk->store->is_in_batch)
		return 0;
	ret = numbers(walk, GET_CONTEXT_RANGE, &walk->filter->context, 1, range);
	if (ret < 0)
		return ret;
	if (!ret) {
		walk->until = walk->from;
		return 0;
	}
	walk->from = later(walk->from, range[0] << EVENT_TIE_BITS);
	if (walk->until > (range[1] + SLACK_US) << EVENT_TIE_BITS)
		walk->until = (range[1] + SLACK_US) << EVENT_TIE_BITS;
	return 0;
}

static int narrow_to_newest(struct walk *walk)
{
	const struct store_filter *filter = walk->filter;
	const int64_t values[] = { walk->from, walk->until, filter->types, filter->context,
				   filter->limit };
	int64_t first[2];
	int ret;

	if (!filter->limit)
		return 0;
	ret = numbers(walk, NEWEST_EVENTS_START, values, 5, first);
	if (ret == 1)
		walk->from = first[0];
	else
		walk->until = walk->from;
	return ret < 0 ? ret : 0;
}

/* To number the events of a session they are counted from its first one on. */
static int widen_to_sessions(struct walk *walk)
{
	int64_t since_us = walk->from >> EVENT_TIE_BITS, started[2];
	int ret;

	walk->count_from = walk->from;
	if (!walk->filter->with_sequence || walk->from >= walk->until)
		return 0;
	since_us -= since_us < SLACK_US ? since_us : SLACK_US;
	ret = numbers(walk, FIRST_SESSION_SINCE, &since_us, 1, started);
	if (ret == 1 && started[0] << EVENT_TIE_BITS < walk->from)
		walk->count_from = started[0] << EVENT_TIE_BITS;
	return ret < 0 ? ret : 0;
}

static int64_t id_of(int64_t time_us)
{
	return time_us > INT64_MAX >> EVENT_TIE_BITS ? INT64_MAX
						     : later(time_us, 0) << EVENT_TIE_BITS;
}

static int walk_filtered(struct walk *walk)
{
	int ret;

	walk->from = id_of(walk->filter->since_us);
	walk->until = walk->filter->until_us ? id_of(walk->filter->until_us) : INT64_MAX;
	ret = narrow_to_context(walk);
	if (!ret)
		ret = narrow_to_newest(walk);
	if (!ret)
		ret = widen_to_sessions(walk);
	return ret ? ret : walk_all(walk);
}

int store_each(struct store *store, const struct store_filter *filter, store_row_callback callback,
	       void *data, struct error *error)
{
	struct walk walk = {
		.store = store, .error = error, .filter = filter, .callback = callback, .data = data
	};
	int ret;

	if (!store->is_in_batch) {
		ret = store_transaction(store, BEGIN_READ, act, error);
		if (ret)
			return ret;
	}
	recall_init(&walk.recall, store, error);
	ret = walk_filtered(&walk);
	recall_clear(&walk.recall);
	if (!store->is_in_batch)
		store_run(store, ROLLBACK, act, NULL);
	return ret;
}

int64_t store_file_bytes(const struct store *store)
{
	char log[PATH_MAX + 8];
	struct stat file;
	int64_t bytes = 0;

	if (!stat(store->path, &file))
		bytes += file.st_size;
	snprintf(log, sizeof(log), "%s-wal", store->path);
	if (!stat(log, &file))
		bytes += file.st_size;
	return bytes;
}

int store_totals(struct store *store, struct store_totals *out, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, TOTALS, &statement, error);

	if (ret)
		return ret;
	ret = store_step(store, statement, act, error);
	if (ret < 0)
		return ret;
	out->events = sqlite3_column_int64(statement, 0);
	out->sessions = sqlite3_column_int64(statement, 1);
	out->first_us = sqlite3_column_int64(statement, 2) >> EVENT_TIE_BITS;
	out->last_us = sqlite3_column_int64(statement, 3) >> EVENT_TIE_BITS;
	sqlite3_reset(statement);
	out->file_bytes = store_file_bytes(store);
	return 0;
}
