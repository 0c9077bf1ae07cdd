/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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
	out->removed_events = sqlite3_column_int64(statement, 4);
	out->removed_until_us = sqlite3_column_int64(statement, 5);
	out->aggregated = sqlite3_column_int64(statement, 6);
	sqlite3_reset(statement);
	out->file_bytes = store_file_bytes(store);
	out->people = 1;
	return 0;
}

int store_people(struct store *store, struct store_person **out, size_t *out_count,
		 struct error *error)
{
	struct store_person *person;

	if (store_is_elsewhere(store) && store->backend.people)
		return store->backend.people(store->backend.data, out, out_count, error);
	person = calloc(1, sizeof(*person));
	if (!person)
		return error_set(error, -ENOMEM, "out of memory");
	person->uid = store->owner;
	*out = person;
	*out_count = 1;
	return 0;
}

void store_totals_add(struct store_totals *sum, const struct store_totals *more)
{
	if (more->events && (!sum->events || more->first_us < sum->first_us))
		sum->first_us = more->first_us;
	if (more->events && more->last_us > sum->last_us)
		sum->last_us = more->last_us;
	if (more->removed_until_us > sum->removed_until_us)
		sum->removed_until_us = more->removed_until_us;
	sum->removed_events += more->removed_events;
	sum->events += more->events;
	sum->aggregated += more->aggregated;
	sum->sessions += more->sessions;
	sum->file_bytes += more->file_bytes;
	sum->people += more->people;
}
