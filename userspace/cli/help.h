/* SPDX-License-Identifier: GPL-2.0-only */
/* help.h - help texts, printed from the tables that parse the options too. */
#ifndef TELPROBE_CLI_HELP_H
#define TELPROBE_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

void help_print_command(FILE *file, const struct cli_command *command);

/** help_print_overview() - all commands with their summaries. */
void help_print_overview(FILE *file);

#endif
