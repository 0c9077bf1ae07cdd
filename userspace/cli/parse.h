/* SPDX-License-Identifier: GPL-2.0-only */
/* parse.h - from argv to a command's options and arguments.
 * Knows `--name value`, `--name=value`, `-n value`, `-nvalue`, flags in one word (`-jf`), `--` as
 * the end of options. Long names are not abbreviated: a new option would break scripts. */
#ifndef TELPROBE_CLI_PARSE_H
#define TELPROBE_CLI_PARSE_H

#include "cli/command.h"

struct cli {
	const struct cli_command *command;
	const char *value[CLI_OPTIONS]; /* by row of the table; flags hold ""; NULL: not given */
	bool wants_help;
	int argc;
	char **argv; /* points into the caller's argv, which is reordered for it */
};

/**
 * parse_arguments() - read what follows the command's name
 * @argc, @argv: from the word after the name on; @argv[@argc] is NULL; arguments are moved to its
 * front
 * With --help the rest is not judged.
 * Return: 0, or -EINVAL with what is wrong in @error. */
int parse_arguments(struct cli *cli, const struct cli_command *command, int argc, char **argv,
		    struct error *error);

#endif
