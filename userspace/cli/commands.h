/* SPDX-License-Identifier: GPL-2.0-only */
/* commands.h - the table of commands, in the order the overview shows them.
 * To add one: see command.h. */
#ifndef TELPROBE_CLI_COMMANDS_H
#define TELPROBE_CLI_COMMANDS_H

#include "cli/command.h"

/* clang-format off */
#define CLI_COMMANDS(X)                                                                            \
	X(run)                                                                                     \
	X(show)                                                                                    \
	X(last)                                                                                    \
	X(tail)                                                                                    \
	X(metrics)                                                                                 \
	X(export)                                                                                  \
	X(delete)                                                                                  \
	X(probes)                                                                                  \
	X(emit)                                                                                    \
	X(serve)                                                                                   \
	X(doctor)                                                                                  \
	X(status)                                                                                  \
	X(enable)                                                                                  \
	X(disable)                                                                                 \
	X(level)                                                                                   \
	X(retention)                                                                               \
	X(consent)                                                                                 \
	X(targets)                                                                                 \
	X(config)                                                                                  \
	X(explain)                                                                                 \
	X(redact)                                                                                  \
	X(selftest)                                                                                \
	X(help)
/* clang-format on */

#define CLI_DECLARE(name) extern const struct cli_command name##_command;
CLI_COMMANDS(CLI_DECLARE)
#undef CLI_DECLARE

/** commands_at() - the command in row @index; NULL behind the last. */
const struct cli_command *commands_at(size_t index);

/** commands_find() - by name or alias. Return: NULL: none is called so, and @error says which is
 * nearest. */
const struct cli_command *commands_find(const char *name, struct error *error);

#endif
