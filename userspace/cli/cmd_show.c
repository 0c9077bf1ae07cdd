/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/database.h"
#include "report/recent.h"

static int run(struct cli *cli)
{
	struct store *store;
	struct error error;
	int64_t limit = 20;
	int ret;

	ret = cli_number(cli, "limit", 1, 100000, &limit);
	if (!ret)
		ret = database_open(cli, STORE_READ, &store);
	if (ret)
		return ret;
	ret = recent_print(stdout, store, limit, cli_flag(cli, "json"), &error);
	store_close(store);
	if (ret < 0)
		return cli_fail(cli, &error);
	if (!ret && !cli_flag(cli, "json"))
		fputs("telprobe: no events yet\n", stderr);
	return CLI_DONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_USER,
	{ .name = "limit", .letter = 'n', .value = "N", .help = "how many (default: 20)" },
	{ .name = "lines", .letter = 'l', .value = "N", .alias_of = "limit" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe show --db app.db", .what = "the 20 newest events" },
	{ .command = "telprobe show --db app.db -n 3 --json", .what = "three, for a program" },
	{ 0 },
};

const struct cli_command show_command = {
	.name = "show",
	.summary = "show the newest events, a line each",
	.synopsis = "[--db FILE] [--user NAME] [-n N] [--json]",
	.description = "The newest stands last. Times are UTC. A measure is kept as a bucket: what "
		       "is\nshown is its middle, within 2.2 % of what was measured.",
	.options = options,
	.examples = examples,
	.run = run,
};
