/* SPDX-License-Identifier: GPL-2.0-only */
/* config_set.h - `config set` and `config unset`. */
#ifndef TELPROBE_CLI_CONFIG_SET_H
#define TELPROBE_CLI_CONFIG_SET_H

#include "cli/command.h"

/**
 * config_set() - give a key another value, have the service read it, tell what holds
 * @directory: with telprobe.yaml; with --target NAME the file is that of the target
 * @values: @count of them; none: take the key out, so that its default holds
 * Return: an exit status; failures are told, and leave the file as it was. */
int config_set(const struct cli *cli, const char *directory, const char *name,
	       const char *const *values, size_t count);

/** config_set_refused() - tell why a file could not be changed, with the command to type instead
 * where root could. Return: CLI_FAILED. */
int config_set_refused(const struct cli *cli, struct error *error);

#endif
