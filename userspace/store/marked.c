/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/marked.h"

#include <errno.h>

#include "store/handle.h"
#include "store/retention.h"

static const char act[] = "erase";

static int delete_rows(struct store *store, struct error *error)
{
	static const enum query queries[] = {
		SHORTEN_SESSIONS,     DELETE_MARKED_EVENTS,   DELETE_UNUSED_RESOURCES,
		DELETE_UNUSED_LATE,   DELETE_MARKED_BUCKETS,  DELETE_MARKED_DAILY,
		DELETE_MARKED_SERIES, DELETE_UNUSED_CONTEXTS, DELETE_UNUSED_SESSIONS,
		DELETE_UNUSED_SERIES, DELETE_UNUSED_NAMES,    DELETE_UNUSED_FRAMES,
		DELETE_MARKED_BUILDS, RAISE_GENERATION,
	};

	return store_run_all(store, queries, sizeof(queries) / sizeof(queries[0]), act, error);
}

static int empty_log(struct store *store, struct error *error)
{
	int ret = store_empty_log(store, act, error);

	return ret == -EBUSY
		       ? error_set(error, ret, "another process still reads '%s'", store->path)
		       : ret;
}

/* As in store_delete_all(): overwritten rows first, then the empty pages, then the log of that. */
static int erase(struct store *store, struct error *error)
{
	int ret = delete_rows(store, error);

	if (ret)
		return ret;
	store->last_event = 0;
	store->newest_event = -1;
	store->forgotten++;
	ret = empty_log(store, error);
	if (!ret)
		ret = store_script(store, "PRAGMA incremental_vacuum", act, error);
	return ret ? ret : empty_log(store, error);
}

int store_delete_marked(struct store *store, bool *out_has_rest, struct error *error)
{
	int64_t has_marked = 0, has_rest = 0;
	int ret;

	if (store_is_elsewhere(store) || store->is_in_batch)
		return error_set(error, -EINVAL, "cannot erase a part of '%s' now", store->path);
	store_clean_end(store); /* what it counted is gone */
	ret = store_numbers(store, HAS_MARKED, NULL, 0, &has_marked, act, error);
	if (ret < 0)
		return ret;
	/* also where a run before this one could not empty the log */
	ret = has_marked ? erase(store, error) : empty_log(store, error);
	if (!ret)
		ret = store_numbers(store, HAS_REST, NULL, 0, &has_rest, act, error);
	if (ret < 0)
		return ret;
	*out_has_rest = has_rest != 0;
	return 0;
}
