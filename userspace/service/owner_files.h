/* SPDX-License-Identifier: GPL-2.0-only */
/* owner_files.h - the databases of a directory, UID.db each with its log: which there are, and the
 * end of one. What else lies there is nobody's. */
#ifndef TELPROBE_SERVICE_OWNER_FILES_H
#define TELPROBE_SERVICE_OWNER_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

enum { OWNER_FILES_MAX = 4096, OWNER_FILES_PATH = 4096 };

struct store;
struct store_totals;

struct owner_file {
	uint32_t uid;
	int64_t changed_us; /* of the file or its log, whichever was later */
	int64_t bytes;	    /* of both */
};

/** owner_files_list() - by rising uid; *out is to be freed
 * Return: 0; -ENOENT: no such directory; -E2BIG: more than OWNER_FILES_MAX; -EACCES, -ENOMEM... */
int owner_files_list(const char *directory, struct owner_file **out, size_t *out_count,
		     struct error *error);

/** owner_files_path() - of the database of @uid. Return: 0, -ENAMETOOLONG. */
int owner_files_path(const char *directory, uint32_t uid, char out[OWNER_FILES_PATH],
		     struct error *error);

/** owner_files_is_one() - whether a file called @name is a database, and whose */
bool owner_files_is_one(const char *name, uint32_t *out_uid);

/** owner_files_open() - what @uid has, to read
 * Return: 1 open; 0 there is nothing, or it is just being made; -EBADMSG: it is another's; -errno. */
int owner_files_open(const char *directory, uint32_t uid, struct store **out, struct error *error);

/** owner_files_add_totals() - of what @uid has, nothing if there is none. Return: 0, -errno. */
int owner_files_add_totals(const char *directory, uint32_t uid, struct store_totals *sum,
			   struct error *error);

/** owner_files_keeps() - the days @uid set for himself; 0: none */
int64_t owner_files_keeps(const char *directory, uint32_t uid);

/** owner_files_erase() - overwrite and remove what @uid has; nobody writes to it meanwhile
 * *out_freed_bytes: of the files, 0 where there were none. Return: 0, -EACCES, -EIO... */
int owner_files_erase(const char *directory, uint32_t uid, int64_t *out_freed_bytes,
		      struct error *error);

/** owner_files_erase_but_retention() - the same, and what @uid said about the future stays: a new
 * database of the same owner and group holds it. For root, while no service runs. */
int owner_files_erase_but_retention(const char *directory, uint32_t uid, int64_t *out_freed_bytes,
				    struct error *error);

typedef int (*owner_files_eraser)(uint32_t uid, int64_t *out_freed_bytes, void *data,
				  struct error *error);

/** owner_files_erase_each() - of each of @files; one that fails does not keep the others
 * *out_freed_bytes: together, set where none failed. Return: 0, or what the last that failed said. */
int owner_files_erase_each(const struct owner_file *files, size_t count, owner_files_eraser eraser,
			   void *data, int64_t *out_freed_bytes, struct error *error);

#endif
