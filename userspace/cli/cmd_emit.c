/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_emit.c - `telprobe emit`: markers for what cannot carry them, scripts and installers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/emit_advice.h"
#include "cli/emit_around.h"
#include "cli/emit_lines.h"
#include "report/grid.h"
#include "report/text.h"
#include "service/config.h"
#include "telprobe.h"

enum { MARKER, ARGUMENTS, SUMMARY, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[MARKER] = { "marker", "marker", GRID_TEXT },
	[ARGUMENTS] = { "arguments", "arguments", GRID_TEXT },
	[SUMMARY] = { "what it says", "summary", GRID_TEXT },
};

static int list(const struct cli *cli)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	char synopsis[160];
	int marker;

	for (marker = 0; grid && marker < TP_MARKERS; marker++) {
		emit_synopsis((enum tp_marker)marker, synopsis, sizeof(synopsis));
		grid_row(grid);
		grid_text(grid, MARKER, emit_marker_name((enum tp_marker)marker));
		grid_text(grid, ARGUMENTS, synopsis[0] ? synopsis : NULL);
		grid_text(grid, SUMMARY, emit_marker_summary((enum tp_marker)marker));
	}
	return answer_grid(cli, grid, NULL);
}

struct emitting {
	struct cli *cli;
	struct emit_advice *advice; /* NULL: without -v */
};

static void fire(const struct emit_event *event, void *data)
{
	const struct emitting *emitting = data;

	emit_advise(emitting->advice, event, emit_fire(event));
}

/* Whose events these are, before the first of them. Return: 0, or an exit status, already told. */
static int name_app(struct emitting *emitting)
{
	struct cli *cli = emitting->cli;
	const char *app = cli_option(cli, "app"), *version = cli_option(cli, "app-version");
	char marker[] = "session_begin", none[] = "-";
	char *words[] = { marker, (char *)app, version ? (char *)version : none };
	struct emit_event event;
	struct error error;

	if (!app)
		return version ? cli_misuse(cli, "--app-version needs --app") : 0;
	if (emit_parse(3, words, &event, &error))
		return cli_misuse_error(cli, &error);
	fire(&event, emitting);
	return 0;
}

static void tell_refused(const struct error *error, void *data)
{
	const struct emitting *emitting = data;

	cli_misuse_error(emitting->cli, error);
}

static int read_lines(struct emitting *emitting)
{
	const struct emit_lines lines = { .marker = fire,
					  .refused = tell_refused,
					  .data = emitting };
	struct error error;
	int ret;

	if (cli_argc(emitting->cli) > 1)
		return cli_misuse(emitting->cli,
				  "unexpected argument '%s': markers come from stdin",
				  cli_argv(emitting->cli)[1]);
	ret = name_app(emitting);
	if (ret)
		return ret;
	ret = emit_lines_read(stdin, &lines, &error);
	if (ret == -EIO)
		return cli_fail(emitting->cli, &error);
	return ret ? CLI_MISUSE : CLI_DONE;
}

static int tell_around(struct emitting *emitting)
{
	struct cli *cli = emitting->cli;
	struct emit_around around;
	struct error error;
	int ret;

	if (emit_around_parse(cli_argc(cli), cli_argv(cli), cli_option(cli, "profile"), &around,
			      &error))
		return cli_misuse_error(cli, &error);
	ret = name_app(emitting);
	if (ret)
		return ret;
	emit_advise(emitting->advice, &around.begin, TELPROBE_IS_ON(command_begin));
	return emit_around_run(cli, &around);
}

static int refuse_alone(const struct cli *cli, enum tp_marker marker)
{
	struct error error;

	error_set(&error, -EINVAL, "'%s' alone says nothing: this process ends at once",
		  emit_marker_name(marker));
	if (marker == TP_MARKER_OPT_OUT)
		error_hint(&error, "to silence a script and what it starts: export DO_NOT_TRACK=1");
	else
		error_hint(&error, "'telprobe emit command NAME -- CMD' tells begin and end of "
				   "CMD; 'telprobe emit -' reads markers for as long as a script "
				   "runs");
	return cli_misuse_error(cli, &error);
}

