/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_status.c - `telprobe status`: is it on for me now, why, what does it cost, what is wrong. */
#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/status_print.h"

static int run(struct cli *cli)
{
	struct status_report report = { 0 };
	struct error error;
	int status = CLI_DONE;

	if (status_collect(&report, &error))
		status = cli_fail(cli, &error);
	else if (cli_flag(cli, "json"))
		status = answer_json(cli, status_json(&report), NULL);
	else
		status_print(&report);
	status_clear(&report);
	return status;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe status",
	  .what = "is it on for me, and is anything wrong",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe status --json",
	  .what = "the same for a program",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command status_command = {
	.name = "status",
	.summary = "is it on for me now, and why; what it keeps, costs and lacks",
	.synopsis = "[--json]",
	.description =
		"Exit status 1 when no service runs: then nothing is collected. What concerns all\n"
		"people is told to root in numbers, to others whether it happened and what it\n"
		"costs at most.",
	.options = options,
	.examples = examples,
	.run = run,
};
