/* SPDX-License-Identifier: GPL-2.0-only */
/* targets_change.h - `targets add` and `targets remove`: files of targets.d. */
#ifndef TELPROBE_CLI_TARGETS_CHANGE_H
#define TELPROBE_CLI_TARGETS_CHANGE_H

#include <stddef.h>

#include "cli/command.h"

/**
 * targets_add() - make the file of target @name, have the service read it, tell how much is watched
 * @paths: @count of them; one that is there is made absolute, others must be, or patterns
 * Refused unless each path leads to a file with telprobe markers, or --force was given.
 * Return: an exit status; failures are told, and nothing is made. */
int targets_add(const struct cli *cli, const char *name, const char *const *paths, size_t count);

/** targets_remove() - Return: an exit status. */
int targets_remove(const struct cli *cli, const char *name);

/** targets_directory() - of --config, else CONFIG_DIRECTORY */
const char *targets_directory(const struct cli *cli);

#endif
