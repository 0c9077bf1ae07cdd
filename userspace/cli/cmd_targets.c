/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_targets.c - `telprobe targets`: what the administrator set up, and what holds for me. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/config_check.h"
#include "cli/decision.h"
#include "cli/service_call.h"
#include "cli/target_named.h"
#include "cli/targets_change.h"
#include "cli/targets_learn.h"
#include "service/config.h"

enum { NAME, LEVEL, WHY, POLICY, LIMIT, SITES, ATTACHED, SAMPLING, PROBLEM, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[NAME] = { "target", "name", GRID_TEXT },
	[LEVEL] = { "level", "level", GRID_TEXT },
	[WHY] = { "because", "reason", GRID_TEXT },
	[POLICY] = { "policy", "policy", GRID_TEXT },
	[LIMIT] = { "at most", "level_max", GRID_TEXT },
	[SITES] = { "sites", "sites", GRID_COUNT },
	[ATTACHED] = { "attached", "attached", GRID_TEXT },
	[SAMPLING] = { "events of", "sampling", GRID_TEXT },
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
		grid_text(grid, SAMPLING, item->sampling[0] ? item->sampling : NULL);
		grid_text(grid, PROBLEM, item->problem[0] ? item->problem : NULL);
	}
	return grid;
}

static int list(const struct cli *cli)
{
	struct service_targets targets;
	struct client *client;
	struct error error;
	int ret, status;

	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = service_targets(client, &targets, &error);
	client_close(client);
	if (ret)
		return cli_fail(cli, &error);
	status = answer_grid(cli, fill(&targets),
			     "there are no targets; the administrator adds one: telprobe targets "
			     "add NAME PATH");
	service_targets_clear(&targets);
	return status;
}

