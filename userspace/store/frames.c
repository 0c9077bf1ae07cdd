/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/frames.h"

#include <errno.h>
#include <string.h>

static int add_frame(struct store *store, int64_t name, int position,
		     const struct store_frame *frame, struct error *error)
{
	const int64_t values[] = { name, position, (int64_t)frame->offset, frame->flags };
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, ADD_FRAME, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 4) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 5, frame->build_id, STORE_BUILD_ID, SQLITE_TRANSIENT) !=
		    SQLITE_OK)
		ret = store_failed(store, error, "write to");
	else
		ret = store_step(store, statement, "write to", error);
	sqlite3_clear_bindings(statement);
	return ret;
}

int store_crash_group(struct store *store, int64_t name, const struct store_frames *frames,
		      struct error *error)
{
	int64_t has_frames = 0;
	uint32_t i;
	int ret = store->is_in_batch ? 0 : -EINVAL;

	if (ret || frames->count > STORE_FRAMES)
		return error_set(error, -EINVAL, "no such group of crashes, or no batch is open");
	ret = store_numbers(store, HAS_FRAMES, &name, 1, &has_frames, "read", error);
	if (ret < 0 || has_frames)
		return ret < 0 ? ret : 0;
	for (i = 0, ret = 0; i < frames->count && !ret; i++)
		ret = add_frame(store, name, (int)i, &frames->frame[i], error);
	return ret;
}

int frames_read(struct store *store, int64_t series, struct store_frames *out, struct error *error)
{
	struct store_frames read = { 0 };
	sqlite3_stmt *statement;
	int ret = store_statement(store, EACH_FRAME, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, &series, 1) != SQLITE_OK)
		return store_failed(store, error, "read");
	while (read.count < STORE_FRAMES &&
	       (ret = store_step(store, statement, "read", error)) == 1) {
		struct store_frame *frame = &read.frame[read.count++];

		frame->offset = (uint64_t)sqlite3_column_int64(statement, 0);
		frame->flags = (uint32_t)sqlite3_column_int64(statement, 1);
		if (sqlite3_column_bytes(statement, 2) == STORE_BUILD_ID)
			memcpy(frame->build_id, sqlite3_column_blob(statement, 2), STORE_BUILD_ID);
	}
	sqlite3_reset(statement);
	if (ret < 0)
		return ret;
	*out = read;
	return 0;
}
