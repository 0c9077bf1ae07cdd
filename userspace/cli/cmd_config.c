/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_config.c - `telprobe config`: what is configured and where, and what each key means. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/config_check.h"
#include "cli/config_name.h"
#include "cli/config_set.h"
#include "cli/reload.h"
#include "lib/nearest.h"
#include "report/grid.h"
#include "report/text.h"
#include "service/config.h"

enum { KEY, VALUE, ORIGIN, SHOW_COLUMNS };

static const struct grid_column show_columns[SHOW_COLUMNS] = {
	[KEY] = { "key", "key", GRID_TEXT },
	[VALUE] = { "value", "value", GRID_TEXT },
	[ORIGIN] = { "from", "origin", GRID_TEXT },
};

enum { NAME, FILE_KIND, TYPE, DEFAULT, HELP, EXPLAIN_COLUMNS };

static const struct grid_column explain_columns[EXPLAIN_COLUMNS] = {
	[NAME] = { "key", "key", GRID_TEXT }, [FILE_KIND] = { "in", "file", GRID_TEXT },
	[TYPE] = { "is", "type", GRID_TEXT }, [DEFAULT] = { "default", "default", GRID_TEXT },
	[HELP] = { NULL, "help", GRID_TEXT },
};

static const char *directory_of(const struct cli *cli)
{
	const char *path = cli_option(cli, "config");

	return path ? path : CONFIG_DIRECTORY;
}

/* Return: the key of telprobe.yaml that @name means; NULL: none, already told. */
static const struct config_key *find_shown(const struct cli *cli, const char *name)
{
	struct error error;
	const struct config_key *key = config_name_find(name, false, &error);

	if (!key && config_name_find(name, true, NULL))
		error_hint(&error, "it is one of a target: 'telprobe targets' tells what holds");
	if (!key)
		cli_misuse_error(cli, &error);
	return key;
}

/* @name: NULL: every key. */
static int show(const struct cli *cli, const char *name)
{
	char value[64], origin[512];
	const struct config_key *key, *only = NULL;
	struct config *config;
	struct error error;
	struct grid *grid;

	if (name) {
		only = find_shown(cli, name);
		if (!only)
			return CLI_MISUSE;
	}
	if (config_read(directory_of(cli), &config, &error))
		return cli_fail(cli, &error);
	grid = grid_new(show_columns, SHOW_COLUMNS);
	for (key = config_keys(); grid && key->name; key++) {
		if (config_value(config, key->name, value, sizeof(value), origin, sizeof(origin)) ||
		    key->is_of_target || (only && key != only))
			continue;
		grid_row(grid);
		grid_text(grid, KEY, key->name);
		grid_text(grid, VALUE, value);
		grid_text(grid, ORIGIN, origin);
	}
	if (config->problem_count)
		fprintf(stderr,
			"telprobe: %zu target file%s left out; 'telprobe config check' tells "
			"why\n",
			config->problem_count, config->problem_count == 1 ? " is" : "s are");
	config_free(config);
	return answer_grid(cli, grid, NULL);
}

static int refuse_key(const struct cli *cli, const char *name)
{
	const struct config_key *key;
	struct nearest nearest;
	struct error error;

	nearest_init(&nearest, name, strlen(name));
	for (key = config_keys(); key->name; key++)
		nearest_try(&nearest, key->name);
	error_set(&error, -EINVAL, "there is no key '%s'", name);
	if (nearest.best)
		error_hint(&error, "did you mean '%s'?", nearest.best);
	else
		error_hint(&error, "'telprobe config explain' lists them");
	return cli_misuse_error(cli, &error);
}

static const char *file_of(const struct config_key *key)
{
	return key->is_of_target ? "targets.d/*.yaml" : "telprobe.yaml";
}

static void explain_key(const struct config_key *key)
{
	printf("%s%s%s in %s\n  %s\n  is %s; default: %s\n", text_style(stdout, TEXT_HEADING),
	       key->name, text_style(stdout, TEXT_PLAIN), file_of(key), key->help, key->type,
	       key->default_text ? key->default_text : "none, it must be given");
}

