/* SPDX-License-Identifier: GPL-2.0-only */
/* config_check.h - `targets check` and `config check`: what is wrong in files of configuration. */
#ifndef TELPROBE_CLI_CONFIG_CHECK_H
#define TELPROBE_CLI_CONFIG_CHECK_H

#include "cli/command.h"

/** config_check() - read what @path names and tell each problem, by file and line; as text or, with
 * --json, as an object
 * Where the service answers, also what it made of each target.
 * @path: a directory with telprobe.yaml and targets.d, or a target file
 * Return: CLI_DONE; CLI_FAILED: there are problems. */
int config_check(const struct cli *cli, const char *path);

#endif
