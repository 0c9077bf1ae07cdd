/* SPDX-License-Identifier: GPL-2.0-only */
/* config_edit.h - another value for one key in the text of a file, all else as somebody wrote it:
 * order, comments, blank lines, line ends. Knows lines and YAML, not what keys mean: who writes the
 * result has it read first (config_write.h). What comes out is read again here, and refused unless
 * just the one key is different. */
#ifndef TELPROBE_SERVICE_CONFIG_EDIT_H
#define TELPROBE_SERVICE_CONFIG_EDIT_H

#include <stddef.h>

#include "lib/error.h"

/**
 * config_edit_set() - give @key these values, where it stands or else at the end
 * @text: of @size bytes, NUL-terminated; "" for a new file. @path: for messages
 * @values: @count of them, one a value, more a list; no control bytes
 * Return: 0, the caller frees *out; -EINVAL: a value with control bytes, a file that is no YAML, a key
 * that is written in a way lines cannot tell; -ENOMEM. */
int config_edit_set(const char *text, size_t size, const char *path, const char *key,
		    const char *const *values, size_t count, char **out, struct error *error);

/** config_edit_unset() - without @key. Return: as above; -ENOENT: it is not there. */
int config_edit_unset(const char *text, size_t size, const char *path, const char *key, char **out,
		      struct error *error);

#endif
