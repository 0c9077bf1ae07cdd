/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_disable.c - `telprobe disable`: say no, at once and without a question. */
#include "cli/commands.h"
#include "cli/decision.h"

static int run(struct cli *cli)
{
	struct client *client;
	struct error error;
	int ret;

	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = decision_make(cli, client,
			    &(struct consent_wish){ .target = cli_option(cli, "target") });
	client_close(client);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_TARGET("for this target only; default: for all, also those said yes to alone"),
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe disable", .what = "no to everything", .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe disable --target demo",
	  .what = "no to one target, the rest stays as it is",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command disable_command = {
	.name = "disable",
	.summary = "say no: nothing of yours is recorded any more, at once",
	.synopsis = "[--target NAME] [--json]",
	.description =
		"Holds in every running program when the command returns. What was recorded is\n"
		"kept until you delete it: telprobe delete. Only what a yes that ends by itself\n"
		"('enable --for') has collected is deleted: it ends now.",
	.options = options,
	.examples = examples,
	.run = run,
};
