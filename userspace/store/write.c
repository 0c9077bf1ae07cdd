/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "lib/clock.h"
#include "store/handle.h"
#include "store/sweep.h"

enum { TIES = 1 << EVENT_TIE_BITS };
_Static_assert(STORE_TIME_MAX_US - 1 <= INT64_MAX >> EVENT_TIE_BITS, "an id holds every time");

static const char act[] = "write to";

int store_begin(struct store *store, struct error *error)
{
	int64_t now[2] = { 0 }; /* generation, sweeps */
	int ret;

	if (store->is_in_batch)
		return 0;
	ret = store_transaction(store, BEGIN_WRITE, act, error);
	if (ret)
		return ret;
	store->is_in_batch = true;
	ret = store_numbers(store, GET_GENERATION, NULL, 0, now, act, error);
	if (ret < 0) {
		store_rollback(store);
		return ret;
	}
	if (now[0] != store->generation || now[1] != store->sweeps) {
		store->generation = now[0];
		store->sweeps = now[1];
		store->forgotten++;
	}
	table_clear(&store->origins);
	store->newest_event = -1; /* another process may have added some */
	store->has_late = false;
	return 0;
}

uint64_t store_generation(const struct store *store)
{
	return store->forgotten;
}

void store_rollback(struct store *store)
{
	if (!store->is_in_batch)
		return;
	if (!sqlite3_get_autocommit(store->database)) /* SQLite did it itself after some failures */
		store_run(store, ROLLBACK, act, NULL);
	store->is_in_batch = false;
	store->forgotten++;
}

int store_write_statement(struct store *store, enum query query, sqlite3_stmt **out,
			  struct error *error)
{
	if (!store->is_in_batch)
		return error_set(error, -EINVAL, "cannot write to '%s': no batch was begun",
				 store->path);
	return store_statement(store, query, out, error);
}

/* Return: 1 and the row's first number, 0 no row, negative errno. */
static int step_for_id(struct store *store, sqlite3_stmt *statement, int64_t *out_id,
		       struct error *error)
{
	int ret = store_step(store, statement, act, error);

	if (ret == 1) {
		*out_id = sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
	}
	return ret;
}

int store_series(struct store *store, const struct store_series *series, int64_t *out_id,
		 struct error *error)
{
	static const enum query queries[] = { FIND_SERIES, ADD_SERIES };
	const int64_t values[] = { series->app,	    series->type,    series->kind,
				   series->outcome, series->flags,   series->code,
				   series->name[0], series->name[1], series->name[2],
				   series->name[3], series->name[4] };
	sqlite3_stmt *statement;
	int i, ret;

	for (i = 0; i < 2; i++) {
		ret = store_write_statement(store, queries[i], &statement, error);
		if (ret)
			return ret;
		if (store_bind(statement, 1, values, sizeof(values) / sizeof(values[0])) !=
		    SQLITE_OK)
			return store_failed(store, error, act);
		ret = step_for_id(store, statement, out_id, error);
		if (ret < 0)
			return ret;
		if (ret)
			break;
	}
	if (!ret)
		*out_id = sqlite3_last_insert_rowid(store->database);
	sweep_keep(store, SWEEP_SERIES, *out_id);
	return 0;
}

int store_context(struct store *store, int64_t session, uint32_t process, int64_t *out_id,
		  struct error *error)
{
	const int64_t values[] = { session, process };
	sqlite3_stmt *statement;
	int ret;

	ret = store_write_statement(store, ADD_CONTEXT, &statement, error);
	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 2) != SQLITE_OK)
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	if (ret)
		return ret;
	*out_id = sqlite3_last_insert_rowid(store->database);
	sweep_keep(store, SWEEP_CONTEXTS, *out_id);
	return 0;
}

/* The next free id from @time_us on, where the one that was tried is taken. */
static int free_id(struct store *store, int64_t time_us, int64_t *out, struct error *error)
{
	sqlite3_stmt *statement;
	int64_t range[2], last = 0;
	int ret;

	for (;; time_us++) {
		range[0] = time_us << EVENT_TIE_BITS;
		range[1] = range[0] + TIES;
		ret = store_write_statement(store, LAST_EVENT_BEFORE, &statement, error);
		if (ret)
			return ret;
		if (store_bind(statement, 1, range, 2) != SQLITE_OK)
			return store_failed(store, error, act);
		ret = step_for_id(store, statement, &last, error);
		if (ret < 0)
			return ret;
		*out = ret ? last + 1 : range[0];
		if (*out < range[1])
			return 0;
	}
}

static int add_resources(struct store *store, int64_t id, const struct store_resources *resources,
			 struct error *error)
{
	const int64_t values[] = { id, resources->cpu_us, resources->peak_rss_kib,
				   resources->read_bytes, resources->written_bytes };
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, ADD_RESOURCES, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 5) != SQLITE_OK)
		return store_failed(store, error, act);
	return store_step(store, statement, act, error);
}

static int add_row(struct store *store, int64_t id, const struct store_event *event,
		   struct error *error)
{
	const int64_t values[] = { id,
				   event->context,
				   event->series,
				   event->value,
				   event->span,
				   event->parent ? (int64_t)event->span - event->parent : 0 };
	sqlite3_stmt *statement;
	int ret, result;

