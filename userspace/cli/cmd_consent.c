/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_consent.c - `telprobe consent`: what I decided; and the question of an app's first run. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/consent_text.h"
#include "cli/explain_diff.h"
#include "cli/notice.h"
#include "cli/service_call.h"
#include "lib/clock.h"
#include "privacy/categories.h"

enum { ANSWER_YES = 0, ANSWER_NO = 1, NOT_ASKED = 2 }; /* exit statuses of `consent ask` */

enum { DECIDED, TARGET, LEVEL, WITHOUT, UNTIL, VERSION, STATE, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[DECIDED] = { "decided (UTC)", "decided_at", GRID_TEXT },
	[TARGET] = { "target", "target", GRID_TEXT },
	[LEVEL] = { "level", "level", GRID_TEXT },
	[WITHOUT] = { "without", "without", GRID_TEXT },
	[UNTIL] = { "until (UTC)", "until", GRID_TEXT },
	[VERSION] = { "text", "text_version", GRID_COUNT },
	[STATE] = { "state", "state", GRID_TEXT },
};

static const char *state_of(const struct consent_decision *decisions, size_t count, size_t i)
{
	if (decisions[i].term == CONSENT_DELETED)
		return "ended, what it collected is deleted";
	if (decisions[i].term == CONSENT_OVER)
		return "ended, what it collected is being deleted";
	if (!consent_is_in_force(decisions, count, i))
		return "replaced";
	if (decisions[i].level != TP_LEVEL_OFF && decisions[i].text_version != CONSENT_TEXT_VERSION)
		return "the text has changed since";
	return "holds";
}

static struct grid *fill(const struct consent_decision *decisions, size_t count)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	char time[CLOCK_TEXT], without[CATEGORIES_TEXT];
	size_t i;

	for (i = 0; grid && i < count; i++) {
		clock_format(decisions[i].decided_us, time);
		grid_row(grid);
		grid_text(grid, DECIDED, time);
		grid_text(grid, TARGET, decisions[i].target[0] ? decisions[i].target : "(all)");
		grid_text(grid, LEVEL, consent_level_name(decisions[i].level));
		grid_text(grid, WITHOUT, categories_format(decisions[i].without, without));
		if (decisions[i].end.until_us)
			clock_format(decisions[i].end.until_us, time);
		grid_text(grid, UNTIL, decisions[i].end.until_us ? time : NULL);
		grid_number(grid, VERSION, decisions[i].text_version);
		grid_text(grid, STATE, state_of(decisions, count, i));
	}
	return grid;
}

static int list(const struct cli *cli, struct client *client)
{
	struct consent_decision decisions[CONSENT_DECISIONS];
	struct error error;
	size_t count;

	if (service_decisions(client, decisions, &count, &error))
		return cli_fail(cli, &error);
	return answer_grid(cli, fill(decisions, count),
			   "you have not decided anything yet; 'telprobe enable' asks");
}

/* --- consent ask --------------------------------------------------------------------------- */

static int not_asked(const struct cli *cli, const char *why, const char *detail)
{
	if (!cli_flag(cli, "quiet"))
		notice("not asked: %s%s", why, detail);
	return NOT_ASKED;
}

/* Return: an exit status where nothing is to be asked, else -1. */
static int known_answer(const struct cli *cli, const struct control_target *target)
{
	switch ((enum consent_reason)target->reason) {
	case CONSENT_SAID_YES:
	case CONSENT_SAID_YES_HERE:
		return ANSWER_YES;
	case CONSENT_SAID_NO:
	case CONSENT_SAID_NO_HERE:
		return ANSWER_NO;
	case CONSENT_BY_LOCK:
		return not_asked(cli, consent_reason_text(CONSENT_BY_LOCK), "");
	default:
		return -1;
	}
}

static void tell_changed(const char *target)
{
	struct client *client;
	struct error error;

	if (service_open(&client, &error))
		return;
	explain_changed(client, target);
	client_close(client);
}

static int ask_person(const struct cli *cli, const struct control_target *target,
		      enum tp_level *out_level)
{
	enum tp_level level =
		target->level_max < TP_LEVEL_ENHANCED ? target->level_max : TP_LEVEL_ENHANCED;
	char question[64];

