/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/sweep.h"

#include <errno.h>
#include <stdlib.h>

enum {
	SWEEP_ROWS_MAX = 1 << 26, /* ids of a table: 8 MiB of bits */
	CHUNK = 256,		  /* rows between two looks at the clock */
	REFERENCES_MAX = 6,
};

struct used { /* a bit for each id from first to last */
	int64_t first, last;
	uint8_t *bits;
};

struct sweep {
	struct used used[SWEEP_TABLES];
	int64_t next_event;
	bool has_marked;	/* every event was seen */
	enum sweep_table table; /* that is swept, SWEEP_TABLES: all were */
	int64_t after;		/* its last id that was looked at */
	int64_t data_version;	/* changes when another connection writes */
};

struct row {
	int64_t id;
	int64_t references[REFERENCES_MAX];
};

static const struct {
	enum query each, remove;
	int references;
	enum sweep_table of; /* where they lead */
} tables[SWEEP_TABLES] = {
	[SWEEP_CONTEXTS] = { EACH_CONTEXT, DELETE_CONTEXT, 1, SWEEP_SESSIONS },
	[SWEEP_SESSIONS] = { EACH_SESSION, DELETE_SESSION, 2, SWEEP_NAMES },
	[SWEEP_SERIES] = { EACH_SERIES, DELETE_ONE_SERIES, 6, SWEEP_NAMES },
	[SWEEP_NAMES] = { EACH_NAME, DELETE_NAME, 0, SWEEP_TABLES },
};

static const char act[] = "clean";

static bool is_within(const struct used *used, int64_t id)
{
	return used->bits && id >= used->first && id <= used->last;
}

static void keep(struct used *used, int64_t id)
{
	if (is_within(used, id))
		used->bits[(id - used->first) / 8] |= (uint8_t)(1 << (id - used->first) % 8);
}

static bool is_kept(const struct used *used, int64_t id)
{
	return !is_within(used, id) ||
	       used->bits[(id - used->first) / 8] >> (id - used->first) % 8 & 1;
}

void sweep_keep(struct store *store, enum sweep_table table, int64_t id)
{
	if (store->sweep)
		keep(&store->sweep->used[table], id);
}

void sweep_end(struct store *store)
{
	int i;

	if (!store->sweep)
		return;
	for (i = 0; i < SWEEP_TABLES; i++)
		free(store->sweep->used[i].bits);
	free(store->sweep);
	store->sweep = NULL;
}

static int no_memory(struct store *store, struct error *error)
{
	return error_set(error, -ENOMEM, "cannot clean '%s': %s", store->path, error_text(-ENOMEM));
}

static int read_ranges(struct store *store, struct sweep *sweep, struct error *error)
{
	sqlite3_stmt *statement;
	struct used *used;
	int i, ret = store_statement(store, ID_RANGES, &statement, error);

	if (ret)
		return ret;
	ret = store_step(store, statement, act, error);
	for (i = 0; i < SWEEP_TABLES && ret == 1; i++) {
		used = &sweep->used[i];
		if (sqlite3_column_type(statement, 2 * i) == SQLITE_NULL)
			continue;
		used->first = sqlite3_column_int64(statement, 2 * i);
		used->last = sqlite3_column_int64(statement, 2 * i + 1);
		if (used->last - used->first >= SWEEP_ROWS_MAX)
			used->last = used->first + SWEEP_ROWS_MAX - 1;
		used->bits = calloc((size_t)(used->last - used->first) / 8 + 1, 1);
		if (!used->bits)
			ret = no_memory(store, error);
	}
	sqlite3_reset(statement);
	return ret < 0 ? ret : 0;
}

int sweep_begin(struct store *store, struct error *error)
{
	int ret;

	sweep_end(store);
	store->sweep = calloc(1, sizeof(*store->sweep));
	if (!store->sweep)
		return no_memory(store, error);
	ret = store_transaction(store, BEGIN_READ, act, error);
	if (ret)
		goto end;
	ret = read_ranges(store, store->sweep, error);
	if (!ret)
		ret = store_pragma(store, "PRAGMA data_version", &store->sweep->data_version,
				   error);
	store_run(store, ROLLBACK, act, NULL);
	if (ret)
		goto end;
	store->forgotten++;
	return 0;
end:
	sweep_end(store);
	return ret;
}

/* In the transaction that relies on it. */
static int check_alone(struct store *store, struct error *error)
{
	int64_t version = 0;
	int ret = store_pragma(store, "PRAGMA data_version", &version, error);

	if (ret || version == store->sweep->data_version)
		return ret;
	return error_set(error, -ESTALE, "cannot clean '%s': another process writes to it",
			 store->path);
}

/* A day has as many rows as there are series: few, so all of them at once. */
static int mark_totals(struct store *store, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, EACH_DAILY_SERIES, &statement, error);

	if (ret)
		return ret;
	while ((ret = store_step(store, statement, act, error)) == 1)
		keep(&store->sweep->used[SWEEP_SERIES], sqlite3_column_int64(statement, 0));
	return ret;
}

