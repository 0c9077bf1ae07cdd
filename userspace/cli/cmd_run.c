/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_run.c - `telprobe run`: attach, run a command, tell what its markers and processes told. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/decision.h"
#include "cli/notice.h"
#include "cli/run_account.h"
#include "cli/run_collect.h"
#include "cli/run_compare.h"
#include "cli/run_crashes.h"
#include "cli/run_once.h"
#include "cli/run_session.h"
#include "cli/run_totals.h"
#include "privacy/categories.h"
#include "report/expectation.h"
#include "report/json.h"
#include "report/summary.h"

static const struct cli_option options[] = {
	{ .name = "db", .value = "FILE", .help = "keep the events there (default: keep none)" },
	{ .name = "level",
	  .value = "LEVEL",
	  .choices = "basic enhanced full",
	  .help = "basic, enhanced or full (default: full)" },
	{ .name = "without",
	  .value = "CATEGORIES",
	  .choices = CATEGORY_WORDS,
	  .help = "what to leave out, such as errors,performance" },
	{ .name = "repeat", .letter = 'n', .value = "N", .help = "run CMD N times, 1 to 10000" },
	{ .name = "compare",
	  .help = "take two command lines, run each N times in turn, tell what "
		  "got slower" },
	{ .name = "record", .value = "FILE", .help = "write the list of events, without times" },
	{ .name = "expect", .value = "FILE", .help = "fail when the events differ from that list" },
	{ .name = "quiet", .letter = 'q', .help = "print nothing about a run without trouble" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ "telprobe run -- ./build/apps/tasks list", "what the markers of a program tell",
	  CLI_NEEDS_ROOT },
	{ "telprobe run --db tasks.db -- sh -c './build/apps/tasks list; true'",
	  "keep the events for show, last, metrics and export", CLI_NEEDS_ROOT },
	{ "telprobe run -n 5 --compare './build/apps/tasks list' './build/apps/tasks sync'",
	  "what is slower in the second", CLI_NEEDS_ROOT },
	{ 0 },
};

struct choices { /* the command line, understood */
	const char *database;
	enum tp_level level;
	uint8_t without; /* enum tp_category */
	int64_t repeat;
	bool is_quiet;
	bool is_json;
};

static int level_choose(const struct cli *cli, enum tp_level *out)
{
	const char *level = cli_option(cli, "level");

	*out = TP_LEVEL_FULL;
	if (!level || !strcmp(level, "full") || !strcmp(level, "verbose"))
		return CLI_DONE;
	*out = TP_LEVEL_ENHANCED;
	if (!strcmp(level, "enhanced") || !strcmp(level, "normal"))
		return CLI_DONE;
	*out = TP_LEVEL_BASIC;
	if (!strcmp(level, "basic") || !strcmp(level, "minimal"))
		return CLI_DONE;
	if (!strcmp(level, "off"))
		return cli_misuse(cli, "at level 'off' there is nothing to run a command for");
	return cli_misuse(cli, "unknown level '%s': expected basic, enhanced or full", level);
}

/* Better told now than after a command that takes an hour. */
static int find_expected(const struct cli *cli)
{
	const char *expect = cli_option(cli, "expect");
	struct error error;

	if (!expect || !access(expect, F_OK))
		return CLI_DONE;
	error_set(&error, -errno, "cannot open '%s': %s", expect, error_text(errno));
	error_hint(&error, "write it first: telprobe run --record '%s' -- CMD", expect);
	return cli_fail(cli, &error);
}

static int choose(struct cli *cli, struct choices *out)
{
	int ret = level_choose(cli, &out->level);

	if (!ret)
		ret = decision_without(cli, cli_option(cli, "without"), &out->without);
	if (ret)
		return ret;
	out->repeat = cli_flag(cli, "compare") ? 30 : 1;
	ret = cli_number(cli, "repeat", 1, 10000, &out->repeat);
	if (ret)
		return ret;
	out->database = cli_option(cli, "db");
	out->is_quiet = cli_flag(cli, "quiet");
	out->is_json = cli_flag(cli, "json");
	if (out->level == TP_LEVEL_BASIC &&
	    (cli_option(cli, "record") || cli_option(cli, "expect") || cli_flag(cli, "compare")))
		return cli_misuse(cli, "at level 'basic' there are totals and no events: --record, "
				       "--expect and --compare need enhanced or full");
	if (!cli_flag(cli, "compare"))
		return find_expected(cli);
	if (cli_argc(cli) != 2)
		return cli_misuse(cli, "--compare takes two command lines, each as one word");
	if (cli_option(cli, "record") || cli_option(cli, "expect") || out->database)
		return cli_misuse(cli, "--compare keeps no events: it goes without --db, --record "
				       "and --expect");
	return CLI_DONE;
}

