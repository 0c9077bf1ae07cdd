/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/explain_proof.h"
#include "report/explanation.h"
#include "report/text.h"

static int run(struct cli *cli)
{
	bool is_json = cli_flag(cli, "json");
	struct error error;
	int ret;

	if (cli_flag(cli, "proof"))
		return explain_proof(cli, is_json);
	ret = is_json ? json_print(explanation_json(), stdout) : explanation_print(stdout);
	if (!ret)
		return CLI_DONE;
	error_set(&error, ret, "out of memory");
	return cli_fail(cli, &error);
}

static const struct cli_option options[] = {
	{ .name = "proof",
	  .help = "list what the kernel programs call, as the kernel loaded them" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe explain", .what = "what is collected and what never" },
	{ .command = "telprobe explain --json", .what = "the same for a program" },
	{ .command = "telprobe explain --proof",
	  .what = "that no loaded program can read the memory of another",
	  .needs = CLI_NEEDS_ROOT },
	{ 0 },
};

const struct cli_command explain_command = {
	.name = "explain",
	.summary = "explain what is collected at which level, and what never",
	.synopsis = "[--proof] [--json]",
	.options = options,
	.examples = examples,
	.run = run,
};
