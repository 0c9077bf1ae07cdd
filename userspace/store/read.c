/* SPDX-License-Identifier: GPL-2.0-only */
/* One way through the events, in slices or at once. It has three parts, each of which can stop at
 * an event and go on there: where to begin is looked up (at once), the newest so many are counted
 * from the end, and the events are told from the begin. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/frames.h"
#include "store/handle.h"
#include "store/recall.h"
#include "telprobe/record.h"

#define SLACK_US 1000000ll /* a tie may have moved an event behind the end of its session */

enum {
	KEPT = 1 << 18,		 /* rows remembered by a walk at once, */
	KEPT_OF_SLICE = 1 << 14, /* and by one of many that wait */
	ROWS_A_LOOK = 64,	 /* rows between two looks at the clock */
};

static const char act[] = "read";

enum phase { WALK_BEGINS, WALK_SEARCHES, WALK_PREPARES, WALK_TELLS, WALK_DONE };

/* Reads the events alone; what they refer to is recalled. */
struct store_walk {
	struct store *store;
	struct error *error;
	struct store_filter filter;
	store_row_callback callback;
	void *data;
	struct recall recall;
	enum phase phase;
	int64_t count_from; /* event ids: from here on events are counted, */
	int64_t from;	    /* from here on told, */
	int64_t until;	    /* and from here on neither */
	int64_t next;	    /* where a phase goes on; searching goes down to it, exclusive */
	int64_t missing;    /* of the newest so many, */
	int64_t first;	    /* and the first of those found */
	int64_t stop_us;    /* of the slice, CLOCK_MONOTONIC; 0: never */
	int64_t generation; /* of the file the walk began in; 0: not begun */
	int64_t sweeps;	    /* of the file in the last slice */
	struct store_cursor after, now; /* of a follower: the look before, and this one */
	uint8_t id_key[STORE_KEY_BYTES];
	struct store_frames frames; /* of the row that is told */
};

static bool is_over(const struct store_walk *walk, unsigned int rows)
{
	return walk->stop_us && rows % ROWS_A_LOOK == 0 && store_now_us() >= walk->stop_us;
}

static int read_resources(struct store_walk *walk, struct store_row *row)
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