static void print_outcome(const struct run_session *session, struct run_keep *keep,
			  const struct run_account *account, const struct run_crashes *crashes,
			  const struct choices *choices)
{
	struct store *basic = run_totals_store(session);
	struct error error = { 0 };
	cJSON *json;
	int ret;

	if (choices->is_json) {
		json = basic ? summary_of_totals_json(basic, &error)
			     : summary_json(keep->store, session->started_us, &error);
		cJSON_AddItemToObject(json, "account", run_account_json(account));
		if (crashes)
			cJSON_AddItemToObject(json, "crashes", run_crashes_json(crashes));
		json = json_whole(json,
				  cJSON_AddItemToObject(json, "undeclared",
							undeclared_json(&session->undeclared)));
		if (json_print(json, stderr))
			fputs("{}\n", stderr);
		return;
	}
	if (choices->is_quiet && !account->lost && run_account_is_exact(account))
		return;
	if (session->is_silent) {
		notice("DO_NOT_TRACK or TELPROBE_ENABLED=0 is set: nothing was recorded");
		return;
	}
	ret = basic ? summary_of_totals_print(stderr, basic, &error)
		    : summary_print(stderr, keep->store, session->started_us, &error);
	if (ret)
		notice_error(&error);
	if (crashes)
		run_crashes_print(stderr, crashes);
	run_account_print(stderr, account, session, choices->database);
}

/* Return: CLI_DONE, or CLI_FAILED when the events are not those of --expect. */
static int check_expectations(const struct cli *cli, const struct run_session *session,
			      struct run_keep *keep)
{
	const char *record = cli_option(cli, "record"), *expect = cli_option(cli, "expect");
	struct error error = { 0 };
	int ret = 0;

	run_act_as_user(session);
	if (record)
		ret = expectation_record(keep->store, session->started_us, record, &error);
	if (!ret && expect)
		ret = expectation_check(keep->store, session->started_us, expect, stderr, &error);
	run_act_as_root(session);
	return ret ? cli_fail(cli, &error) : CLI_DONE;
}

static int run_times(struct cli *cli, struct run_session *session, const struct choices *choices,
		     int *out_status, struct error *error)
{
	struct run_targets_found found = { 0 };
	int64_t i;
	int ret = 0, status = 0;

	*out_status = 0;
	for (i = 0; i < choices->repeat && !ret && !run_was_stopped(status); i++) {
		ret = run_once(session, cli_argv(cli), &found, &status, error);
		if (!ret && !*out_status) /* of many runs the first that failed tells */
			*out_status = status;
	}
	if (!ret && run_was_stopped(status))
		*out_status = status;
	if (!ret && !found.files && !session->late && !session->is_silent && !choices->is_quiet)
		notice("no telprobe markers in '%s', its libraries or its arguments: only how it "
		       "ended is known",
		       cli_argv(cli)[0]);
	return ret;
}

static int finish(struct cli *cli, struct run_session *session, struct run_keep *keep,
		  const struct choices *choices)
{
	struct run_crashes *crashes = NULL;
	struct run_account account;
	struct error error = { 0 };
	int ret;

	capture_stop(session->capture);
	capture_detach(session->capture); /* nothing comes after it */
	run_drain(session);
	run_totals_take(session);
	ret = run_account_read(session, &account, &error);
	if (ret)
		return cli_fail(cli, &error);
	if (run_crashes_find(session, keep->store, cli_argv(cli), &crashes, &error))
		notice_error(&error); /* the rest is told all the same */
	print_outcome(session, keep, &account, crashes, choices);
	free(crashes);
	return check_expectations(cli, session,
				  keep); /* a full disk is not the command's failure */
}

static int run_and_tell(struct cli *cli, const struct choices *choices, int *out_status)
{
	struct run_session session;
	struct run_keep keep = { 0 };
	struct error error = { 0 };
	int ret;

	ret = run_session_open(TP_AGREED(choices->level, choices->without), false, &session,
			       &error);
	if (!ret)
		ret = run_totals_open(&session, &error);
	if (!ret)
		ret = run_keep_open(&session,
				    choices->database ? choices->database : ":memory:", &keep,
				    &error);
	if (ret) {
		ret = run_impossible(cli, ret, &error);
		goto close;
	}
	ret = run_times(cli, &session, choices, out_status, &error);
	if (!ret)
		ret = finish(cli, &session, &keep, choices);
	else
		ret = run_refused(cli, ret, &error);
close:
	run_keep_close(&session, &keep);
	run_session_close(&session);
	return ret;
}

static int run_run(struct cli *cli)
{
	struct choices choices = { 0 };
	int status = -1, ret;

	ret = choose(cli, &choices);
	if (ret)
		return ret;
	if (cli_flag(cli, "compare"))
		return run_compare(cli, TP_AGREED(choices.level, choices.without), choices.repeat,
				   choices.is_json);
	ret = run_and_tell(cli, &choices, &status);
	if (ret)
		return ret;
	child_leave_as(status);
}

const struct cli_command run_command = {
	.name = "run",
	.summary = "run a command and tell what its markers and processes told",
	.synopsis = "[OPTIONS] [--] CMD [ARGS...]",
	.description =
		"Attaches to the telprobe markers of CMD, of its libraries and of the programs "
		"its\n"
		"arguments name, runs it, and prints on stderr what happened. CMD's input, "
		"output,\n"
		"terminal, signals and exit status are its own. Only CMD and its descendants are\n"
		"recorded, and typing this is the consent for this one run. At level basic no\n"
		"event is: commands are counted, with how long they took, in the kernel. Of a "
		"crash\n"
		"the functions are named where the files of CMD have their names. What\n"
		"--without names is not recorded ('telprobe explain categories'). Nothing is kept\n"
		"without --db. Needs root; under sudo CMD runs as you.",
	.options = options,
	.examples = examples,
	.arguments_min = 1,
	.arguments_max = CLI_ANY,
	.stops_at_first_argument = true,
	.run = run_run,
};