/* Return: 1 there are more events, 0 that was all. */
static int mark_events(struct store *store, int64_t stop_us, struct error *error)
{
	struct sweep *sweep = store->sweep;
	const int64_t range[] = { sweep->next_event, INT64_MAX };
	sqlite3_stmt *statement;
	unsigned int rows = 0;
	int ret = store_statement(store, EACH_EVENT, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, range, 2) != SQLITE_OK)
		return store_failed(store, error, act);
	while ((ret = store_step(store, statement, act, error)) == 1) {
		keep(&sweep->used[SWEEP_CONTEXTS], sqlite3_column_int64(statement, 1));
		keep(&sweep->used[SWEEP_SERIES], sqlite3_column_int64(statement, 2));
		sweep->next_event = sqlite3_column_int64(statement, 0) + 1;
		if (++rows % CHUNK == 0 && store_now_us() >= stop_us)
			break;
	}
	sqlite3_reset(statement);
	return ret;
}

/* The next rows of the table. Return: how many, negative errno. */
static int read_rows(struct store *store, struct row rows[CHUNK], struct error *error)
{
	const struct sweep *sweep = store->sweep;
	const int64_t range[] = { sweep->after, sweep->used[sweep->table].last, CHUNK };
	int i, count = 0, ret;
	sqlite3_stmt *statement;

	ret = store_statement(store, tables[sweep->table].each, &statement, error);
	if (ret)
		return ret;
	if (store_bind(statement, 1, range, 3) != SQLITE_OK)
		return store_failed(store, error, act);
	while (count < CHUNK && (ret = store_step(store, statement, act, error)) == 1) {
		rows[count].id = sqlite3_column_int64(statement, 0);
		for (i = 0; i < tables[sweep->table].references; i++)
			rows[count].references[i] = sqlite3_column_int64(statement, 1 + i);
		count++;
	}
	sqlite3_reset(statement);
	return ret < 0 ? ret : count;
}

/* Return: 1 there is more, 0 that was the last of the last table. */
static int sweep_chunk(struct store *store, bool *has_removed, struct error *error)
{
	struct sweep *sweep = store->sweep;
	struct row rows[CHUNK];
	int i, j, ret = 0, count = read_rows(store, rows, error);

	if (count < 0)
		return count;
	for (i = 0; i < count && !ret; i++) {
		sweep->after = rows[i].id;
		if (is_kept(&sweep->used[sweep->table], rows[i].id)) {
			for (j = 0; j < tables[sweep->table].references; j++)
				keep(&sweep->used[tables[sweep->table].of], rows[i].references[j]);
			continue;
		}
		ret = store_run_with(store, tables[sweep->table].remove, &rows[i].id, 1, act,
				     error);
		if (!ret && sweep->table == SWEEP_NAMES) /* its number may be given again */
			ret = store_run_with(store, DELETE_FRAMES_OF_NAME, &rows[i].id, 1, act,
					     error);
		*has_removed = true;
	}
	if (ret)
		return ret;
	if (count < CHUNK) {
		sweep->table++;
		sweep->after = 0;
	}
	return sweep->table < SWEEP_TABLES;
}

static int sweep_tables(struct store *store, int64_t stop_us, bool *has_removed,
			struct error *error)
{
	const int64_t unswept = 0;
	int ret;

	do
		ret = sweep_chunk(store, has_removed, error);
	while (ret == 1 && store_now_us() < stop_us);
	if (!ret)
		ret = store_run(store, DELETE_LATE_WITHOUT_EVENT, act, error);
	if (!ret)
		ret = store_run(store, CLEAR_LATE_WITHOUT_EVENT, act, error);
	if (!ret)
		ret = store_run_with(store, SET_UNSWEPT, &unswept, 1, act, error);
	if (ret >= 0 && *has_removed) {
		int raised = store_run(store, RAISE_SWEEPS, act, error);

		ret = raised ? raised : ret;
	}
	return ret;
}

static int in_transaction(struct store *store, int64_t stop_us, struct error *error)
{
	bool has_removed = false;
	int committed, ret = check_alone(store, error);

	if (ret)
		return ret;
	if (!store->sweep->has_marked) {
		ret = mark_events(store, stop_us, error);
		if (!ret)
			ret = mark_totals(store, error);
		store->sweep->has_marked = ret == 0;
		return ret < 0 ? ret : 1;
	}
	ret = sweep_tables(store, stop_us, &has_removed, error);
	if (ret < 0)
		return ret;
	committed = store_run(store, COMMIT, act, error);
	if (!committed)
		store->sweeps += has_removed;
	return committed ? committed : ret;
}

int sweep_slice(struct store *store, int64_t stop_us, struct error *error)
{
	enum query begin = store->sweep->has_marked ? BEGIN_WRITE : BEGIN_READ;
	int ret = store_transaction(store, begin, act, error);

	if (ret)
		return ret;
	ret = in_transaction(store, stop_us, error);
	if (!sqlite3_get_autocommit(store->database))
		store_run(store, ROLLBACK, act, NULL);
	return ret;
}