	ret = store_write_statement(store, ADD_EVENT, &statement, error);
	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 6) != SQLITE_OK)
		return store_failed(store, error, act);
	result = sqlite3_step(statement);
	if (result == SQLITE_DONE)
		sqlite3_reset(statement);
	else if (result == SQLITE_CONSTRAINT_PRIMARYKEY)
		ret = -EEXIST;
	else
		ret = store_failed(store, error, act);
	return ret;
}

/* Who follows the file by the ids it has seen would miss an event that comes below them. */
static int note_late(struct store *store, int64_t id, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, ADD_LATE, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, &id, 1) != SQLITE_OK)
		return store_failed(store, error, act);
	store->has_late = true;
	return store_step(store, statement, act, error);
}

static int find_newest(struct store *store, struct error *error)
{
	const int64_t range[] = { 0, INT64_MAX };
	sqlite3_stmt *statement;
	int ret;

	if (store->newest_event >= 0)
		return 0;
	ret = store_write_statement(store, LAST_EVENT_BEFORE, &statement, error);
	if (ret)
		return ret;
	if (store_bind(statement, 1, range, 2) != SQLITE_OK)
		return store_failed(store, error, act);
	store->newest_event = 0;
	ret = step_for_id(store, statement, &store->newest_event, error);
	return ret < 0 ? ret : 0;
}

static int forget_late(struct store *store, struct error *error)
{
	const int64_t kept = STORE_LATE_KEPT;
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, FORGET_LATE, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, &kept, 1) != SQLITE_OK)
		return store_failed(store, error, act);
	return store_step(store, statement, act, error);
}

int store_add(struct store *store, const struct store_event *event, struct error *error)
{
	int64_t id;
	int ret;

	if (event->time_us < 0 || event->time_us >= STORE_TIME_MAX_US)
		return error_set(error, -ERANGE, "cannot store an event of the year %lld",
				 1970 + (long long)(event->time_us / 31556952000000));
	if (event->parent && event->parent == event->span)
		return error_set(error, -EINVAL, "a span cannot be its own parent");
	ret = find_newest(store, error);
	if (ret)
		return ret;
	id = event->time_us << EVENT_TIE_BITS;
	if (store->last_event >> EVENT_TIE_BITS == event->time_us)
		id = store->last_event + 1;
	ret = add_row(store, id, event, error);
	if (ret == -EEXIST) {
		ret = free_id(store, event->time_us, &id, error);
		if (!ret)
			ret = add_row(store, id, event, error);
	}
	if (ret)
		return ret;
	store->last_event = id;
	if (id < store->newest_event)
		ret = note_late(store, id, error);
	else
		store->newest_event = id;
	if (!ret && event->resources)
		ret = add_resources(store, id, event->resources, error);
	return ret;
}

static int bind_ring(sqlite3_stmt *statement, const struct store_ring *ring)
{
	int result = sqlite3_bind_blob(statement, 1, ring->boot_id, sizeof(ring->boot_id),
				       SQLITE_TRANSIENT);

	if (result != SQLITE_OK || sqlite3_bind_parameter_count(statement) < 2)
		return result;
	return sqlite3_bind_blob(statement, 2, ring->ring_id, sizeof(ring->ring_id),
				 SQLITE_TRANSIENT);
}

int store_ring_position(struct store *store, const struct store_ring *ring, uint64_t *out_position,
			struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, GET_RING, &statement, error);

	if (ret)
		return ret;
	if (bind_ring(statement, ring) != SQLITE_OK)
		return store_failed(store, error, "read");
	ret = store_step(store, statement, "read", error);
	if (ret < 0)
		return ret;
	if (!ret)
		return -ENOENT;
	*out_position = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return 0;
}

/* Run a query about @ring. Return: 0 or negative errno; the number of rows it changed. */
static int change_ring(struct store *store, enum query query, const struct store_ring *ring,
		       const int64_t *values, int count, int *out_changed, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, query, &statement, error);

	if (ret)
		return ret;
	if (bind_ring(statement, ring) != SQLITE_OK ||
	    store_bind(statement, 3, values, count) != SQLITE_OK)
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	*out_changed = sqlite3_changes(store->database);
	return ret;
}

static int move_ring(struct store *store, const struct store_ring *ring, uint64_t old_position,
		     uint64_t new_position, struct error *error)
{
	const int64_t move[] = { (int64_t)old_position, (int64_t)new_position, clock_now_us() };
	int changed, ret;

	ret = change_ring(store, MOVE_RING, ring, move, 3, &changed, error);
	if (ret || changed)
		return ret;
	ret = change_ring(store, ADD_RING, ring, move + 1, 2, &changed, error);
	if (!ret && changed)
		ret = change_ring(store, FORGET_RINGS, ring, NULL, 0, &changed, error);
	else if (!ret)
		ret = error_set(error, -ESTALE,
				"cannot write to '%s': another collector reads "
				"the same ring",
				store->path);
	return ret;
}

int store_commit(struct store *store, const struct store_ring *ring, uint64_t old_position,
		 uint64_t new_position, struct error *error)
{
	int ret = store_begin(store, error);

	if (!ret && store->has_late)
		ret = forget_late(store, error);
	if (!ret && ring)
		ret = move_ring(store, ring, old_position, new_position, error);
	if (!ret)
		ret = store_run(store, COMMIT, act, error);
	if (ret) {
		store_rollback(store);
		return ret;
	}
	store->is_in_batch = false;
	return 0;
}