static int emit_one(struct emitting *emitting)
{
	struct cli *cli = emitting->cli;
	struct emit_event event;
	struct error error;
	int ret;

	if (emit_parse(cli_argc(cli), cli_argv(cli), &event, &error))
		return cli_misuse_error(cli, &error);
	if (emit_needs_process(event.marker))
		return refuse_alone(cli, event.marker);
	ret = name_app(emitting);
	if (ret)
		return ret;
	fire(&event, emitting);
	return CLI_DONE;
}

static int emit(struct cli *cli, const char *what)
{
	const char *directory = cli_option(cli, "config");
	struct emitting emitting = { .cli = cli };
	int status;

	if (cli_flag(cli, "verbose"))
		emitting.advice = emit_advice_new(directory ? directory : CONFIG_DIRECTORY);
	if (!strcmp(what, "-"))
		status = read_lines(&emitting);
	else if (!strcmp(what, "command"))
		status = tell_around(&emitting);
	else
		status = emit_one(&emitting);
	emit_advice_free(emitting.advice);
	return status;
}

static int run(struct cli *cli)
{
	const char *what = cli_argv(cli)[0];
	bool is_list = cli_flag(cli, "list"), is_now = cli_flag(cli, "now");

	if (is_list || is_now) {
		if (what || (is_list && is_now))
			return cli_misuse(cli, "--list and --now stand alone");
		if (is_list)
			return list(cli);
		printf("%" PRIu64 "\n", TELPROBE_NOW());
		return CLI_DONE;
	}
	if (!what)
		return cli_misuse(cli, "'emit' needs a marker: 'telprobe emit --list' shows them");
	if (cli_flag(cli, "json"))
		return cli_misuse(cli, "--json goes with --list");
	if (cli_option(cli, "config") && !cli_flag(cli, "verbose"))
		return cli_misuse(cli, "--config goes with -v");
	if (cli_option(cli, "profile") && strcmp(what, "command") != 0)
		return cli_misuse(cli, "--profile goes with 'command'");
	return emit(cli, what);
}

static const struct cli_option options[] = {
	{ .name = "app", .value = "NAME", .help = "whose events these are (default: telprobe's)" },
	{ .name = "app-version", .value = "VERSION", .help = "and in which version" },
	{ .name = "profile",
	  .value = "NAME",
	  .help = "of a command: a named set of options; may stand before -- too" },
	{ .name = "verbose",
	  .letter = 'v',
	  .help = "say whether somebody listens, and which names are not declared" },
	{ .name = "list", .help = "list the markers and their arguments" },
	{ .name = "now", .help = "print the time a span_done may give as its START" },
	{ .name = "config", .value = "DIR", .help = "for -v (default: /etc/telprobe)" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe emit --list", .what = "what can be said" },
	{ .command = "telprobe emit --app backup feature incremental",
	  .what = "a feature was used" },
	{ .command = "telprobe emit --app backup command backup push -- true",
	  .what = "how long it took, how it ended; ends as it did" },
	{ .command = "telprobe emit --app demo lifecycle install_completed deb 1.4.2",
	  .what = "for an installer" },
	{ .command = "printf 'command_begin backup push\\nspan_done step pack 250ms\\n"
		     "command_end backup ok\\n' | telprobe emit --app backup -",
	  .what = "several, in one process" },
	{ 0 },
};

const struct cli_command emit_command = {
	.name = "emit",
	.summary = "a marker from a script or an installer",
	.synopsis = "[OPTIONS] MARKER [ARGS...] | - | command NAME [SUB] [--profile P] -- CMD",
	.description =
		"Says what a program says with a macro of telprobe.h: one marker, or (-) one a\n"
		"line from standard input, or the begin and end of a command that it runs and as\n"
		"which it ends. Costs next to nothing and says nothing unless the service watches\n"
		"this program and you said yes. Names are words its target declares ('names:' in\n"
		"the target's file); others are kept as [UNDECLARED]. - stands for an absent "
		"name.\n"
		"Exit status: 0, also when nobody listens; 2 for what is no marker; CMD's own.",
	.options = options,
	.examples = examples,
	.arguments_max = CLI_ANY,
	.stops_at_first_argument = true,
	.run = run,
};
