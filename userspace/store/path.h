/* SPDX-License-Identifier: GPL-2.0-only */
/* path.h - which file may be opened as a database.
 * SQLite opens what it is pointed at; here links, pipes and devices are refused, and a new file is
 * made with the right mode before SQLite sees it. */
#ifndef TELPROBE_STORE_PATH_H
#define TELPROBE_STORE_PATH_H

#include <stdbool.h>

#include "store/store.h"

struct store_path {
	char *uri;	 /* for SQLITE_OPEN_URI; the caller frees it */
	bool is_created; /* the file is new and empty */
};

/**
 * store_path_prepare() - check @path, create the file if it is missing and @mode allows
 * The directory may be reached through symbolic links, the file itself may be none.
 * Return: 0; -ENOENT, -ELOOP (a symbolic link), -EBADMSG (no regular file), -EACCES, -EROFS,
 * -ENOSPC, -ENOMEM... as store_open(). */
int store_path_prepare(const char *path, enum store_mode mode, struct store_path *out,
		       struct error *error);

/** store_path_undo() - remove the file if it was created here and is still empty. */
void store_path_undo(const char *path, const struct store_path *prepared);

#endif
