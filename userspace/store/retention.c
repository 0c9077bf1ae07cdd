/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/retention.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/handle.h"
#include "store/sweep.h"

#define DAY_US (24ll * 3600 * 1000000)

enum {
	BUSY_TIMEOUT_MS = 5000,	      /* outside of slices; as store_open() says */
	SIZE_TARGET_PERCENT = 90,     /* else each batch at the limit would begin a pass */
	SIZE_NEAR_PERCENT = 95,	      /* and this is near enough */
	CHUNK = 512,		      /* rows between two looks at the clock */
	PAGES = 16,		      /* pages returned between two looks */
	CONVERT_MAX_BYTES = 16 << 20, /* of a file that has to be rewritten: some 100 ms */
	LOG_TRIES = 20,		      /* slices that wait for a reader of the log */
	INCREMENTAL = 2,	      /* PRAGMA auto_vacuum */
};

enum { REMOVED_BY_AGE = 1, REMOVED_BY_SIZE = 2 }; /* removals.reason */

enum phase {
	CLEAN_AGE,
	CLEAN_SIZE,
	CLEAN_SWEEP,
	CLEAN_CONVERT,
	CLEAN_SHRINK,
	CLEAN_LOG,
	CLEAN_DONE
};

struct cleaning {
	enum phase phase;
	struct store_limits limits;
	int64_t cut_us;	      /* events before it are too old; 0: none is */
	int64_t day;	      /* since 1970, of the pass */
	int64_t target_bytes; /* the size phase ends below it; 0: not looked at yet */
	int64_t round_events; /* removed in this round of size and sweep */
	unsigned int rounds;  /* before this one */
	bool is_unswept;
	unsigned int log_tries;
};

struct keeping { /* of meta */
	int64_t keep_days, clock_us, doubt_us;
	bool is_unswept;
};

static const char act[] = "clean";

int64_t store_shorter(int64_t days, int64_t other_days)
{
	if (!days || !other_days)
		return days ? days : other_days;
	return days < other_days ? days : other_days;
}

static int read_keeping(struct store *store, struct keeping *out, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, GET_KEEPING, &statement, error);

	if (ret)
		return ret;
	ret = store_step(store, statement, act, error);
	if (ret < 0)
		return ret;
	if (!ret)
		return error_set(error, -EBADMSG, "cannot clean '%s': its owner is missing",
				 store->path);
	out->keep_days = sqlite3_column_int64(statement, 0);
	out->clock_us = sqlite3_column_int64(statement, 1);
	out->doubt_us = sqlite3_column_int64(statement, 2);
	out->is_unswept = sqlite3_column_int64(statement, 3) != 0;
	sqlite3_reset(statement);
	return 0;
}

/* Let the believed time follow the clock. Return: whether it may not. */
static bool follow_clock(struct keeping *keeping, int64_t keep_days, int64_t now_us,
			 int64_t elapsed_us)
{
	int64_t days = keep_days / 3;

	days = days < 1 ? 1 : days > 31 ? 31 : days;
	if (now_us > keeping->clock_us + days * DAY_US) {
		keeping->doubt_us += elapsed_us;
		if (keeping->doubt_us < DAY_US)
			return true;
	}
	keeping->clock_us = now_us;
	keeping->doubt_us = 0;
	return false;
}

/* Written once a day only: an idle file stays idle. */
static int keep_clock(struct store *store, const struct keeping *before,
		      const struct keeping *keeping, struct error *error)
{
	const int64_t values[] = { keeping->clock_us, keeping->doubt_us };

	if (before->clock_us / DAY_US == keeping->clock_us / DAY_US &&
	    before->doubt_us == keeping->doubt_us)
		return 0;
	return store_run_with(store, SET_CLOCK, values, 2, act, error);
}

static int refuse_batch(struct store *store, struct error *error)
{
	if (store_is_elsewhere(store))
		return error_set(error, -ENOTSUP, "cannot clean '%s': it can only be asked",
				 store->path);
	if (store->is_in_batch)
		return error_set(error, -EINVAL, "cannot clean '%s': a batch is open", store->path);
	return 0;
}

