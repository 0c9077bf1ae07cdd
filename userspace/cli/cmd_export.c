/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/notice.h"
#include "cli/outward.h"
#include "cli/period.h"
#include "cli/totals_note.h"
#include "lib/clock.h"
#include "report/export.h"
#include "report/replacement.h"
#include "report/text.h"

static int choose_format(const struct cli *cli, struct export_choice *choice)
{
	static const char *const names[] = {
		[EXPORT_JSON] = "json", [EXPORT_NDJSON] = "ndjson", [EXPORT_CSV] = "csv"
	};
	const char *format = cli_option(cli, "format");
	int i;

	choice->format = EXPORT_JSON;
	if (!format)
		return 0;
	for (i = EXPORT_JSON; i <= EXPORT_CSV; i++)
		if (!strcmp(names[i], format)) {
			choice->format = (enum export_format)i;
			return 0;
		}
	return cli_misuse(cli, "unknown format '%s': expected json, ndjson or csv", format);
}

static int choose(struct cli *cli, struct export_choice *choice)
{
	struct period period = { 0 };
	int ret;

	ret = choose_format(cli, choice);
	if (!ret)
		ret = choose_events(cli, &choice->events);
	if (!ret)
		ret = period_parse(cli, clock_now_us(), &period);
	choice->events.since_us = period.since_us;
	choice->events.until_us = period.until_us;
	return ret;
}

static int export_to_file(const struct cli *cli, struct leaving *leaving,
			  const struct export_choice *choice, const char *path)
{
	struct replacement file;
	struct error error;
	int64_t count;

	if (replacement_open(&file, path, 0600, &error))
		return cli_fail(cli, &error);
	count = export_events(leaving, choice, file.file, &error);
	if (count < 0) {
		replacement_abandon(&file);
		return cli_fail(cli, &error);
	}
	if (replacement_commit(&file, &error))
		return cli_fail(cli, &error);
	notice("%lld event%s exported to '%s'", (long long)count, text_s(count), path);
	return CLI_DONE;
}

static int export(const struct cli *cli, struct store *store, const struct export_choice *choice)
{
	const char *path = cli_option(cli, "output");
	struct leaving leaving;
	struct error error;
	int ret = outward_open(store, &leaving, &error);

	if (ret)
		return cli_fail(cli, &error);
	if (path && strcmp(path, "-") != 0)
		ret = export_to_file(cli, &leaving, choice, path);
	else if (export_events(&leaving, choice, stdout, &error) < 0)
		ret = cli_fail(cli, &error);
	outward_close(&leaving);
	return ret;
}

static int run(struct cli *cli)
{
	struct export_choice choice = { 0 };
	struct store *store;
	int ret;

	ret = choose(cli, &choice);
	if (!ret)
		ret = database_open(cli, STORE_READ, &store);
	if (ret)
		return ret;
	ret = export(cli, store, &choice);
	if (!ret)
		totals_note(store);
	store_close(store);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_USER,
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "json ndjson csv",
	  .help = "json (default), ndjson or csv" },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .help = "write there, readable by you alone (default: standard output)" },
	CLI_OPTIONS_PERIOD("default: all"),
	CLI_OPTIONS_CHOICE,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe export --db app.db --output events.json",
	  .what = "all events as one JSON array" },
	{ .command = "telprobe export --db app.db --format csv --since 7d",
	  .what = "the last week as a table" },
	{ .command = "telprobe export --db app.db --format ndjson "
		     "--type command_failed,crash_detected",
	  .what = "what went wrong, a JSON object a line" },
	{ 0 },
};

const struct cli_command export_command = {
	.name = "export",
	.summary = "write events as JSON, NDJSON or CSV",
	.synopsis = "[--db FILE] [--user NAME] [--format FORMAT] [--output FILE] [--since WHEN] "
		    "[--until WHEN] [--type TYPE,...] [--app NAME]",
	.description =
		"The newest stands last. Every event is described by telprobe/event.schema.json,\n"
		"which is installed beside telprobe.h. Ids are the same at each export. A file\n"
		"appears whole or not at all. Each name is judged again, by the rules this "
		"machine\n"
		"has now, and replaced where they say so. Totals of level basic hold no events: "
		"'telprobe\n"
		"metrics --json' has them.",
	.options = options,
	.examples = examples,
	.run = run,
};