/* Return: an option that was given and means nothing without add, or NULL. */
static const char *option_of_add(const struct cli *cli)
{
	static const char *const names[] = { "policy",	  "level-max", "level",	  "force",
					     "processes", "usdt",      "function" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (cli_option(cli, names[i]))
			return names[i];
	return NULL;
}

/* Return: 0, or CLI_MISUSE, already told. */
static int judge_options(const struct cli *cli)
{
	const char *policy = cli_option(cli, "policy"), *level = cli_option(cli, "level");
	const char *level_max = cli_option(cli, "level-max");
	enum consent_policy parsed_policy = CONSENT_OPT_IN;
	enum tp_level parsed;

	if (policy && consent_policy_parse(policy, &parsed_policy))
		return cli_misuse(cli, "unknown policy '%s': there are opt-in, opt-out and locked",
				  policy);
	if (level && decision_level(cli, level, &parsed))
		return CLI_MISUSE;
	if (level && (!policy || parsed_policy != CONSENT_OPT_OUT))
		return cli_misuse(cli,
				  "--level goes with --policy opt-out; --level-max is the limit");
	return level_max ? decision_level(cli, level_max, &parsed) : 0;
}

static int add(const struct cli *cli)
{
	const char *const *words = (const char *const *)cli_argv(cli);

	if (cli_argc(cli) < 3)
		return cli_misuse(cli, "which name, which files? targets add NAME PATH...");
	if (cli_option(cli, "usdt") && cli_option(cli, "function"))
		return cli_misuse(cli, "--usdt and --function are two ways to say one span; the "
				       "file has room for more");
	return targets_add(cli, words[1], words + 2, (size_t)cli_argc(cli) - 2);
}

/* A name is that of a target, anything else a path. */
static int check(const struct cli *cli)
{
	const char *what = cli_argv(cli)[1];
	struct error error;
	char path[4096];

	if (!what)
		return config_check(cli, targets_directory(cli));
	if (target_named(targets_directory(cli), what, path, sizeof(path), &error))
		return cli_fail(cli, &error);
	return config_check(cli, path);
}

/* What is wrong with what comes afterwards is told before CMD runs. */
static int learn(struct cli *cli)
{
	const char *name = cli_option(cli, "add"), *refuse = option_of_add(cli);

	if (refuse && !name)
		return cli_misuse(cli, "--%s goes with add: learn --add NAME", refuse);
	if (cli_option(cli, "config") && !name)
		return cli_misuse(cli, "--config goes with learn --add NAME");
	if (name && !consent_target_is_valid(name))
		return cli_misuse(cli, "a target cannot be called '%s'", name);
	return targets_learn(cli, cli_argv(cli) + 1);
}

static int run(struct cli *cli)
{
	const char *action = cli_argc(cli) ? cli_argv(cli)[0] : "list", *refuse;
	int at_most;
	int count = cli_argc(cli);

	if (judge_options(cli))
		return CLI_MISUSE;
	if (!strcmp(action, "learn"))
		return learn(cli);
	if (cli_option(cli, "add"))
		return cli_misuse(cli,
				  "--add goes with learn; to add paths: targets add NAME PATH");
	if (!strcmp(action, "add"))
		return add(cli);
	refuse = option_of_add(cli);
	if (refuse)
		return cli_misuse(cli, "--%s goes with add", refuse);
	if (!strcmp(action, "remove") && count != 2)
		return cli_misuse(cli, "which one? targets remove NAME");
	if (!strcmp(action, "remove"))
		return targets_remove(cli, cli_argv(cli)[1]);
	if (strcmp(action, "check") != 0 && strcmp(action, "list") != 0)
		return cli_misuse(cli,
				  "unknown action '%s': there are list, check, add, remove and "
				  "learn",
				  action);
	at_most = *action == 'c' ? 2 : 1;
	if (count > at_most)
		return cli_misuse(cli, "unexpected argument '%s'", cli_argv(cli)[at_most]);
	if (*action == 'c')
		return check(cli);
	if (cli_option(cli, "config"))
		return cli_misuse(cli,
				  "the list is what the service has: --config goes with check, "
				  "add, remove and learn --add");
	return list(cli);
}

static const struct cli_option options[] = {
	{ .name = "policy",
	  .value = "POLICY",
	  .choices = "opt-in opt-out locked",
	  .help = "with add: opt-in (default), opt-out or locked" },
	{ .name = "level-max",
	  .value = "LEVEL",
	  .choices = "off basic enhanced full",
	  .help = "with add: no person gets more (default: full)" },
	{ .name = "level",
	  .letter = 'l',
	  .value = "LEVEL",
	  .choices = "basic enhanced full",
	  .help = "with add and opt-out: of people who have not decided (default: enhanced)" },
	{ .name = "processes",
	  .help = "with add: each run of these programs is a command, without markers; "
		  "that --help was given is told, too; 'subcommands' and 'options' of the file "
		  "say what else is" },
	{ .name = "usdt",
	  .value = "BEGIN,END[,FAILED]",
	  .help = "with add: between these USDT probes, each PROVIDER:NAME, is a command; a span "
		  "of the file, to which others can be added by hand" },
	{ .name = "function",
	  .value = "NAME",
	  .help = "with add: each call of this function, until it returns, is a command" },
	{ .name = "force", .help = "with add: also files without markers, or not there yet" },
	{ .name = "add",
	  .value = "NAME",
	  .help = "with learn: add what was found under this name" },
	{ .name = "config",
	  .value = "DIR",
	  .help = "where telprobe.yaml and targets.d are (default: " CONFIG_DIRECTORY ")" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe targets",
	  .what = "what could be recorded of me, and what is",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command =
		  "mkdir -p etc/targets.d && echo 'paths: /usr/bin/demo' > etc/targets.d/demo.yaml "
		  "&& telprobe targets check etc/targets.d/demo.yaml",
	  .what = "is this file right? (before it goes to /etc/telprobe/targets.d)" },
	{ .command = "mkdir -p etc && telprobe targets add tasks build/apps/tasks --level-max "
		     "enhanced --config etc && telprobe targets remove tasks --config etc",
	  .what = "watch a program, and no more (in " CONFIG_DIRECTORY " it needs root)" },
	{ .command = "telprobe targets learn -- build/apps/tasks list",
	  .what = "which files does this command use, and what would their target be",
	  .needs = CLI_NEEDS_ROOT },
	{ 0 },
};

const struct cli_command targets_command = {
	.name = "targets",
	.summary = "list the programs that are watched; add, remove, check and learn them",
	.synopsis = "[list|check|add|remove|learn] [NAME] [PATH...] [OPTIONS] [-- CMD]",
	.description =
		"A target is a file /etc/telprobe/targets.d/NAME.yaml; 'telprobe config explain'\n"
		"lists its keys. A file counts only if nobody else can change it.\n"
		"check NAME or FILE reads one, or a directory with telprobe.yaml and targets.d,\n"
		"tells what is wrong by file and line and, where a service runs, what is "
		"attached,\n"
		"and exits with 1 if anything is wrong. Of one target root is told how often its\n"
		"markers and spans were hit in a second, by anybody: it attaches and counts.\n"
		"add NAME PATH... makes such a file, unless a PATH leads to no marker, or lacks "
		"the\n"
		"probes of --usdt or --function. remove NAME takes it away. A running service "
		"then\n"
		"reads the files again and says what it watches. learn -- CMD runs CMD as "
		"telprobe\n"
		"run does, keeps nothing, and prints the target that would hold the files whose\n"
		"markers CMD used, with the names they said\n"
		"that are no constants of a file, as a script's: proposed for 'names:', and kept\n"
		"nowhere else. What CMD writes goes to stderr meanwhile. With --add NAME it makes\n"
		"that target, without names, with the options of add.",
	.options = options,
	.examples = examples,
	.arguments_max = CLI_ANY,
	.run = run,
};
