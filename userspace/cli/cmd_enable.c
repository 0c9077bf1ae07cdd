/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_enable.c - `telprobe enable`: say yes, knowing to what. */
#include <errno.h>
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/consent_text.h"
#include "cli/decision.h"

static int refuse_unasked(const struct cli *cli)
{
	struct error error;

	error_set(&error, -EINVAL, "nothing was switched on: there is no terminal to ask on");
	error_hint(&error, "read 'telprobe explain', then say yes with: telprobe enable --yes");
	return cli_misuse_error(cli, &error);
}

/* Return: 0, or an exit status, already told. */
static int ask_level(const struct cli *cli, enum tp_level *out)
{
	char line[32];

	do {
		if (!ask_line("Which level: basic, enhanced or full? [enhanced] ", line,
			      sizeof(line))) {
			fputs("telprobe: nothing was switched on\n", stderr);
			return CLI_FAILED;
		}
		if (!*line)
			return 0;
	} while (decision_level(cli, line, out) || *out == TP_LEVEL_OFF);
	return 0;
}

static int ask(const struct cli *cli, enum tp_level *level)
{
	const char *target = cli_option(cli, "target");
	struct error error;
	char question[160];
	int ret;

	if (!ask_is_possible())
		return refuse_unasked(cli);
	if (consent_text_print(stderr, target)) {
		error_set(&error, -ENOMEM, "out of memory; nothing was switched on");
		return cli_fail(cli, &error);
	}
	if (!cli_option(cli, "level")) {
		ret = ask_level(cli, level);
		if (ret)
			return ret;
	}
	snprintf(question, sizeof(question), "Record at level %s?", consent_level_name(*level));
	if (ask_yes(question) == ASK_YES)
		return 0;
	fputs("telprobe: nothing was switched on\n", stderr);
	return CLI_FAILED;
}

static int parse_level(const struct cli *cli, enum tp_level *level)
{
	const char *text = cli_option(cli, "level");
	struct error error;

	if (!text)
		return 0;
	if (decision_level(cli, text, level))
		return CLI_MISUSE;
	if (*level != TP_LEVEL_OFF)
		return 0;
	error_set(&error, -EINVAL, "level off switches nothing on");
	error_hint(&error, "to switch off: telprobe disable");
	return cli_misuse_error(cli, &error);
}

static int run(struct cli *cli)
{
	enum tp_level level = TP_LEVEL_ENHANCED;
	struct client *client;
	struct error error;
	int ret;

	ret = parse_level(cli, &level);
	if (ret)
		return ret;
	if (service_open(&client, &error)) /* before anybody is asked */
		return cli_fail(cli, &error);
	if (!cli_flag(cli, "yes"))
		ret = ask(cli, &level);
	client_close(client); /* who reads for a minute would find it closed */
	if (ret)
		return ret;
	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = decision_make(cli, client, cli_option(cli, "target"), level);
	client_close(client);
	return ret;
}

static const struct cli_option options[] = {
	{ .name = "level",
	  .letter = 'l',
	  .value = "LEVEL",
	  .choices = "basic enhanced full",
	  .help = "basic, enhanced (recommended) or full" },
	CLI_OPTION_TARGET("for this target only; default: for all, also later ones"),
	{ .name = "yes", .letter = 'y', .help = "do not ask" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe enable --level enhanced --yes",
	  .what = "say yes to everything, unasked",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe enable --target demo --level full --yes",
	  .what = "yes to one target, with all it tells",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command enable_command = {
	.name = "enable",
	.summary = "say yes: what is collected, at which level, from now on",
	.synopsis = "[--level LEVEL] [--target NAME] [--yes] [--json]",
	.description =
		"Shows what is collected and what never, asks for the level and for your yes. It\n"
		"is yours alone: nobody can say yes for you, and it switches on nothing for other\n"
		"users. Without a terminal it refuses unless --yes is given.",
	.options = options,
	.examples = examples,
	.run = run,
};
