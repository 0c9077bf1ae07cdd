/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_level.c - `telprobe level`: which one holds, or another for who has said yes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/decision.h"
#include "privacy/categories.h"

enum { TARGET, LEVEL, WITHOUT, LIMIT, WHY, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[TARGET] = { "target", "target", GRID_TEXT },
	[LEVEL] = { "level", "level", GRID_TEXT },
	[WITHOUT] = { "without", "without", GRID_TEXT },
	[LIMIT] = { "at most", "level_max", GRID_TEXT },
	[WHY] = { "because", "reason", GRID_TEXT },
};

static struct grid *fill(const struct service_targets *targets, const char *only)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	const struct control_target *item;
	char without[CATEGORIES_TEXT];

	for (item = targets->items; grid && item < targets->items + targets->count; item++) {
		if (only && strcmp(item->name, only) != 0)
			continue;
		grid_row(grid);
		grid_text(grid, TARGET, item->name);
		grid_text(grid, LEVEL, consent_level_name(item->level));
		grid_text(grid, WITHOUT, categories_format((uint8_t)item->without, without));
		grid_text(grid, LIMIT, consent_level_name(item->level_max));
		grid_text(grid, WHY, consent_reason_text((enum consent_reason)item->reason));
	}
	return grid;
}

static int show(const struct cli *cli, struct client *client, const char *only)
{
	struct service_targets targets;
	struct error error;
	int status;

	if (service_targets(client, &targets, &error))
		return cli_fail(cli, &error);
	if (only && !service_target(&targets, only, &error))
		status = cli_fail(cli, &error);
	else
		status = answer_grid(cli, fill(&targets, only),
				     "the administrator has not set up any target yet");
	service_targets_clear(&targets);
	return status;
}

/* What the decision that @target, or all, has leaves out: another level changes nothing of it. */
static uint8_t left_out(const struct consent_decision *decisions, size_t count, const char *target)
{
	uint8_t of_all = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!consent_is_in_force(decisions, count, i))
			continue;
		if (target && !strcmp(decisions[i].target, target))
			return decisions[i].without;
		if (!decisions[i].target[0])
			of_all = decisions[i].without;
	}
	return of_all;
}

/* A yes to today's text that is in force, for @target or for all. */
static bool has_said_yes(const struct consent_decision *decisions, size_t count, const char *target)
{
	bool is_yes = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!consent_is_in_force(decisions, count, i) ||
		    decisions[i].text_version != CONSENT_TEXT_VERSION ||
		    consent_has_ended(&decisions[i]))
			continue;
		if (target && !strcmp(decisions[i].target, target))
			return decisions[i].level != TP_LEVEL_OFF;
		if (!decisions[i].target[0])
			is_yes = decisions[i].level != TP_LEVEL_OFF;
	}
	return is_yes;
}

static int change(const struct cli *cli, struct client *client, const char *target,
		  enum tp_level level)
{
	struct consent_decision decisions[CONSENT_DECISIONS];
	struct consent_wish wish = { .target = target, .level = level };
	struct error error;
	size_t count;

	if (level != TP_LEVEL_OFF) {
		if (service_decisions(client, decisions, &count, &error))
			return cli_fail(cli, &error);
		if (!has_said_yes(decisions, count, target)) {
			error_set(&error, -EPERM, "you have not said yes to this yet");
			error_hint(&error, "telprobe enable --level %s%s%s",
				   consent_level_name(level), target ? " --target " : "",
				   target ? target : "");
			return cli_fail(cli, &error);
		}
		wish.without = left_out(decisions, count, target);
	}
	return decision_make(cli, client, &wish);
}

static int run(struct cli *cli)
{
	const char *target = cli_option(cli, "target");
	enum tp_level level = TP_LEVEL_OFF;
	struct client *client;
	struct error error;
	int ret;

	if (cli_argc(cli) && decision_level(cli, cli_argv(cli)[0], &level))
		return CLI_MISUSE;
	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = cli_argc(cli) ? change(cli, client, target, level) : show(cli, client, target);
	client_close(client);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_TARGET("this target only; default: all"),
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe level",
	  .what = "which level holds for me, and why",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe level full",
	  .what = "collect more, for who has said yes",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command level_command = {
	.name = "level",
	.summary = "show how much is collected of you, or change it",
	.synopsis = "[LEVEL] [--target NAME] [--json]",
	.description =
		"LEVEL is off, basic, enhanced or full ('telprobe explain'); minimal, normal and\n"
		"verbose mean the latter three. What you leave out ('telprobe enable --without') "
		"stays\n"
		"so. Who has not said yes is asked by telprobe enable.\n"
		"A yes that ends by itself gets another level with another end alone: telprobe\n"
		"enable --for DURATION --level LEVEL.",
	.options = options,
	.examples = examples,
	.arguments_max = 1,
	.run = run,
};