int store_clean_begin(struct store *store, const struct store_limits *limits, int64_t now_us,
		      int64_t elapsed_us, struct error *error)
{
	struct keeping before, keeping;
	struct cleaning *cleaning;
	bool is_in_doubt;
	int64_t days;
	int ret = refuse_batch(store, error);

	store_clean_end(store);
	if (!ret)
		ret = read_keeping(store, &before, error);
	if (ret)
		return ret;
	keeping = before;
	days = store_shorter(limits->keep_days, keeping.keep_days);
	is_in_doubt = follow_clock(&keeping, days, now_us, elapsed_us);
	sqlite3_busy_timeout(store->database, 0);
	ret = keep_clock(store, &before, &keeping, error);
	sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
	cleaning = ret ? NULL : calloc(1, sizeof(*cleaning));
	if (!cleaning)
		return ret ? ret
			   : error_set(error, -ENOMEM, "cannot clean '%s': %s", store->path,
				       error_text(-ENOMEM));
	cleaning->limits = *limits;
	cleaning->day = keeping.clock_us / DAY_US;
	cleaning->is_unswept = keeping.is_unswept;
	if (days && cleaning->day > days)
		cleaning->cut_us = (cleaning->day - days) * DAY_US;
	store->cleaning = cleaning;
	return is_in_doubt;
}

void store_clean_end(struct store *store)
{
	sweep_end(store);
	free(store->cleaning);
	store->cleaning = NULL;
}

bool store_clean_is_on(const struct store *store)
{
	return store->cleaning != NULL;
}

/* --- removal of events --------------------------------------------------------------------- */

/* @out_bytes: of the file, @out_used_bytes: without its free pages */
static int read_sizes(struct store *store, int64_t *out_bytes, int64_t *out_used_bytes,
		      struct error *error)
{
	int64_t page_bytes = 0, pages = 0, free_pages = 0;
	int ret = store_pragma(store, "PRAGMA page_size", &page_bytes, error);

	if (!ret)
		ret = store_pragma(store, "PRAGMA page_count", &pages, error);
	if (!ret)
		ret = store_pragma(store, "PRAGMA freelist_count", &free_pages, error);
	if (ret)
		return ret;
	*out_bytes = pages * page_bytes;
	*out_used_bytes = (pages - free_pages) * page_bytes;
	return 0;
}

/* Of a file that cannot shrink its free pages do not count: they are used again. */
static int read_relevant_size(struct store *store, int64_t *out_bytes, struct error *error)
{
	int64_t used_bytes, mode;
	int ret = read_sizes(store, out_bytes, &used_bytes, error);

	if (!ret)
		ret = store_pragma(store, "PRAGMA auto_vacuum", &mode, error);
	if (!ret && mode != INCREMENTAL)
		*out_bytes = used_bytes;
	return ret;
}

bool store_is_too_large(struct store *store, int64_t max_bytes)
{
	int64_t bytes = 0;

	return max_bytes && !store_is_elsewhere(store) && !store->is_in_batch &&
	       !read_relevant_size(store, &bytes, NULL) && bytes > max_bytes;
}

/* The oldest events before @until, some of them. Return: how many, negative errno. */
static int remove_chunk(struct store *store, int64_t until, int64_t *out_last, struct error *error)
{
	const int64_t from_until[] = { until, CHUNK };
	int64_t range[] = { 0, until };
	int removed, ret;

	ret = store_numbers(store, EVENT_AFTER, from_until, 2, &range[1], act, error);
	if (ret >= 0)
		ret = store_numbers(store, LAST_EVENT_BEFORE, range, 2, out_last, act, error);
	if (ret <= 0)
		return ret;
	ret = store_run_with(store, DELETE_EVENTS_BEFORE, &range[1], 1, act, error);
	removed = sqlite3_changes(store->database);
	if (!ret)
		ret = store_run_with(store, DELETE_RESOURCES_BEFORE, &range[1], 1, act, error);
	return ret ? ret : removed;
}

/* The totals of days before @day, and which builds were new then. Return: how many spans they counted, negative errno. */
static int64_t remove_days(struct store *store, int64_t day, struct error *error)
{
	const int64_t before_us = day * DAY_US;
	int64_t spans = 0;
	int ret = store_numbers(store, DAILY_BEFORE, &day, 1, &spans, act, error);

	if (ret >= 0)
		ret = store_run_with(store, DELETE_DAILY_BEFORE, &day, 1, act, error);
	if (!ret)
		ret = store_run_with(store, DELETE_BUCKETS_BEFORE, &day, 1, act, error);
	if (!ret)
		ret = store_run_with(store, DELETE_BUILDS_BEFORE, &before_us, 1, act, error);
	return ret ? ret : spans;
}

/* By age with the events of those days; by size, a day at a time, when no event is left. */
static int64_t remove_totals(struct store *store, struct cleaning *cleaning, int64_t *out_last,
			     struct error *error)
{
	int64_t day = cleaning->cut_us / DAY_US, spans;
	int ret = 1;