/* Every key called @name (NULL: all): the same name may mean something in either kind of file. */
static int explain(const struct cli *cli, const char *name)
{
	const struct config_key *key;
	struct grid *grid = NULL;
	size_t found = 0;

	if (!name || cli_flag(cli, "json"))
		grid = grid_new(explain_columns, EXPLAIN_COLUMNS);
	for (key = config_keys(); key->name; key++) {
		if (name && strcmp(key->name, name) != 0)
			continue;
		found++;
		if (name && !cli_flag(cli, "json"))
			explain_key(key);
		if (!grid)
			continue;
		grid_row(grid);
		grid_text(grid, NAME, key->name);
		grid_text(grid, FILE_KIND, file_of(key));
		grid_text(grid, TYPE, key->type);
		grid_text(grid, DEFAULT, key->default_text);
		grid_text(grid, HELP, key->help);
	}
	if (!found) {
		grid_free(grid);
		return refuse_key(cli, name);
	}
	return name && !cli_flag(cli, "json") ? CLI_DONE : answer_grid(cli, grid, NULL);
}

static int change(const struct cli *cli, bool is_set)
{
	const char *const *words = (const char *const *)cli_argv(cli);
	size_t count = (size_t)cli_argc(cli);

	if (is_set && count < 3)
		return cli_misuse(cli, "which key, and what? config set KEY VALUE");
	if (!is_set && count < 2)
		return cli_misuse(cli, "which key? config unset KEY");
	if (!is_set && count > 2)
		return cli_misuse(cli, "unexpected argument '%s'", words[2]);
	return config_set(cli, directory_of(cli), words[1], words + 2, count - 2);
}

static int run(struct cli *cli)
{
	const char *action = cli_argc(cli) ? cli_argv(cli)[0] : "show";
	const char *second = cli_argc(cli) > 1 ? cli_argv(cli)[1] : NULL;

	if (!strcmp(action, "set") || !strcmp(action, "unset"))
		return change(cli, !strcmp(action, "set"));
	if (cli_option(cli, "target"))
		return cli_misuse(cli, "--target goes with set and unset");
	if (!strcmp(action, "explain") && cli_argc(cli) <= 2)
		return explain(cli, second);
	if (!strcmp(action, "show") && cli_argc(cli) <= 2)
		return show(cli, second);
	if (second && !strcmp(action, "check"))
		return cli_misuse(cli, "unexpected argument '%s': --config DIR says where to look",
				  second);
	if (second)
		return cli_misuse(cli, "unexpected argument '%s'",
				  cli_argc(cli) > 2 ? cli_argv(cli)[2] : second);
	if (!strcmp(action, "check"))
		return config_check(cli, directory_of(cli));
	if (!strcmp(action, "reload"))
		return reload_and_tell(cli, directory_of(cli), cJSON_CreateObject());
	return cli_misuse(cli,
			  "unknown action '%s': there are show, explain, check, set, unset "
			  "and reload",
			  action);
}

static const struct cli_option options[] = {
	{ .name = "config",
	  .value = "DIR",
	  .help = "where telprobe.yaml and targets.d are (default: " CONFIG_DIRECTORY ")" },
	{ .name = "target",
	  .letter = 't',
	  .value = "NAME",
	  .help = "with set and unset: in the file of this target" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe config explain", .what = "every key there is" },
	{ .command = "telprobe config explain ring_mb", .what = "what this one does" },
	{ .command =
		  "mkdir -p etc && echo 'level_max: basic' > etc/telprobe.yaml && telprobe config "
		  "show --config etc",
	  .what = "what would hold, and where it is said" },
	{ .command = "mkdir -p etc && telprobe config set level_max basic --config etc",
	  .what = "nobody gets more than that (in " CONFIG_DIRECTORY " it needs root)" },
	{ .command = "mkdir -p etc && echo 'enabled: false # for now' > etc/telprobe.yaml && "
		     "telprobe config unset enabled --config etc",
	  .what = "back to the default" },
	{ .command = "mkdir -p etc && telprobe config check --config etc --json",
	  .what = "is anything wrong?" },
	{ 0 },
};

const struct cli_command config_command = {
	.name = "config",
	.summary = "show, change and check what is configured; explain keys",
	.synopsis = "[show|explain|check|set|unset|reload] [KEY [VALUE...]] [OPTIONS]",
	.description =
		"show tells each value, or KEY's, and where it is from; explain what a key means,\n"
		"and what may stand there; check what is wrong, by file and line, with exit status "
		"1 if\n"
		"anything is. The files are read as the service reads them.\n"
		"set gives a key of telprobe.yaml, or with --target of a target's file, another\n"
		"value, more than one making a list; unset takes it out. The rest of the file\n"
		"stays as it is, and a value that is not right changes nothing. A running service\n"
		"then reads the files again, without losing an event, and tells what is different\n"
		"for it; reload has it do so after files were changed by hand, as SIGHUP does.",
	.options = options,
	.examples = examples,
	.arguments_max = CLI_ANY,
	.run = run,
};
