/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/explain_diff.h"
#include "cli/explain_proof.h"
#include "cli/service_call.h"

static int print(const struct cli *cli, const char *topic)
{
	struct explanation_keeping keeping;
	struct client *client = NULL;
	struct error error;
	int ret;

	if (service_open(&client, &error))
		client = NULL; /* the defaults are told, and that they are */
	explain_keeping(client, &keeping);
	client_close(client);
	if (cli_flag(cli, "json"))
		return answer_json(cli, explanation_json(&keeping), NULL);
	if (topic && explanation_print_topic(stdout, topic, &keeping, &error))
		return cli_misuse_error(cli, &error);
	ret = topic ? 0 : explanation_print(stdout, &keeping);
	if (!ret)
		return CLI_DONE;
	error_set(&error, ret, "out of memory");
	return cli_fail(cli, &error);
}

static int run(struct cli *cli)
{
	const char *argument = cli_argc(cli) ? cli_argv(cli)[0] : NULL;

	if (cli_flag(cli, "proof") && (argument || cli_flag(cli, "diff")))
		return cli_misuse(cli, "--proof goes alone");
	if (cli_flag(cli, "proof"))
		return explain_proof(cli, cli_flag(cli, "json"));
	if (cli_flag(cli, "diff"))
		return explain_diff(cli, argument);
	if (argument && cli_flag(cli, "json"))
		return cli_misuse(cli, "--json tells of everything: it goes without '%s'",
				  argument);
	return print(cli, argument);
}

static const struct cli_option options[] = {
	{ .name = "diff",
	  .help = "list what is collected now and was not when you said yes, or in FILE" },
	{ .name = "proof",
	  .help = "list what the kernel programs call, as the kernel loaded them" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe explain", .what = "what is collected and what never" },
	{ .command = "telprobe explain command", .what = "each field of it, with an example" },
	{ .command = "telprobe explain full", .what = "what level full has that no other has" },
	{ .command = "telprobe explain duration_ms",
	  .what = "what a field is good for, and where" },
	{ .command = "telprobe explain --json", .what = "all of it, for a program" },
	{ .command = "telprobe explain --json > then.json && telprobe explain --diff then.json",
	  .what = "what an upgrade changed" },
	{ .command = "telprobe explain --diff",
	  .what = "what is collected and was not when you said yes",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe explain --proof",
	  .what = "that no loaded program can read the memory of another",
	  .needs = CLI_NEEDS_ROOT },
	{ 0 },
};

const struct cli_command explain_command = {
	.name = "explain",
	.summary = "explain what is collected at which level, what for, and what never",
	.synopsis = "[KIND] [--diff [FILE]] [--proof] [--json]",
	.description =
		"KIND is an event such as crash_detected, several such as command, a field, a\n"
		"level, or event, totals, consent, database, kept, never: everything about it,\n"
		"with an example of each field, what it is good for, where it is and how long.\n"
		"Needs neither root nor the service; where that answers, how long is what is in\n"
		"force for you. FILE is an answer of --json that you kept.",
	.options = options,
	.examples = examples,
	.arguments_max = 1,
	.run = run,
};
