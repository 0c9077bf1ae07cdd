/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_config.c - `telprobe config`: what is configured and where, and what each key means. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/config_check.h"
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

/* As a table or --json; @grid is freed. Return: an exit status. */
static int print(const struct cli *cli, struct grid *grid)
{
	struct error error;
	int ret = grid ? 0 : -ENOMEM;

	if (grid && cli_flag(cli, "json"))
		ret = json_print(grid_json(grid), stdout);
	else if (grid)
		ret = grid_print(grid, stdout);
	grid_free(grid);
	if (!ret)
		return CLI_DONE;
	error_set(&error, ret, "out of memory");
	return cli_fail(cli, &error);
}

static int show(const struct cli *cli)
{
	char value[64], origin[512];
	const struct config_key *key;
	struct config *config;
	struct error error;
	struct grid *grid;

	if (config_read(directory_of(cli), &config, &error))
		return cli_fail(cli, &error);
	grid = grid_new(show_columns, SHOW_COLUMNS);
	for (key = config_keys(); grid && key->name; key++) {
		if (config_value(config, key->name, value, sizeof(value), origin, sizeof(origin)) ||
		    key->is_of_target)
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
	return print(cli, grid);
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
	return name && !cli_flag(cli, "json") ? CLI_DONE : print(cli, grid);
}

static int run(struct cli *cli)
{
	const char *action = cli_argc(cli) ? cli_argv(cli)[0] : "show";
	const char *second = cli_argc(cli) > 1 ? cli_argv(cli)[1] : NULL;

	if (!strcmp(action, "explain"))
		return explain(cli, second);
	if (second)
		return cli_misuse(cli, "unexpected argument '%s'", second);
	if (!strcmp(action, "show"))
		return show(cli);
	if (!strcmp(action, "check"))
		return config_check(cli, directory_of(cli));
	return cli_misuse(cli, "unknown action '%s': there are show, explain and check", action);
}

static const struct cli_option options[] = {
	{ .name = "config",
	  .value = "DIR",
	  .help = "where telprobe.yaml and targets.d are (default: " CONFIG_DIRECTORY ")" },
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
	{ .command = "mkdir -p etc && telprobe config check --config etc --json",
	  .what = "is anything wrong?" },
	{ 0 },
};

const struct cli_command config_command = {
	.name = "config",
	.summary = "show what is configured and where, explain keys, check files",
	.synopsis = "[show|explain|check] [KEY] [--config DIR] [--json]",
	.description =
		"show tells each value and where it is from; explain what a key means, and what\n"
		"may stand there; check what is wrong, by file and line, with exit status 1 if\n"
		"anything is. The files are read as the service reads them, which does so when it\n"
		"starts and on SIGHUP.",
	.options = options,
	.examples = examples,
	.arguments_max = 2,
	.run = run,
};
