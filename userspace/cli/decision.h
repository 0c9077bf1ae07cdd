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

/** decision_without() - parse --without, NULL for none; everything left out is refused. Return: 0 or an
 * exit status, already told. */
int decision_without(const struct cli *cli, const char *text, uint8_t *out);

/** decision_make() - have the service keep it, and say what now holds (text or --json)
 * Its target must be one the service knows. Return: an exit status; failures are told. */
int decision_make(const struct cli *cli, struct client *client, const struct consent_wish *wish);

#endif
