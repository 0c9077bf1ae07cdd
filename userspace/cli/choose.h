/* SPDX-License-Identifier: GPL-2.0-only */
/* choose.h - --type and --app, and what is said where no event is of them. */
#ifndef TELPROBE_CLI_CHOOSE_H
#define TELPROBE_CLI_CHOOSE_H

#include "cli/command.h"
#include "report/choice.h"

#define CLI_OPTIONS_CHOICE                                                             \
	{ .name = "type", .value = "TYPE,...", .help = "only events of these types" }, \
	{                                                                              \
		.name = "app", .value = "NAME", .help = "only events of this program"  \
	}

/** choose_events() - what --type and --app ask for; the times of @choice are left alone
 * Return: 0, or CLI_MISUSE, already told. */
int choose_events(struct cli *cli, struct choice *choice);

/** choose_tell_none() - say on stderr that there is no event of @choice
 * @limit: as of choice_filter() */
void choose_tell_none(const struct choice *choice, int64_t limit);

#endif
