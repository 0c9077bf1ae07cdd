/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_doctor.c - `telprobe doctor`: what this machine offers, what follows, what to do. */
#include <stdio.h>

#include "capture/features.h"
#include "cli/answer.h"
#include "cli/bundle.h"
#include "cli/commands.h"
#include "service/config.h"

static const struct cli_option options[] = {
	{ .name = "bundle",
	  .help = "print a report for who looks for a fault, and write it to FILE" },
	{ .name = "config",
	  .value = "DIR",
	  .help = "with --bundle: where telprobe.yaml and targets.d are (default: " CONFIG_DIRECTORY
		  ")" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ "telprobe doctor", "why does nothing arrive?", CLI_NEEDS_ROOT },
	{ "telprobe doctor --json", "the same for a program", CLI_NEEDS_ROOT },
	{ "telprobe doctor --bundle report.txt", "what to add to a report of a fault",
	  CLI_NEEDS_NOTHING },
	{ 0 },
};

enum { NAME, STATE, FOUND, FOLLOWS, ADVICE, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	/* as text they are no table */
	[NAME] = { NULL, "name", GRID_TEXT },	  [STATE] = { NULL, "state", GRID_TEXT },
	[FOUND] = { NULL, "found", GRID_TEXT },	  [FOLLOWS] = { NULL, "follows", GRID_TEXT },
	[ADVICE] = { NULL, "advice", GRID_TEXT },
};

static void print_text(const struct feature *features, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		printf("%-8s %-30s %s\n", feature_state_name(features[i].state), features[i].name,
		       features[i].found);
		if (features[i].follows[0])
			printf("%-8s %-30s -> %s\n", "", "", features[i].follows);
		if (features[i].advice[0])
			printf("%-8s %-30s do: %s\n", "", "", features[i].advice);
	}
}

static struct grid *fill(const struct feature *features, int count)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	int i;

	for (i = 0; grid && i < count; i++) {
		grid_row(grid);
		grid_text(grid, NAME, features[i].name);
		grid_text(grid, STATE, feature_state_name(features[i].state));
		grid_text(grid, FOUND, features[i].found);
		grid_text(grid, FOLLOWS, features[i].follows);
		grid_text(grid, ADVICE, features[i].advice);
	}
	return grid;
}

static int run_bundle(const struct cli *cli)
{
	const char *directory = cli_option(cli, "config");

	if (cli_flag(cli, "json"))
		return cli_misuse(cli, "--bundle is text, to be read: it goes without --json");
	return bundle(cli, directory ? directory : CONFIG_DIRECTORY, cli_argv(cli)[0]);
}

static int run_doctor(struct cli *cli)
{
	struct feature features[FEATURES_MAX];
	int status = CLI_DONE;
	int count, i;

	if (cli_flag(cli, "bundle"))
		return run_bundle(cli);
	if (cli_argc(cli))
		return cli_misuse(cli, "unexpected argument '%s': a FILE goes with --bundle",
				  cli_argv(cli)[0]);
	if (cli_option(cli, "config"))
		return cli_misuse(cli, "--config goes with --bundle");
	count = features_probe(features);
	if (cli_flag(cli, "json"))
		status = answer_grid(cli, fill(features, count), NULL);
	else
		print_text(features, count);
	for (i = 0; i < count; i++)
		if (features[i].state == FEATURE_MISSING)
			status = CLI_FAILED;
	return status;
}

const struct cli_command doctor_command = {
	.name = "doctor",
	.summary = "what this machine offers telprobe, what is missing, what to do",
	.synopsis = "[OPTIONS] [FILE]",
	.description =
		"Each row is tried, not guessed from the kernel's version. Exit status 1 when\n"
		"something is missing that telprobe cannot work without.\n"
		"--bundle prints one report about machine, configuration and service, for who\n"
		"looks for a fault, and with FILE, which must not be there yet, writes it, after "
		"a\n"
		"yes where there is a terminal. It holds no event and no value of the "
		"environment;\n"
		"names of people and of the machine, and paths below homes, are replaced.",
	.options = options,
	.examples = examples,
	.arguments_max = 1,
	.run = run_doctor,
};