	if (!ask_is_possible())
		return not_asked(cli, "there is no terminal to ask on", "");
	if (consent_text_print(stderr, target->name))
		return not_asked(cli, "out of memory", "");
	tell_changed(target->name);
	snprintf(question, sizeof(question), "Record at level %s?", consent_level_name(level));
	switch (ask_yes(question)) {
	case ASK_YES:
		*out_level = level;
		return ANSWER_YES;
	case ASK_NO:
		*out_level = TP_LEVEL_OFF;
		return ANSWER_NO;
	default:
		return not_asked(cli, "there was no answer", "");
	}
}

static int ask_about(const struct cli *cli, const struct control_target *target)
{
	enum tp_level level = TP_LEVEL_OFF;
	struct client *client;
	struct error error;
	int answer, ret;
	int64_t ended;

	answer = known_answer(cli, target);
	if (answer >= 0)
		return answer;
	answer = ask_person(cli, target, &level);
	if (answer == NOT_ASKED)
		return NOT_ASKED;
	ret = service_open(&client, &error); /* the one that told of it was not kept waiting */
	if (!ret) {
		ret = service_decide(
			client, &(struct consent_wish){ .target = target->name, .level = level },
			&ended, &error);
		client_close(client);
	}
	if (ret)
		return not_asked(cli, "the answer could not be kept: ", error.what);
	fprintf(stderr, "%s 'telprobe %s --target %s' changes that.\n",
		level == TP_LEVEL_OFF ? "Nothing is recorded." : "Thank you.",
		level == TP_LEVEL_OFF ? "enable" : "disable", target->name);
	return answer;
}

static int ask(const struct cli *cli)
{
	const char *app = cli_option(cli, "app");
	const struct control_target *target;
	struct service_targets targets;
	struct client *client;
	struct error error;
	int ret;

	if (!app)
		return cli_misuse(cli, "who asks? consent ask --app NAME");
	if (cli_flag(cli, "json"))
		return cli_misuse(cli, "the answer to ask is its exit status: it goes without "
				       "--json");
	if (service_open(&client, &error))
		return not_asked(cli, error.what, "");
	ret = service_targets(client, &targets, &error);
	client_close(client);
	if (ret)
		return not_asked(cli, error.what, "");
	target = service_target(&targets, app, &error);
	ret = target ? ask_about(cli, target) : not_asked(cli, error.what, "");
	service_targets_clear(&targets);
	return ret;
}

static int run(struct cli *cli)
{
	struct client *client;
	struct error error;
	int ret;

	if (cli_argc(cli) && !strcmp(cli_argv(cli)[0], "ask"))
		return ask(cli);
	if (cli_argc(cli))
		return cli_misuse(cli, "unknown action '%s': there is only 'ask'",
				  cli_argv(cli)[0]);
	if (cli_option(cli, "app") || cli_flag(cli, "quiet"))
		return cli_misuse(cli, "--%s goes with ask",
				  cli_option(cli, "app") ? "app" : "quiet");
	if (service_open(&client, &error))
		return cli_fail(cli, &error);
	ret = list(cli, client);
	client_close(client);
	return ret;
}

static const struct cli_option options[] = {
	{ .name = "app", .value = "NAME", .help = "with ask: the target the question is about" },
	{ .name = "quiet", .letter = 'q', .help = "with ask: do not say why nobody was asked" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe consent",
	  .what = "what I said, to which text, when",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe consent ask --app demo --quiet || true",
	  .what = "in an app's first run: ask once, then go on either way" },
	{ 0 },
};

const struct cli_command consent_command = {
	.name = "consent",
	.summary = "list what you decided; or let an app ask you once",
	.synopsis = "[ask] [--app NAME] [--quiet] [--json]",
	.description =
		"consent ask is for an app's first run: on a terminal it shows the text and asks\n"
		"whether the target NAME may be recorded at level enhanced, unless that was\n"
		"answered before. Exit status: 0 yes, 1 no, 2 not asked (no terminal, no answer,\n"
		"no service, no such target, or locked by the administrator).\n"
		"Who may set what: you, your own level for all targets or one, and a no at any\n"
		"time; the administrator, of each target the most anybody gets and whether it\n"
		"waits for your yes (opt-in), is on until your no (opt-out) or is off for all\n"
		"(locked), but never your yes; an app, and the environment, silence alone. What "
		"is\n"
		"stricter wins. A yes to an earlier text does not hold: you are asked again. One\n"
		"said for a time ('enable --for') ends by itself, and with it what it collected.",
	.options = options,
	.examples = examples,
	.arguments_max = 1,
	.run = run,
};
