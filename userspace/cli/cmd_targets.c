/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_targets.c - `telprobe targets`: what the administrator set up, and what holds for me. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/config_check.h"
#include "cli/service_call.h"
#include "report/grid.h"
#include "report/text.h"

enum { NAME, LEVEL, WHY, POLICY, LIMIT, SITES, ATTACHED, PROBLEM, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[NAME] = { "target", "name", GRID_TEXT },
	[LEVEL] = { "level", "level", GRID_TEXT },
	[WHY] = { "because", "reason", GRID_TEXT },
	[POLICY] = { "policy", "policy", GRID_TEXT },
	[LIMIT] = { "at most", "level_max", GRID_TEXT },
	[SITES] = { "sites", "sites", GRID_COUNT },
	[ATTACHED] = { "attached", "attached", GRID_TEXT },
	[PROBLEM] = { "problem", "problem", GRID_TEXT },
};

static struct grid *fill(const struct service_targets *targets)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	const struct control_target *item;

	for (item = targets->items; grid && item < targets->items + targets->count; item++) {
		grid_row(grid);
		grid_text(grid, NAME, item->name);
		grid_text(grid, LEVEL, consent_level_name((enum tp_level)item->level));
		grid_text(grid, WHY, consent_reason_text((enum consent_reason)item->reason));
		grid_text(grid, POLICY, consent_policy_name((enum consent_policy)item->policy));
		grid_text(grid, LIMIT, consent_level_name((enum tp_level)item->level_max));
		grid_number(grid, SITES, item->sites);
		grid_text(grid, ATTACHED, item->is_attached ? "yes" : "no");
		grid_text(grid, PROBLEM, item->problem[0] ? item->problem : NULL);
	}
	return grid;
}

static int list(const struct cli *cli)
{
	struct service_targets targets;
	struct client *client;
	struct error error;
	struct grid *grid;
	int ret;

	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = service_targets(client, &targets, &error);
	client_close(client);
	if (ret)
		return cli_fail(cli, &error);
	grid = fill(&targets);
	ret = grid ? 0 : -ENOMEM;
	if (grid && cli_flag(cli, "json"))
		ret = json_print(grid_json(grid), stdout);
	else if (grid && targets.count)
		ret = grid_print(grid, stdout);
	else if (grid)
		fputs("telprobe: there are no targets; the administrator adds a file to "
		      "/etc/telprobe/targets.d\n",
		      stderr);
	grid_free(grid);
	service_targets_clear(&targets);
	if (!ret)
		return CLI_DONE;
	error_set(&error, ret, "out of memory");
	return cli_fail(cli, &error);
}

static int run(struct cli *cli)
{
	const char *action = cli_argc(cli) ? cli_argv(cli)[0] : "list";

	if (!strcmp(action, "check"))
		return config_check(cli, cli_argv(cli)[1]);
	if (strcmp(action, "list") != 0)
		return cli_misuse(cli, "unknown action '%s': there are list and check", action);
	if (cli_argc(cli) > 1)
		return cli_misuse(cli, "unexpected argument '%s'", cli_argv(cli)[1]);
	return list(cli);
}

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe targets",
	  .what = "what could be recorded of me, and what is",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command =
		  "mkdir -p etc/targets.d && echo 'paths: /usr/bin/demo' > etc/targets.d/demo.yaml "
		  "&& telprobe targets check etc/targets.d/demo.yaml",
	  .what = "is this file right? (before it goes to /etc/telprobe/targets.d)" },
	{ 0 },
};

const struct cli_command targets_command = {
	.name = "targets",
	.summary = "list the programs that are watched, or check the files that say so",
	.synopsis = "[list|check] [FILE] [--json]",
	.description =
		"A target is a file /etc/telprobe/targets.d/NAME.yaml; 'telprobe config explain'\n"
		"lists its keys. check reads one file, or a directory with telprobe.yaml and\n"
		"targets.d, without the service, tells what is wrong by file and line, and exits\n"
		"with 1 if anything is. A file counts only if nobody else can change it.",
	.options = options,
	.examples = examples,
	.arguments_max = 2,
	.run = run,
};
