/* SPDX-License-Identifier: GPL-2.0-only */
/* target_files.h - what the paths of a target lead to: which files, and what markers they offer.
 * The files are read by the inspector's process alone. */
#ifndef TELPROBE_CLI_TARGET_FILES_H
#define TELPROBE_CLI_TARGET_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "inspect/inspector.h"
#include "lib/error.h"

/** target_files_markers() - usable telprobe markers of the file @path
 * Return: how many, 0 with the reason in @error; negative: it cannot be looked at. */
int target_files_markers(struct inspector *inspector, const char *path, struct error *error);

/** target_files_check() - does each of @paths (files, or glob patterns) lead to such markers?
 * @needs_none: to a program is enough
 * Return: 0; -ENOENT: no file is called so; -ENOEXEC...: no file of it offers a marker, and why. */
int target_files_check(const char *const *paths, size_t count, bool needs_none,
		       struct error *error);

#endif
