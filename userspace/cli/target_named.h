/* SPDX-License-Identifier: GPL-2.0-only */
/* target_named.h - from what a person calls a target to its file. */
#ifndef TELPROBE_CLI_TARGET_NAMED_H
#define TELPROBE_CLI_TARGET_NAMED_H

#include <stddef.h>

#include "lib/error.h"

/** target_named() - the file that @what means: @directory/targets.d/@what.yaml where a target can be
 * called so and there is that one; else @what
 * Return: 0; -ENOENT where there is neither; -ENAMETOOLONG. */
int target_named(const char *directory, const char *what, char *out, size_t bytes,
		 struct error *error);

#endif
