/* SPDX-License-Identifier: GPL-2.0-only */
/* targets_learn.h - `targets learn`: run a command, propose the target it would take. */
#ifndef TELPROBE_CLI_TARGETS_LEARN_H
#define TELPROBE_CLI_TARGETS_LEARN_H

#include "cli/command.h"

/**
 * targets_learn() - run @argv as `telprobe run` does, print the file of a target with the files with
 * markers that it used; with --add NAME make it. What it writes to standard output goes to stderr. Nothing that was recorded is kept.
 * Return: an exit status: CLI_FAILED where there was none; the command's own is told only. */
int targets_learn(struct cli *cli, char **argv);

#endif
