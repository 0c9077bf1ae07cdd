/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/owner_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/overwrite.h"
#include "store/retention.h"
#include "store/store.h"

enum { OPEN_TRIES = 10 }; /* each is one erasure beside it */

struct list {
	struct owner_file *items;
	size_t count, capacity;
};

/* "60001.db", as owner_files_path() writes it: no sign, no leading zero. */
bool owner_files_is_one(const char *name, uint32_t *out_uid)
{
	char again[32];
	unsigned long uid;

	errno = 0;
	uid = strtoul(name, NULL, 10);
	if (errno || uid >= UINT32_MAX)
		return false;
	snprintf(again, sizeof(again), "%lu.db", uid);
	*out_uid = (uint32_t)uid;
	return !strcmp(again, name);
}

static void add_file(int directory, const char *name, struct owner_file *out)
{
	int64_t changed_us;
	struct stat file;

	if (fstatat(directory, name, &file, AT_SYMLINK_NOFOLLOW) || !S_ISREG(file.st_mode))
		return;
	changed_us = file.st_mtim.tv_sec * INT64_C(1000000) + file.st_mtim.tv_nsec / 1000;
	out->bytes += file.st_size;
	if (changed_us > out->changed_us)
		out->changed_us = changed_us;
}

static int add(struct list *list, int directory, const char *name, uint32_t uid,
	       struct error *error)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	struct owner_file *items, file = { .uid = uid };
	char log[sizeof(((struct dirent *)0)->d_name) + sizeof("-wal")];
	size_t at;

	if (list->count == OWNER_FILES_MAX)
		return error_set(error, -E2BIG, "more than %d people have events", OWNER_FILES_MAX);
	if (list->count == list->capacity) {
		items = reallocarray(list->items, capacity, sizeof(*items));
		if (!items)
			return error_set(error, -ENOMEM, "out of memory");
		list->items = items;
		list->capacity = capacity;
	}
	snprintf(log, sizeof(log), "%s-wal", name);
	add_file(directory, name, &file);
	add_file(directory, log, &file);
	/* kept in order: qsort() asks for the size of memory, which no filter lets a role do */
	for (at = list->count; at && list->items[at - 1].uid > uid; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = file;
	list->count++;
	return 0;
}

int owner_files_list(const char *directory, struct owner_file **out, size_t *out_count,
		     struct error *error)
{
	DIR *opened = opendir(directory);
	const struct dirent *entry;
	struct list list = { 0 };
	uint32_t uid;
	int ret = 0;

	if (!opened)
		return error_set(error, -errno, "cannot read '%s': %s", directory,
				 error_text(errno));
	while (!ret && (entry = readdir(opened)))
		if (owner_files_is_one(entry->d_name, &uid))
			ret = add(&list, dirfd(opened), entry->d_name, uid, error);
	closedir(opened);
	if (ret) {
		free(list.items);
		return ret;
	}
	*out = list.items;
	*out_count = list.count;
	return 0;
}

int owner_files_path(const char *directory, uint32_t uid, char out[OWNER_FILES_PATH],
		     struct error *error)
{
	if (snprintf(out, OWNER_FILES_PATH, "%s/%" PRIu32 ".db", directory, uid) >=
	    OWNER_FILES_PATH - (int)sizeof("-wal"))
		return error_set(error, -ENAMETOOLONG, "the path of the events is too long");
	return 0;
}

/* Whether opening @path failed with @failure because nothing is there, or is just being made. */
static bool is_missing(const char *path, int failure)
{
	struct stat file;

	if (lstat(path, &file))
		return errno == ENOENT;
	/* the collector lets its group read it when all of it is there */
	return failure == -ENOENT ||
	       (failure == -EACCES && S_ISREG(file.st_mode) && !(file.st_mode & S_IRGRP));
}

/* Whether what lies at @path was removed, made or shared with the readers since @before. The number
 * of an inode alone is given again to the next file at once. */
static bool has_changed(const char *path, const struct stat *before)
{
	struct stat now;

	return lstat(path, &now) || now.st_ino != before->st_ino ||
	       now.st_mode != before->st_mode ||
	       memcmp(&now.st_ctim, &before->st_ctim, sizeof(now.st_ctim)) != 0;
}

int owner_files_open(const char *directory, uint32_t uid, struct store **out, struct error *error)
{
	char path[OWNER_FILES_PATH];
	struct store *store;
	struct stat before;
	int ret = owner_files_path(directory, uid, path, error), tries = OPEN_TRIES;

	if (ret)
		return ret;
	do {
		if (lstat(path, &before))
			before = (struct stat){ 0 };
		ret = store_open(path, STORE_READ, uid, &store, error);
		if (ret && is_missing(path, ret))
			return 0;
	} while (ret && has_changed(path, &before) && --tries);
	if (ret)
		return ret;
	if (store_owner(store) != uid) {
		store_close(store);
		return error_set(error, -EBADMSG, "'%s' does not belong to uid %" PRIu32, path,
				 uid);
	}
	*out = store;
	return 1;
}

