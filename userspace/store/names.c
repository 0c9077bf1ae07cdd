/* SPDX-License-Identifier: GPL-2.0-only */
/* names.c - texts that stand once in a file, and how many of them one target may add. */
#include <errno.h>

#include "store/handle.h"
#include "store/sweep.h"

static const char act[] = "write to";

/* A query about @text with @origin, where it has one. Return: 1 and the row's id, 0 no row, negative errno. */
static int ask_name(struct store *store, enum query query, const char *text, int64_t origin,
		    int64_t *out_id, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, query, &statement, error);

	if (ret)
		return ret;
	if (sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
	    (sqlite3_bind_parameter_count(statement) > 1 &&
	     store_bind(statement, 2, &origin, 1) != SQLITE_OK))
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	if (ret == 1)
		*out_id = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return ret;
}

static int add_name(struct store *store, const char *text, int64_t origin, int64_t *out_id,
		    struct error *error)
{
	int ret = ask_name(store, ADD_NAME, text, origin, out_id, error);

	if (!ret)
		*out_id = sqlite3_last_insert_rowid(store->database);
	return ret;
}

int store_name(struct store *store, const char *text, int64_t *out_id, struct error *error)
{
	int ret = ask_name(store, FIND_NAME, text, 0, out_id, error);

	if (!ret)
		ret = add_name(store, text, 0, out_id, error);
	if (ret < 0)
		return ret;
	sweep_keep(store, SWEEP_NAMES, *out_id);
	return 0;
}

/* How many names of @origin there are. Counted once a batch: others write and sweep too. */
static int names_of(struct store *store, uint32_t origin, int64_t **out, struct error *error)
{
	int64_t number = origin, counted = 0, *count = table_find(&store->origins, &origin);
	int ret;

	*out = count;
	if (count)
		return 0;
	ret = store_numbers(store, COUNT_NAMES, &number, 1, &counted, act, error);
	if (ret < 0)
		return ret;
	if (store->origins.count == store->origins.limit)
		table_clear(&store->origins);
	*out = table_add(&store->origins, &origin);
	if (!*out)
		return error_set(error, -ENOMEM, "cannot write to '%s': %s", store->path,
				 error_text(-ENOMEM));
	**out = counted;
	return 0;
}

int store_name_within(struct store *store, const char *text, uint32_t origin, int64_t max,
		      int64_t *out_id, struct error *error)
{
	int64_t *count, id = 0;
	int ret = ask_name(store, FIND_NAME, text, 0, &id, error);

	if (!ret) {
		ret = names_of(store, origin, &count, error);
		if (!ret && *count < max) {
			ret = add_name(store, text, origin, &id, error);
			*count += !ret;
		}
	}
	if (ret < 0)
		return ret;
	if (id)
		sweep_keep(store, SWEEP_NAMES, id);
	*out_id = id;
	return 0;
}