	if (cleaning->phase == CLEAN_SIZE) {
		ret = store_numbers(store, OLDEST_DAILY, NULL, 0, &day, act, error);
		day++;
	}
	if (ret <= 0)
		return ret;
	spans = remove_days(store, day, error);
	if (spans > 0)
		*out_last = (day * DAY_US - 1) << EVENT_TIE_BITS;
	return spans;
}

/* What events refer to goes later, in the sweep: they themselves are not taken to make all of the
 * room, but most of it. What is missing then is made by another round.
 * Return: 1 there is something to do, 0 not. */
static int set_target(struct store *store, struct cleaning *cleaning, struct error *error)
{
	const int64_t percent = cleaning->limits.max_bytes / 100;
	int64_t bytes, used_bytes, goal_bytes = percent * SIZE_TARGET_PERCENT;
	int ret = read_relevant_size(store, &bytes, error);

	if (!ret)
		ret = read_sizes(store, &(int64_t){ 0 }, &used_bytes, error);
	if (ret)
		return ret;
	if (cleaning->rounds)
		bytes = used_bytes;
	if (bytes <= (cleaning->rounds ? percent * SIZE_NEAR_PERCENT : cleaning->limits.max_bytes))
		return 0;
	cleaning->target_bytes = used_bytes - (used_bytes - goal_bytes) * 3 / 4;
	return 1;
}

/* Return: 1 removal has to go on, 0 not. */
static int is_needed(struct store *store, struct cleaning *cleaning, struct error *error)
{
	int64_t bytes, used_bytes;
	int ret;

	if (cleaning->phase == CLEAN_AGE)
		return cleaning->cut_us > 0;
	if (!cleaning->limits.max_bytes)
		return 0;
	ret = cleaning->target_bytes ? 1 : set_target(store, cleaning, error);
	if (ret == 1)
		ret = read_sizes(store, &bytes, &used_bytes, error);
	else
		return ret;
	return ret ? ret : used_bytes > cleaning->target_bytes;
}

static int note_removal(struct store *store, struct cleaning *cleaning, int64_t events,
			int64_t last, struct error *error)
{
	const int64_t removal[] = { cleaning->day,
				    cleaning->phase == CLEAN_AGE ? REMOVED_BY_AGE : REMOVED_BY_SIZE,
				    events, last >> EVENT_TIE_BITS };
	const int64_t unswept = 1;
	int ret;

	if (!events)
		return 0;
	ret = store_run_with(store, ADD_REMOVAL, removal, 4, act, error);
	if (!ret)
		ret = store_run_with(store, SET_UNSWEPT, &unswept, 1, act, error);
	return ret;
}

/* Return: 1 there is more to remove, 0 not. */
static int remove_some(struct store *store, struct cleaning *cleaning, int64_t stop_us,
		       struct error *error)
{
	int64_t events = 0, last = 0, spans;
	int64_t until =
		cleaning->phase == CLEAN_AGE ? cleaning->cut_us << EVENT_TIE_BITS : INT64_MAX;
	int noted, ret;

	while ((ret = is_needed(store, cleaning, error)) == 1) {
		ret = remove_chunk(store, until, &last, error);
		if (ret < 0)
			break;
		spans = ret ? ret : remove_totals(store, cleaning, &last, error);
		if (spans <= 0) {
			ret = (int)spans;
			break;
		}
		events += spans;
		ret = 1;
		if (store_now_us() >= stop_us)
			break;
	}
	if (ret < 0)
		return ret;
	noted = note_removal(store, cleaning, events, last, error);
	cleaning->is_unswept |= events > 0;
	cleaning->round_events += events;
	return noted ? noted : ret;
}

static int remove_slice(struct store *store, struct cleaning *cleaning, int64_t stop_us,
			struct error *error)
{
	int committed, ret = is_needed(store, cleaning, error);

	if (ret <= 0)
		return ret;
	ret = store_transaction(store, BEGIN_WRITE, act, error);
	if (ret)
		return ret;
	ret = remove_some(store, cleaning, stop_us, error);
	if (ret >= 0) {
		committed = store_run(store, COMMIT, act, error);
		ret = committed ? committed : ret;
	}
	if (!sqlite3_get_autocommit(store->database))
		store_run(store, ROLLBACK, act, NULL);
	return ret;
}

/* --- what follows from it ------------------------------------------------------------------ */

static int sweep(struct store *store, struct cleaning *cleaning, int64_t stop_us,
		 struct error *error)
{
	int ret = 0;