int owner_files_add_totals(const char *directory, uint32_t uid, struct store_totals *sum,
			   struct error *error)
{
	struct store_totals totals;
	struct store *store;
	int ret = owner_files_open(directory, uid, &store, error);

	if (ret <= 0)
		return ret;
	ret = store_totals(store, &totals, error);
	store_close(store);
	if (!ret)
		store_totals_add(sum, &totals);
	return ret;
}

int64_t owner_files_keeps(const char *directory, uint32_t uid)
{
	int64_t keep_days = 0;
	struct store *store;

	if (owner_files_open(directory, uid, &store, NULL) <= 0)
		return 0;
	store_keep_days(store, &keep_days, NULL);
	store_close(store);
	return keep_days;
}

static const char *const suffixes[] = { "", "-wal", "-shm" };

/* Of a damaged database the rows could not be deleted: its bytes go when no reader finds it any
 * more. */
static int overwrite_removed(int fd, int failure, const char *path, struct error *error)
{
	int ret = fd < 0 ? failure : overwrite_all(fd);

	if (!ret || ret == -ELOOP) /* a link has no bytes of anybody */
		return 0;
	return error_set(error, ret, "'%s' is removed, but its bytes may still be on the disk: %s",
			 path, error_text(ret));
}

/* The index of the log has no names, and the log needs it until it is closed. */
static int remove_file(const char *path, bool has_names, int64_t *freed_bytes, struct error *error)
{
	int fd = -1, failure = 0, ret = 0;
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (has_names) {
		fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
		failure = fd < 0 ? -errno : 0;
	}
	if (unlink(path))
		ret = error_set(error, -errno, "cannot remove '%s': %s", path, error_text(errno));
	else if (has_names)
		ret = overwrite_removed(fd, failure, path, error);
	if (fd >= 0)
		close(fd);
	if (!ret)
		*freed_bytes += status.st_size;
	return ret;
}

int owner_files_erase(const char *directory, uint32_t uid, int64_t *out_freed_bytes,
		      struct error *error)
{
	int64_t freed_bytes = 0, ignored;
	char path[OWNER_FILES_PATH];
	struct store *store = NULL;
	size_t i, length;
	int ret = owner_files_path(directory, uid, path, error);

	if (ret)
		return ret;
	/* the bytes first, in case a reader still has the file open; closed after it is gone, else
	 * one could find it between both and get no sense of its log */
	if (!access(path, F_OK) && !store_open(path, STORE_WRITE, uid, &store, error))
		store_delete_all(store, &ignored, NULL);
	length = strlen(path);
	for (i = 0; !ret && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path + length, sizeof(path) - length, "%s", suffixes[i]);
		ret = remove_file(path, strcmp(suffixes[i], "-shm") != 0, &freed_bytes, error);
	}
	store_close(store);
	if (!ret)
		*out_freed_bytes = freed_bytes;
	return ret;
}

/* A new database for what @uid said; it and its log belong to whom the one before did. */
static int keep(const char *directory, uint32_t uid, int64_t days, const struct stat *before,
		struct error *error)
{
	char path[OWNER_FILES_PATH];
	struct store *store;
	size_t i, length;
	int ret = owner_files_path(directory, uid, path, error);

	if (!ret)
		ret = store_open(path, STORE_WRITE, uid, &store, error);
	if (ret)
		return ret;
	ret = store_set_keep_days(store, days, error);
	store_close(store);
	length = strlen(path);
	for (i = 0; !ret && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path + length, sizeof(path) - length, "%s", suffixes[i]);
		if (lchown(path, before->st_uid, before->st_gid) && errno != ENOENT)
			ret = error_set(error, -errno, "cannot give '%s' to the service: %s", path,
					error_text(errno));
	}
	return ret;
}

int owner_files_erase_but_retention(const char *directory, uint32_t uid, int64_t *out_freed_bytes,
				    struct error *error)
{
	const int64_t days = owner_files_keeps(directory, uid);
	char path[OWNER_FILES_PATH];
	struct stat before;
	int ret = owner_files_path(directory, uid, path, error);

	if (ret)
		return ret;
	if (!days || lstat(path, &before))
		return owner_files_erase(directory, uid, out_freed_bytes, error);
	ret = owner_files_erase(directory, uid, out_freed_bytes, error);
	return ret ? ret : keep(directory, uid, days, &before, error);
}

int owner_files_erase_each(const struct owner_file *files, size_t count, owner_files_eraser eraser,
			   void *data, int64_t *out_freed_bytes, struct error *error)
{
	int64_t freed_bytes, sum = 0;
	int ret = 0, failed;
	size_t i;

	for (i = 0; i < count; i++) {
		freed_bytes = 0;
		failed = eraser(files[i].uid, &freed_bytes, data, error);
		ret = failed ? failed : ret;
		sum += freed_bytes;
	}
	if (!ret)
		*out_freed_bytes = sum;
	return ret;
}
