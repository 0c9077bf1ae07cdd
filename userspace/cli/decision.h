/* SPDX-License-Identifier: GPL-2.0-only */
/* decision.h - what enable, disable, level and consent have in common. */
#ifndef TELPROBE_CLI_DECISION_H
#define TELPROBE_CLI_DECISION_H

#include "cli/command.h"
#include "cli/service_call.h"

#define CLI_OPTION_TARGET(what)                                                \
	{                                                                      \
		.name = "target", .letter = 't', .value = "NAME", .help = what \
	}

/** decision_level() - a level as somebody typed it. Return: 0, or CLI_MISUSE, already told. */
int decision_level(const struct cli *cli, const char *text, enum tp_level *out);

/** decision_make() - have the service keep it, and say what now holds (text or --json)
 * @target: NULL for all; must be one the service knows
 * Return: an exit status; failures are told. */
int decision_make(const struct cli *cli, struct client *client, const char *target,
		  enum tp_level level);

#endif
