/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/outward.h"
#include "cli/period.h"
#include "lib/clock.h"
#include "report/metrics.h"

#define DAYS_US (24 * 3600 * INT64_C(1000000))

static int print(const struct cli *cli, struct store *store, const struct period *period)
{
	struct metrics metrics = { 0 };
	struct leaving leaving;
	struct error error;
	int ret, status = CLI_DONE;

	ret = outward_open(store, &leaving, &error);
	if (!ret)
		ret = metrics_load(&metrics, &leaving, period->since_us, period->until_us, &error);
	if (!ret && cli_flag(cli, "json"))
		status = answer_json(cli, metrics_json(&metrics), NULL);
	else if (!ret && metrics_print(stdout, &metrics))
		ret = error_set(&error, -ENOMEM, "out of memory");
	metrics_clear(&metrics);
	outward_close(&leaving);
	return ret ? cli_fail(cli, &error) : status;
}

static int run(struct cli *cli)
{
	int64_t now_us = clock_now_us();
	struct period period = { .since_us = now_us - 30 * DAYS_US, .until_us = now_us };
	struct store *store;
	int ret;

	ret = period_parse(cli, now_us, &period);
	if (!ret)
		ret = database_open(cli, STORE_READ, &store);
	if (ret)
		return ret;
	ret = print(cli, store, &period);
	store_close(store);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB, CLI_OPTION_USER, CLI_OPTIONS_PERIOD("default: 30d"), CLI_OPTION_JSON, { 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe metrics --db app.db", .what = "the last 30 days" },
	{ .command = "telprobe metrics --db app.db --since today --json",
	  .what = "today, for a program" },
	{ 0 },
};

const struct cli_command metrics_command = {
	.name = "metrics",
	.summary = "show how you used your programs: counts, success, times, errors",
	.synopsis = "[--db FILE] [--user NAME] [--since WHEN] [--until WHEN] [--json]",
	.description =
		"Success is the share of commands that went well among those nobody cancelled;\n"
		"an abandoned one never reached its end. Percentiles are exact up to 1,024 runs\n"
		"of a name and within 2.2 % beyond. The cache's rate is made from the counters\n"
		"cache.hit and cache.miss, tokens from tokens.input, tokens.output and\n"
		"tokens.cached.",
	.options = options,
	.examples = examples,
	.run = run,
};
