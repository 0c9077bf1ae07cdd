/* SPDX-License-Identifier: GPL-2.0-only */
/* config_file.h - which files are believed: regular ones, of root or of the reader, reached without
 * symbolic links through directories nobody else can change (a directory above may be sticky, like
 * /tmp). Errors name the file and what to do. */
#ifndef TELPROBE_SERVICE_CONFIG_FILE_H
#define TELPROBE_SERVICE_CONFIG_FILE_H

#include <stddef.h>

#include "lib/error.h"

enum { CONFIG_FILE_BYTES = 64 * 1024 };

/** config_directory_open() - Return: a descriptor; -ENOENT, -ENOTDIR, -ELOOP (a symbolic link on the
 * way), -EACCES (others could change what is there), ... */
int config_directory_open(const char *path, struct error *error);

/** config_directory_enter() - the same for @name in @directory; @path is its whole name */
int config_directory_enter(int directory, const char *name, const char *path, struct error *error);

/** config_file_read() - all of @name in @directory; @path is its whole name for messages
 * Return: 0, the caller frees *out (NUL-terminated); -ENOENT; -EINVAL: not regular, a link, empty,
 * too large; -EACCES: others may write it; ... */
int config_file_read(int directory, const char *name, const char *path, char **out,
		     size_t *out_size, struct error *error);

#endif
