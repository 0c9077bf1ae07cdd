/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/commands.h"
#include "cli/help.h"

static int run(struct cli *cli)
{
	const struct cli_command *command;
	struct error error;

	if (!cli_argc(cli)) {
		help_print_overview(stdout);
		return CLI_DONE;
	}
	command = commands_find(cli_argv(cli)[0], &error);
	if (!command)
		return cli_misuse_error(cli, &error);
	help_print_command(stdout, command);
	return CLI_DONE;
}

static const struct cli_example examples[] = {
	{ .command = "telprobe help", .what = "what telprobe can do" },
	{ .command = "telprobe help help", .what = "this text" },
	{ 0 },
};

const struct cli_command help_command = {
	.name = "help",
	.summary = "list the commands, or explain one",
	.synopsis = "[COMMAND]",
	.examples = examples,
	.arguments_max = 1,
	.run = run,
};
