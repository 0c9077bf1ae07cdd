/* SPDX-License-Identifier: GPL-2.0-only */
/* period.h - --since and --until. */
#ifndef TELPROBE_CLI_PERIOD_H
#define TELPROBE_CLI_PERIOD_H

#include "cli/command.h"

#define CLI_OPTIONS_PERIOD(since_default)                                                   \
	{ .name = "since",                                                                  \
	  .value = "WHEN",                                                                  \
	  .help = "from then on: 30m, 7d, today, 2026-11-20T12:00 (UTC); " since_default }, \
	{                                                                                   \
		.name = "until", .value = "WHEN", .help = "before then; default: now"       \
	}

/** period_since() - --since alone, for a command without --until; *out is left alone without it
 * Return: 0, or CLI_MISUSE, already told: not a time. */
int period_since(struct cli *cli, int64_t now_us, int64_t *out);

struct period {
	int64_t since_us;
	int64_t until_us; /* exclusive */
};

/**
 * period_parse() - what the command line says
 * @period: holds the defaults; changed where an option is given
 * Return: 0, or CLI_MISUSE, already told: not a time, or the end before the start. */
int period_parse(struct cli *cli, int64_t now_us, struct period *period);

#endif
