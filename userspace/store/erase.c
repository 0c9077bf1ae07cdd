/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "store/handle.h"
#include "store/retention.h"

static const char act[] = "erase";

/* Empty the log into the file. A reader that still looks at the log keeps it from being cut. */
static int empty_log(struct store *store, struct error *error)
{
	int ret = store_empty_log(store, act, error);

	if (ret != -EBUSY)
		return ret;
	error_set(error, -EBUSY,
		  "deleted everything in '%s', but another process still reads it: "
		  "the old bytes stay in its log until then",
		  store->path);
	error_hint(error, "end that process and repeat telprobe delete");
	return -EBUSY;
}

static int delete_rows(struct store *store, struct error *error)
{
	static const enum query queries[] = { DELETE_EVENTS,   DELETE_RESOURCES, DELETE_LATE,
					      DELETE_CONTEXTS, DELETE_SESSIONS,	 DELETE_SERIES,
					      DELETE_NAMES,    DELETE_REMOVALS,	 DELETE_DAILY,
					      DELETE_BUCKETS,  DELETE_FRAMES,	 DELETE_BUILDS,
					      RAISE_GENERATION };
	int ret = store_run_all(store, queries, sizeof(queries) / sizeof(queries[0]), act, error);

	if (ret == -ENOSPC && error)
		error_hint(error,
			   "nothing was deleted: overwriting the rows needs %lld KiB of "
			   "free space; or remove '%s', its -wal and its -shm while no telprobe "
			   "runs",
			   (long long)store_file_bytes(store) / 1024 + 1, store->path);
	return ret;
}

/* secure_delete has overwritten the rows by zeros; what the log held of them goes first, then the
 * empty pages of the file, then the log of that. */
int store_delete_all(struct store *store, int64_t *out_freed_bytes, struct error *error)
{
	int64_t before;
	int ret;

	if (store_is_elsewhere(store))
		return store->backend.delete_all(store->backend.data, out_freed_bytes, error);
	before = store_file_bytes(store);
	if (store->is_in_batch)
		return error_set(error, -EINVAL, "cannot erase '%s': a batch is open", store->path);
	store_clean_end(store); /* what it counted is gone */
	ret = delete_rows(store, error);
	if (ret)
		return ret;
	store->last_event = 0;
	store->newest_event = -1;
	ret = empty_log(store, error);
	if (!ret)
		ret = store_script(store, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", act, error);
	if (!ret)
		ret = empty_log(store, error);
	if (ret)
		return ret;
	*out_freed_bytes = before - store_file_bytes(store);
	return 0;
}
