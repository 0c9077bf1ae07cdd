/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_enable.c - `telprobe enable`: say yes, knowing to what. */
#include <errno.h>
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/consent_text.h"
#include "cli/decision.h"
#include "cli/explain_diff.h"
#include "cli/notice.h"
#include "lib/clock.h"
#include "privacy/categories.h"

static int refuse_unasked(const struct cli *cli)
{
	struct error error;

	error_set(&error, -EINVAL, "nothing was changed: there is no terminal to ask on");
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
			notice("nothing was changed");
			return CLI_FAILED;
		}
		if (!*line)
			return 0;
	} while (decision_level(cli, line, out) || *out == TP_LEVEL_OFF);
	return 0;
}

static int ask(const struct cli *cli, struct client *client, struct consent_wish *wish)
{
	const char *target = cli_option(cli, "target"), *duration = cli_option(cli, "for");
	struct error error;
	char question[320], without[CATEGORIES_TEXT];
	int ret;

	if (!ask_is_possible())
		return refuse_unasked(cli);
	if (consent_text_print(stderr, target)) {
		error_set(&error, -ENOMEM, "out of memory; nothing was changed");
		return cli_fail(cli, &error);
	}
	explain_changed(client, target);
	if (!cli_option(cli, "level")) {
		ret = ask_level(cli, &wish->level);
		if (ret)
			return ret;
	}
	categories_format(wish->without, without);
	snprintf(question, sizeof(question), "Record at level %s%s%s%s%s%s?",
		 consent_level_name(wish->level), *without ? " without " : "", without,
		 duration ? " for " : "", duration ? duration : "",
		 duration ? " and then delete it" : "");
	if (ask_yes(question) == ASK_YES)
		return 0;
	notice("nothing was changed");
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

static int parse_for(const struct cli *cli, int64_t *out_us)
{
	const char *text = cli_option(cli, "for");
	struct error error;

	if (text && clock_parse_duration(text, CONSENT_FOR_MAX_US, out_us, &error))
		return cli_misuse_error(cli, &error);
	return 0;
}

static int run(struct cli *cli)
{
	struct consent_wish wish = { .target = cli_option(cli, "target"),
				     .level = TP_LEVEL_ENHANCED };
	struct client *client;
	struct error error;
	int ret;

	ret = parse_level(cli, &wish.level);
	if (!ret)
		ret = parse_for(cli, &wish.for_us);
	if (!ret)
		ret = decision_without(cli, cli_option(cli, "without"), &wish.without);
	if (ret)
		return ret;
	if (service_open(&client, &error)) /* before anybody is asked */
		return cli_fail(cli, &error);
	if (!cli_flag(cli, "yes"))
		ret = ask(cli, client, &wish);
	client_close(client); /* who reads for a minute would find it closed */
	if (ret)
		return ret;
	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = decision_make(cli, client, &wish);
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
	{ .name = "without",
	  .value = "CATEGORIES",
	  .choices = CATEGORY_WORDS,
	  .help = "what to leave out, such as errors,performance" },
	{ .name = "for",
	  .value = "DURATION",
	  .help = "30m, 1h, 2d: then it is off and what it collected is deleted" },
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
	{ .command = "telprobe enable --without errors,performance --yes",
	  .what = "yes, but to no errors and no measures",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe enable --for 1h --level full --yes",
	  .what = "a look for an hour that leaves nothing behind",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command enable_command = {
	.name = "enable",
	.summary = "say yes: what is collected, at which level, from now on",
	.synopsis =
		"[--level LEVEL] [--without CATEGORIES] [--target NAME] [--for DURATION] [--yes] "
		"[--json]",
	.description =
		"Shows what is collected and what never, asks for the level and for your yes. It\n"
		"is yours alone: nobody can say yes for you, and it switches on nothing for other\n"
		"users. Without a terminal it refuses unless --yes is given.\n"
		"With --without some categories are left out, in every running program from that\n"
		"moment: commands, spans, details, performance, errors, features, lifecycle and\n"
		"sessions ('telprobe explain categories'). 'enable' without it takes all again, "
		"but\n"
		"what you leave out for all targets is left out for each.\n"
		"With --for the yes ends by itself when that time is over, counted with the time\n"
		"the machine sleeps or is off: it is off then, in every running program, and all\n"
		"that it collected is deleted as 'telprobe delete' does it, from the kernel's "
		"sums\n"
		"too. What you collected before, or under another yes, stays. So it is when you\n"
		"end it before with 'telprobe disable'. Export what you want to keep. After a "
		"time\n"
		"in which no service ran, it deletes when it starts again; no change of the date\n"
		"makes the time longer, and one that sets it ahead, or a loss of power, may make\n"
		"it shorter. --for again, for the same, sets another end. You have one such yes "
		"at\n"
		"a time; it becomes a lasting one by 'telprobe disable' and then 'enable' alone.",
	.options = options,
	.examples = examples,
	.run = run,
};
