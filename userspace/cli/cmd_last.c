/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/database.h"
#include "cli/totals_note.h"
#include "report/recent.h"

static int run(struct cli *cli)
{
	struct store *store;
	struct error error;
	int ret;

	ret = database_open(cli, STORE_READ, &store);
	if (ret)
		return ret;
	ret = last_print(stdout, store, cli_flag(cli, "json"), &error);
	if (ret)
		totals_note(store);
	store_close(store);
	return ret ? cli_fail(cli, &error) : CLI_DONE;
}

static const struct cli_option options[] = { CLI_OPTION_DB,
					     CLI_OPTION_USER,
					     CLI_OPTION_JSON,
					     { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe last --db app.db", .what = "what the last command did" },
	{ .command = "TELPROBE_DB=app.db telprobe last --json", .what = "the same for a program" },
	{ 0 },
};

const struct cli_command last_command = {
	.name = "last",
	.summary = "show what happened inside the last command",
	.synopsis = "[--db FILE] [--user NAME] [--json]",
	.description =
		"The spans of the last command as a tree, by their start, with their times, tags,\n"
		"counts, measures and errors, and how the process ended. Spans, measures and\n"
		"resource use are collected at level full.",
	.options = options,
	.examples = examples,
	.run = run,
};
