/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/erasures.h"
#include "service/merged.h"
#include "service/owner_files.h"
#include "service/rows_wire.h"
#include "store/daily.h"

struct directory { /* data of the backend */
	char *path;
	bool is_of_one;
	uint32_t only;
	int64_t id, context; /* of the row that is told just now */
	struct rows_ids ids;
};

static int tell_row(struct directory *directory, const uint8_t *bytes, size_t count,
		    store_row_callback callback, void *data, struct error *error)
{
	struct store_row row;

	if (rows_unpack(bytes, count, &row, &directory->ids) < 0)
		return error_set(error, -EBADMSG, "a row in '%s' is damaged", directory->path);
	directory->id = row.id;
	directory->context = row.context;
	return callback(&row, data);
}

/* One person's, as it is in the file: for a follower, who has a cursor for each. */
static int each_of(struct directory *directory, const struct store_filter *filter,
		   store_row_callback callback, void *data, struct error *error)
{
	char path[OWNER_FILES_PATH];
	struct store *store;
	int ret = owner_files_path(directory->path, filter->owner, path, error);

	if (!ret)
		ret = store_open(path, STORE_READ, filter->owner, &store, error);
	if (ret)
		return ret;
	ret = store_each(store, filter, callback, data, error);
	store_close(store);
	return ret;
}

static int directory_each(void *data, const struct store_filter *filter,
			  store_row_callback callback, void *callback_data, struct error *error)
{
	struct directory *directory = data;
	struct store_filter narrow = *filter;
	struct merged *merged;
	const uint8_t *bytes;
	size_t count;
	int ret;

	if (directory->is_of_one) {
		narrow.of_owner = true;
		narrow.owner = directory->only;
	}
	if (narrow.cursor && narrow.of_owner)
		return each_of(directory, &narrow, callback, callback_data, error);
	ret = merged_new(directory->path, &narrow, &merged, error);
	if (ret)
		return ret;
	merged_slice(merged, 0);
	while ((ret = merged_next(merged, &bytes, &count, error)) > 0) {
		ret = tell_row(directory, bytes, count, callback, callback_data, error);
		if (ret)
			break;
	}
	merged_free(merged);
	return ret;
}

/* The files this store is about. */
static int list_files(const struct directory *directory, struct owner_file **out, size_t *out_count,
		      struct error *error)
{
	struct owner_file *files;
	size_t count, kept = 0, i;
	int ret = owner_files_list(directory->path, &files, &count, error);

	if (ret)
		return ret;
	for (i = 0; i < count; i++)
		if (!directory->is_of_one || files[i].uid == directory->only)
			files[kept++] = files[i];
	*out = files;
	*out_count = kept;
	return 0;
}

static int directory_totals(void *data, struct store_totals *out, struct error *error)
{
	const struct directory *directory = data;
	struct owner_file *files = NULL;
	struct store_totals sum = { 0 };
	size_t count = 0, i;
	int ret = list_files(directory, &files, &count, error);

	for (i = 0; !ret && i < count; i++)
		ret = owner_files_add_totals(directory->path, files[i].uid, &sum, error);
	free(files);
	if (!ret)
		*out = sum;
	return ret;
}

static int directory_each_sum(void *data, const struct store_sum_filter *filter,
			      store_sum_callback callback, void *callback_data, struct error *error)
{
	const struct directory *directory = data;
	struct owner_file *files = NULL;
	struct store *store;
	size_t count = 0, i;
	int ret = list_files(directory, &files, &count, error);

	for (i = 0; !ret && i < count; i++) {
		ret = owner_files_open(directory->path, files[i].uid, &store, error);
		if (ret <= 0)
			continue;
		ret = store_each_sum(store, filter, callback, callback_data, error);
		store_close(store);
	}
	free(files);
	return ret;
}

static int directory_people(void *data, struct store_person **out, size_t *out_count,
			    struct error *error)
{
	const struct directory *directory = data;
	struct store_person *people;
	struct owner_file *files;
	size_t count, i;
	int ret = list_files(directory, &files, &count, error);

	if (ret)
		return ret;
	people = calloc(count + 1, sizeof(*people));
	for (i = 0; people && i < count; i++)
		people[i] = (struct store_person){ .uid = files[i].uid,
						   .changed_us = files[i].changed_us };
	free(files);
	if (!people)
		return error_set(error, -ENOMEM, "out of memory");
	*out = people;
	*out_count = count;
	return 0;
}

static void directory_event_id(void *data, int64_t id, char out[37])
{
	static const uint8_t none[16];
	const struct directory *directory = data;

	if (id == directory->id)
		store_id_text(directory->ids.event, out);
	else if (id == -directory->context)
		store_id_text(directory->ids.process, out);
	else
		store_id_text(none, out);
}

static int erase_one(uint32_t uid, int64_t *out_freed_bytes, void *data, struct error *error)
{
	const struct directory *directory = data;
	struct store_erasure erasure = { .time_us = clock_now_us(), .uid = uid, .by = getuid() };
	struct store_totals totals = { 0 };
	int read = owner_files_add_totals(directory->path, uid, &totals, NULL), ret;

	erasure.events = totals.events; /* 0 of what cannot be read: nobody knows */
	ret = owner_files_erase_but_retention(directory->path, uid, &erasure.bytes, error);
	*out_freed_bytes = erasure.bytes;
	if (!ret && erasures_are_to_note(&erasure, read, &totals) &&
	    erasures_note(directory->path, &erasure, error)) /* what is gone stays gone */
		fprintf(stderr, "telprobe: %s\n", error->what);
	return ret;
}

static int directory_delete_all(void *data, int64_t *out_freed_bytes, struct error *error)
{
	struct owner_file *files = NULL;
	size_t count = 0;
	int ret = list_files(data, &files, &count, error);

	if (!ret)
		ret = owner_files_erase_each(files, count, erase_one, data, out_freed_bytes, error);
	free(files);
	return ret;
}

static int directory_each_erasure(void *data, store_erasure_callback callback, void *callback_data,
				  struct error *error)
{
	const struct directory *directory = data;

	return erasures_each(directory->path, directory->is_of_one ? &directory->only : NULL,
			     callback, callback_data, error);
}

static void directory_close(void *data)
{
	struct directory *directory = data;

	free(directory->path);
	free(directory);
}

int merged_store(const char *path, const uint32_t *only, struct store **out, struct error *error)
{
	struct directory *directory = calloc(1, sizeof(*directory));
	const struct store_backend backend = {
		.data = directory,
		.each = directory_each,
		.totals = directory_totals,
		.people = directory_people,
		.event_id = directory_event_id,
		.delete_all = directory_delete_all,
		.close = directory_close,
		.each_sum = directory_each_sum,
		.each_erasure = directory_each_erasure,
	};
	int ret;

	if (directory)
		directory->path = strdup(path);
	if (directory && only) {
		directory->is_of_one = true;
		directory->only = *only;
	}
	if (!directory || !directory->path) {
		free(directory);
		return error_set(error, -ENOMEM, "out of memory");
	}
	ret = store_open_backend(&backend, out, error);
	if (ret)
		directory_close(directory);
	return ret;
}