	if (!cleaning->is_unswept)
		return 0;
	if (!store->sweep)
		ret = sweep_begin(store, error);
	if (!ret)
		ret = sweep_slice(store, stop_us, error);
	if (ret == 1 || ret == -EBUSY)
		return ret;
	sweep_end(store);
	cleaning->is_unswept = false;
	if (ret) /* the next pass tries again */
		return ret == -ESTALE ? 0 : ret;
	if (cleaning->target_bytes && cleaning->round_events) { /* is it enough? */
		cleaning->phase = CLEAN_AGE;			/* and on to the size */
		cleaning->target_bytes = 0;
		cleaning->round_events = 0;
		cleaning->rounds++;
	}
	return 0;
}

/* A file of an earlier schema cannot be shrunk piece by piece until it was rewritten once. That
 * holds its lock all the time and needs its size again, so a large one is left as it is. */
static int convert(struct store *store, struct error *error)
{
	int64_t mode = INCREMENTAL, bytes, used_bytes;
	int ret = store_pragma(store, "PRAGMA auto_vacuum", &mode, error);

	if (ret || mode == INCREMENTAL)
		return ret;
	ret = read_sizes(store, &bytes, &used_bytes, error);
	if (ret || used_bytes > CONVERT_MAX_BYTES)
		return ret;
	ret = store_script(store, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", act, error);
	return ret == -ENOSPC ? 0 : ret;
}

/* Return: 1 there is more to return to the file system. */
static int shrink(struct store *store, int64_t stop_us, struct error *error)
{
	char some[48];
	int64_t left = 0, before = 0;
	int ret = store_pragma(store, "PRAGMA freelist_count", &left, error);

	snprintf(some, sizeof(some), "PRAGMA incremental_vacuum(%d)", PAGES);
	if (ret || !left)
		return ret;
	ret = store_transaction(store, BEGIN_WRITE, act, error);
	if (ret)
		return ret;
	do {
		before = left;
		ret = store_script(store, some, act, error);
		if (!ret)
			ret = store_pragma(store, "PRAGMA freelist_count", &left, error);
	} while (!ret && left && left < before && store_now_us() < stop_us);
	if (!ret)
		ret = store_run(store, COMMIT, act, error);
	if (!sqlite3_get_autocommit(store->database))
		store_run(store, ROLLBACK, act, NULL);
	return ret ? ret : left && left < before;
}

/* Pages that were overwritten in the file are still as they were in the log. */
static int empty_log(struct store *store, struct cleaning *cleaning, struct error *error)
{
	int ret = store_empty_log(store, act, error);

	if (ret != -EBUSY)
		return ret;
	return ++cleaning->log_tries < LOG_TRIES; /* else the next pass does it */
}

static int run_phase(struct store *store, struct cleaning *cleaning, int64_t stop_us,
		     struct error *error)
{
	switch (cleaning->phase) {
	case CLEAN_AGE:
	case CLEAN_SIZE:
		return remove_slice(store, cleaning, stop_us, error);
	case CLEAN_SWEEP:
		return sweep(store, cleaning, stop_us, error);
	case CLEAN_CONVERT:
		return convert(store, error);
	case CLEAN_SHRINK:
		return shrink(store, stop_us, error);
	case CLEAN_LOG:
		return empty_log(store, cleaning, error);
	case CLEAN_DONE:
		break;
	}
	return 0;
}

int store_clean_slice(struct store *store, int64_t budget_us, struct error *error)
{
	const int64_t stop_us = store_now_us() + budget_us;
	struct cleaning *cleaning = store->cleaning;
	int ret = refuse_batch(store, error);

	if (ret || !cleaning)
		return ret;
	sqlite3_busy_timeout(store->database, 0);
	do {
		ret = run_phase(store, cleaning, stop_us, error);
		if (!ret)
			cleaning->phase++;
	} while (!ret && cleaning->phase != CLEAN_DONE && store_now_us() < stop_us);
	sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
	if (ret == -EBUSY)
		return ret;
	if (ret < 0 || cleaning->phase == CLEAN_DONE) {
		store_clean_end(store);
		return ret < 0 ? ret : 0;
	}
	return 1;
}

/* --- the owner's own ----------------------------------------------------------------------- */

int store_keep_days(struct store *store, int64_t *out_days, struct error *error)
{
	struct keeping keeping;
	int ret = read_keeping(store, &keeping, error);

	if (!ret)
		*out_days = keeping.keep_days;
	return ret;
}

int store_set_keep_days(struct store *store, int64_t days, struct error *error)
{
	int ret = refuse_batch(store, error);

	if (ret)
		return ret;
	if (days < 0 || days > STORE_KEEP_DAYS_MAX)
		return error_set(error, -EINVAL, "a retention is 1 to %d days",
				 STORE_KEEP_DAYS_MAX);
	return store_run_with(store, SET_KEEP_DAYS, &days, 1, act, error);
}