static void row_set(struct store_row *row, uint32_t owner, sqlite3_stmt *statement,
		    const struct known_series *series, const struct known_session *session)
{
	int64_t above = sqlite3_column_int64(statement, 5);

	row->id = sqlite3_column_int64(statement, 0);
	row->owner = owner;
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

static bool is_asked_for(const struct store_walk *walk, int64_t id, int64_t context, int type)
{
	const struct store_filter *filter = &walk->filter;

	return id >= walk->from && (!filter->context || filter->context == context) &&
	       (!filter->types || (filter->types >> type & 1));
}

/* One event: count it, and tell it if it was asked for. */
static int tell_event(struct store_walk *walk, sqlite3_stmt *statement)
{
	struct store_row row = { .context = sqlite3_column_int64(statement, 1) };
	const struct known_series *series;
	struct known_session *session;
	int ret;

	ret = recall_series(&walk->recall, sqlite3_column_int64(statement, 2), &series);
	if (ret)
		return ret;
	if (!is_asked_for(walk, sqlite3_column_int64(statement, 0), row.context, series->type) &&
	    !walk->filter.with_sequence)
		return 0;
	ret = recall_context(&walk->recall, row.context, &row.session_id);
	if (!ret)
		ret = recall_session(&walk->recall, row.session_id, &session);
	if (ret)
		return ret;
	if (walk->filter.with_sequence)
		session->events++;
	row_set(&row, walk->store->owner, statement, series, session);
	if (!is_asked_for(walk, row.id, row.context, row.type))
		return 0;
	if (row.type == TP_EXIT)
		ret = read_resources(walk, &row);
	if (row.type == TP_CRASH) {
		ret = frames_read(walk->store, sqlite3_column_int64(statement, 2), &walk->frames,
				  walk->error);
		row.frames = &walk->frames;
	}
	return ret ? ret : walk->callback(&row, walk->data);
}

/* The statement of @query over the ids from @from to before @until. */
static int range_statement(struct store_walk *walk, enum query query, int64_t from, int64_t until,
			   sqlite3_stmt **out)
{
	const int64_t range[] = { from, until };
	int ret = store_statement(walk->store, query, out, walk->error);

	if (!ret && store_bind(*out, 1, range, 2) != SQLITE_OK)
		ret = store_failed(walk->store, walk->error, act);
	return ret;
}

/* The events from where the walk stands on; for a follower those that came since its last look. */
static int tell_statement(struct store_walk *walk, sqlite3_stmt **out)
{
	const int64_t marks[] = { walk->after.newest, walk->after.late, walk->now.late };
	int ret = range_statement(walk, walk->filter.cursor ? EACH_EVENT_AFTER : EACH_EVENT,
				  walk->next, walk->until, out);

	if (!ret && walk->filter.cursor && store_bind(*out, 3, marks, 3) != SQLITE_OK)
		ret = store_failed(walk->store, walk->error, act);
	return ret;
}

static int tell(struct store_walk *walk)
{
	unsigned int rows = 0;
	sqlite3_stmt *statement;
	int ret = tell_statement(walk, &statement);

	if (ret)
		return ret;
	while ((ret = store_step(walk->store, statement, act, walk->error)) == 1) {
		walk->next = sqlite3_column_int64(statement, 0) + 1;
		ret = tell_event(walk, statement);
		recall_bound(&walk->recall);
		if (!ret && is_over(walk, ++rows))
			ret = 1;
		if (ret)
			break;
	}
	sqlite3_reset(statement);
	if (ret)
		return ret;
	walk->phase = WALK_DONE;
	if (walk->filter.cursor)
		*walk->filter.cursor = walk->now;
	return 0;
}

/* As store_numbers(). */
static int numbers(struct store_walk *walk, enum query query, const int64_t *values, int count,
		   int64_t *out)
{
	return store_numbers(walk->store, query, values, count, out, act, walk->error);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t id_of(int64_t time_us)
{
	return time_us > INT64_MAX >> EVENT_TIE_BITS ? INT64_MAX
						     : later(time_us, 0) << EVENT_TIE_BITS;
}

/* A context's events lie within its session. Not so while a batch is open: it is not written. */
static int narrow_to_context(struct store_walk *walk)
{
	int64_t range[2];
	int ret;

	if (!walk->filter.context || walk->store->is_in_batch)
		return 0;
	ret = numbers(walk, GET_CONTEXT_RANGE, &walk->filter.context, 1, range);
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

/* What comes later is not told: a walk in slices would never end beside a busy writer. */
static int narrow_to_present(struct store_walk *walk)
{
	const int64_t range[] = { walk->from, walk->until };
	int64_t last[2];
	int ret = numbers(walk, LAST_EVENT_BEFORE, range, 2, last);

	if (ret >= 0)
		walk->until = ret ? last[0] + 1 : walk->from;
	return ret < 0 ? ret : 0;
}

static int begin(struct store_walk *walk)
{
	int ret;

	walk->from = id_of(walk->filter.since_us);
	walk->until = walk->filter.until_us ? id_of(walk->filter.until_us) : INT64_MAX;
	ret = narrow_to_context(walk);
	if (!ret)
		ret = narrow_to_present(walk);
	if (!ret && walk->filter.cursor) {
		walk->after = *walk->filter.cursor;
		ret = store_look(walk->store, &walk->after, &walk->now, walk->error);
	}
	walk->phase = walk->filter.limit ? WALK_SEARCHES : WALK_PREPARES;
	walk->next = walk->first = walk->until;
	walk->missing = walk->filter.limit;
	return ret;
}

/* Return: 1 it is one of the newest, 0 it is not asked for, negative errno. */
static int is_of_newest(struct store_walk *walk, sqlite3_stmt *statement)
{
	const struct known_series *series;
	int ret, type = 0;

	if (walk->filter.types) {
		ret = recall_series(&walk->recall, sqlite3_column_int64(statement, 2), &series);
		if (ret)
			return ret;
		type = series->type;
	}
	return is_asked_for(walk, sqlite3_column_int64(statement, 0),
			    sqlite3_column_int64(statement, 1), type);
}

/* From the end back to the event with which the newest so many begin. */
static int search(struct store_walk *walk)
{
	unsigned int rows = 0;
	sqlite3_stmt *statement;
	int ret = range_statement(walk, EACH_EVENT_BACK, walk->from, walk->next, &statement);

	if (ret)
		return ret;
	while (walk->missing && (ret = store_step(walk->store, statement, act, walk->error)) == 1) {
		walk->next = sqlite3_column_int64(statement, 0);
		ret = is_of_newest(walk, statement);
		if (ret < 0)
			break;
		if (ret)
			walk->first = walk->next;
		walk->missing -= ret;
		ret = is_over(walk, ++rows);
		if (ret)
			break;
	}
	sqlite3_reset(statement);
	if (ret)
		return ret;
	walk->from = walk->first;
	walk->phase = WALK_PREPARES;
	return 0;
}

/* To number the events of a session they are counted from its first one on. */
static int prepare(struct store_walk *walk)
{
	int64_t since_us = walk->from >> EVENT_TIE_BITS, started[2];
	int ret = 0;

	walk->count_from = walk->from;
	if (walk->filter.with_sequence && walk->from < walk->until) {
		since_us -= since_us < SLACK_US ? since_us : SLACK_US;
		ret = numbers(walk, FIRST_SESSION_SINCE, &since_us, 1, started);
		if (ret == 1 && started[0] << EVENT_TIE_BITS < walk->from)
			walk->count_from = started[0] << EVENT_TIE_BITS;
	}
	walk->next = walk->count_from;
	walk->phase = WALK_TELLS;
	return ret < 0 ? ret : 0;
}

/* An erasure gives every id a new meaning. */
static int check_same(struct store_walk *walk)
{
	struct store *store = walk->store;
	int64_t generation[2] = { 0 };
	int ret = numbers(walk, GET_GENERATION, NULL, 0, generation);

	if (ret < 0)
		return ret;
	if (walk->sweeps != generation[1])
		recall_forget(&walk->recall);
	walk->sweeps = generation[1];
	if (!walk->generation) {
		walk->generation = generation[0];
		memcpy(walk->id_key, store->id_key, sizeof(walk->id_key));
	}
	if (ret && walk->generation == generation[0] &&
	    !memcmp(walk->id_key, store->id_key, sizeof(walk->id_key)))
		return 0;
	error_set(walk->error, -ESTALE, "the events were deleted while they were read");
	error_hint(walk->error, "repeat the command to see what came since");
	return -ESTALE;
}

static int go_on(struct store_walk *walk)
{
	int ret = check_same(walk);

	while (!ret && walk->phase != WALK_DONE) {
		switch (walk->phase) {
		case WALK_BEGINS:
			ret = begin(walk);
			break;
		case WALK_SEARCHES:
			ret = search(walk);
			break;
		case WALK_PREPARES:
			ret = prepare(walk);
			break;
		case WALK_TELLS:
			ret = tell(walk);
			break;
		case WALK_DONE:
			break;
		}
	}
	return ret;
}

static int walk_slice(struct store_walk *walk, struct store *store, store_row_callback callback,
		      void *data, struct error *error)
{
	int ret;

	if (!store->is_in_batch) {
		ret = store_transaction(store, BEGIN_READ, act, error);
		if (ret)
			return ret;
	}
	walk->store = walk->recall.store = store;
	walk->error = walk->recall.error = error;
	walk->callback = callback;
	walk->data = data;
	ret = go_on(walk);
	if (!store->is_in_batch)
		store_run(store, ROLLBACK, act, NULL);
	return ret;
}

int store_walk_new(const struct store_filter *filter, struct store_walk **out, struct error *error)
{
	struct store_walk *walk = calloc(1, sizeof(*walk));

	if (!walk)
		return error_set(error, -ENOMEM, "cannot read events: %s", error_text(-ENOMEM));
	walk->filter = *filter;
	recall_init(&walk->recall, KEPT_OF_SLICE);
	*out = walk;
	return 0;
}

void store_walk_free(struct store_walk *walk)
{
	if (walk)
		recall_clear(&walk->recall);
	free(walk);
}

int store_walk_slice(struct store_walk *walk, struct store *store, int64_t budget_us,
		     store_row_callback callback, void *data, struct error *error)
{
	walk->stop_us = budget_us ? store_now_us() + budget_us : 0;
	return walk_slice(walk, store, callback, data, error);
}

int store_each(struct store *store, const struct store_filter *filter, store_row_callback callback,
	       void *data, struct error *error)
{
	struct store_walk walk = { .filter = *filter };
	int ret;

	if (store_is_elsewhere(store))
		return store->backend.each(store->backend.data, filter, callback, data, error);
	recall_init(&walk.recall, KEPT);
	ret = walk_slice(&walk, store, callback, data, error);
	recall_clear(&walk.recall);
	return ret;
}
