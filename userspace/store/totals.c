/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/handle.h"

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
	int ret;

	if (store_is_elsewhere(store))
		return store->backend.totals(store->backend.data, out, error);
	ret = store_statement(store, TOTALS, &statement, error);
	if (ret)
		return ret;
	ret = store_step(store, statement, "read", error);
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
