/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/period.h"
#include "cli/totals_note.h"
#include "lib/clock.h"
#include "report/recent.h"

enum { ROWS = 20 };

static int choose(struct cli *cli, struct choice *choice, int64_t *out_limit)
{
	struct period period = { 0 };

	*out_limit = cli_option(cli, "since") ? 0 : ROWS;
	if (cli_number(cli, "limit", 1, 100000, out_limit) ||
	    period_parse(cli, clock_now_us(), &period) || choose_events(cli, choice))
		return CLI_MISUSE;
	choice->since_us = period.since_us;
	choice->until_us = period.until_us;
	return 0;
}

static int run(struct cli *cli)
{
	struct choice choice = { 0 };
	struct store *store;
	struct error error;
	int64_t limit;
	bool has_totals;
	int ret;

	ret = choose(cli, &choice, &limit);
	if (!ret)
		ret = database_open(cli, STORE_READ, &store);
	if (ret)
		return ret;
	ret = recent_print(stdout, store, &choice, limit, database_is_of_all(cli),
			   cli_flag(cli, "json"), &error);
	has_totals = ret >= 0 && totals_note(store);
	store_close(store);
	if (ret < 0)
		return cli_fail(cli, &error);
	if (!ret && !has_totals && !cli_flag(cli, "json"))
		choose_tell_none(&choice, limit);
	return CLI_DONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_USER,
	{ .name = "limit",
	  .letter = 'n',
	  .value = "N",
	  .help = "how many (default: 20; all with --since)" },
	{ .name = "lines", .letter = 'l', .value = "N", .alias_of = "limit" },
	CLI_OPTIONS_PERIOD("default: all"),
	CLI_OPTIONS_CHOICE,
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe show --db app.db", .what = "the 20 newest events" },
	{ .command = "telprobe show --db app.db -n 3 --json", .what = "three, for a program" },
	{ .command = "telprobe show --db app.db --since today --type command_failed",
	  .what = "what failed today" },
	{ 0 },
};

const struct cli_command show_command = {
	.name = "show",
	.summary = "show the newest events, a line each",
	.synopsis =
		"[--db FILE] [--user NAME] [-n N] [--since WHEN] [--until WHEN] [--type TYPE,...] "
		"[--app NAME] [--json]",
	.description = "The newest stands last. Times are UTC. A measure is kept as a bucket: what "
		       "is\nshown is its middle, within 2.2 % of what was measured. With --type or "
		       "--app\nthe newest N are searched among the newest 100,000. To root the "
		       "service shows\neverybody's, and whose each is.",
	.options = options,
	.examples = examples,
	.run = run,
};
