/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "lib/clock.h"
#include "report/grid.h"
#include "report/json.h"
#include "report/metrics.h"
#include "report/text.h"

enum { NAME, DETAIL, RUNS, SHARE, BAR, SUCCESS, MEAN, P50, P95, P99, USAGE_COLUMNS };

static const struct grid_column command_columns[USAGE_COLUMNS] = {
	[NAME] = { "command", "command", GRID_TEXT },
	[DETAIL] = { "subcommand", "subcommand", GRID_TEXT },
	[RUNS] = { "runs", "runs", GRID_COUNT },
	[SHARE] = { "share", "share", GRID_SHARE },
	[BAR] = { "", NULL, GRID_BAR },
	[SUCCESS] = { "success", "success_rate", GRID_SHARE },
	[MEAN] = { "mean", "mean_ms", GRID_DURATION },
	[P50] = { "p50", "p50_ms", GRID_DURATION },
	[P95] = { "p95", "p95_ms", GRID_DURATION },
	[P99] = { "p99", "p99_ms", GRID_DURATION },
};

#define WITHOUT_DETAIL(title)                                                               \
	{                                                                                   \
		[NAME] = { title, title, GRID_TEXT }, [DETAIL] = { NULL, NULL, GRID_TEXT }, \
		[RUNS] = { "runs", "runs", GRID_COUNT },                                    \
		[SHARE] = { "share", "share", GRID_SHARE }, [BAR] = { "", NULL, GRID_BAR }, \
		[SUCCESS] = { "success", "success_rate", GRID_SHARE },                      \
		[MEAN] = { "mean", "mean_ms", GRID_DURATION },                              \
		[P50] = { "p50", "p50_ms", GRID_DURATION },                                 \
		[P95] = { "p95", "p95_ms", GRID_DURATION },                                 \
		[P99] = { "p99", "p99_ms", GRID_DURATION },                                 \
	}

static const struct grid_column profile_columns[USAGE_COLUMNS] = WITHOUT_DETAIL("profile");
static const struct grid_column tool_columns[USAGE_COLUMNS] = WITHOUT_DETAIL("tool");

enum { CATEGORY, OCCURRED, RECOVERED, COMMANDS, ERROR_COLUMNS };

static const struct grid_column error_columns[ERROR_COLUMNS] = {
	[CATEGORY] = { "error category", "error_category", GRID_TEXT },
	[OCCURRED] = { "occurred", "occurred", GRID_COUNT },
	[RECOVERED] = { "recovered", "recovered", GRID_COUNT },
	[COMMANDS] = { "failed commands", "failed_commands", GRID_COUNT },
};

static uint64_t metrics_commands(const struct metrics *metrics)
{
	return metrics->latency.count + metrics->latency.unplaced;
}

static double success_of(const struct tally_row *row)
{
	int64_t judged = row->total - row->by[TP_OUTCOME_CANCELLED];

	return judged > 0 ? (double)row->by[TP_OUTCOME_OK] / (double)judged : NAN;
}

static struct grid *usage_grid(struct tally *tally, const struct grid_column *columns)
{
	struct grid *grid = grid_new(columns, USAGE_COLUMNS);
	double all = (double)tally_total(tally);
	struct tally_row *row;
	size_t i;

	for (i = 0; grid && i < tally->count; i++) {
		row = &tally->rows[i];
		grid_row(grid);
		grid_text(grid, NAME, row->name);
		grid_text(grid, DETAIL, row->detail[0] ? row->detail : NULL);
		grid_number(grid, RUNS, (double)row->total);
		grid_number(grid, SHARE, (double)row->total / all);
		grid_number(grid, BAR, (double)row->total / all);
		grid_number(grid, SUCCESS, success_of(row));
		grid_number(grid, MEAN, distribution_mean(&row->durations));
		grid_number(grid, P50, distribution_percentile(&row->durations, 0.5));
		grid_number(grid, P95, distribution_percentile(&row->durations, 0.95));
		grid_number(grid, P99, distribution_percentile(&row->durations, 0.99));
	}
	return grid;
}

static struct grid *error_grid(struct tally *tally)
{
	struct grid *grid = grid_new(error_columns, ERROR_COLUMNS);
	struct tally_row *row;
	size_t i;

	for (i = 0; grid && i < tally->count; i++) {
		row = &tally->rows[i];
		grid_row(grid);
		grid_text(grid, CATEGORY, row->name);
		grid_number(grid, OCCURRED, (double)row->by[METRICS_OCCURRED]);
		grid_number(grid, RECOVERED, (double)row->by[METRICS_RECOVERED]);
		grid_number(grid, COMMANDS, (double)row->by[METRICS_COMMANDS]);
	}
	return grid;
}

static int print_grid(FILE *out, struct grid *grid)
{
	int ret = grid ? 0 : -ENOMEM;

	if (grid && grid_rows(grid)) {
		putc('\n', out);
		ret = grid_print(grid, out);
	}
	grid_free(grid);
	return ret;
}

static void print_latency(FILE *out, struct distribution *latency)
{
	char mean[24], p50[24], p95[24], p99[24], sum[24];

	text_duration(latency->sum, sum);
	text_duration(distribution_mean(latency), mean);
	text_duration(distribution_percentile(latency, 0.5), p50);
	text_duration(distribution_percentile(latency, 0.95), p95);
	text_duration(distribution_percentile(latency, 0.99), p99);
	fprintf(out, "total time    %s\n", sum);
	fprintf(out, "latency       mean %s, p50 %s, p95 %s, p99 %s\n", mean, p50, p95, p99);
}

static void print_totals(FILE *out, struct metrics *metrics)
{
	double lookups = (double)metrics->cache_hits + (double)metrics->cache_misses;
	const int64_t *by = metrics->outcomes;

	fprintf(out, "sessions      %" PRId64 "\n", metrics->sessions);
	fprintf(out, "commands      %" PRIu64 "\n", metrics_commands(metrics));
	if (metrics->aggregated)
		fprintf(out,
			"              %" PRId64
			" of them in totals of whole days: level basic, or sampled\n",
			metrics->aggregated);
	if (metrics_commands(metrics)) {
		if (!isnan(metrics_success(metrics)))
			fprintf(out, "success       %.1f %%\n", metrics_success(metrics) * 100);
		fprintf(out,
			"              %" PRId64 " ok, %" PRId64 " failed, %" PRId64
			" cancelled, %" PRId64 " abandoned\n",
			by[TP_OUTCOME_OK], by[TP_OUTCOME_FAILED], by[TP_OUTCOME_CANCELLED],
			by[TP_OUTCOME_ABANDONED]);
		print_latency(out, &metrics->latency);
	}
	if (lookups > 0)
		fprintf(out, "cache         %.1f %% hits of %.0f\n",
			(double)metrics->cache_hits * 100 / lookups, lookups);
	if (metrics->tokens_input || metrics->tokens_output || metrics->tokens_cached)
		fprintf(out, "tokens        %" PRId64 " in, %" PRId64 " out, %" PRId64 " cached\n",
			metrics->tokens_input, metrics->tokens_output, metrics->tokens_cached);
	fprintf(out, "crashes       %" PRId64 "\n", metrics->crashes);
}

int metrics_print(FILE *out, struct metrics *metrics)
{
	char since[CLOCK_TEXT], until[CLOCK_TEXT];
	int ret;

	clock_format(metrics->since_us, since);
	clock_format(metrics->until_us, until);
	fprintf(out, "%s%.16sZ to %.16sZ%s\n", text_style(out, TEXT_HEADING), since, until,
		text_style(out, TEXT_PLAIN));
	print_totals(out, metrics);
	ret = print_grid(out, usage_grid(&metrics->commands, command_columns));
	if (!ret)
		ret = print_grid(out, usage_grid(&metrics->profiles, profile_columns));
	if (!ret)
		ret = print_grid(out, usage_grid(&metrics->tools, tool_columns));
	if (!ret)
		ret = print_grid(out, error_grid(&metrics->errors));
	return ret;
}

static bool add_latency(cJSON *json, struct distribution *latency)
{
	cJSON *object = cJSON_AddObjectToObject(json, "latency_ms");

	return json_add_number(json, "duration_ms", latency->sum / 1e6) &&
	       json_add_number(object, "mean", distribution_mean(latency) / 1e6) &&
	       json_add_number(object, "p50", distribution_percentile(latency, 0.5) / 1e6) &&
	       json_add_number(object, "p95", distribution_percentile(latency, 0.95) / 1e6) &&
	       json_add_number(object, "p99", distribution_percentile(latency, 0.99) / 1e6);
}

static bool add_counts(cJSON *json, const struct metrics *metrics)
{
	cJSON *cache = cJSON_AddObjectToObject(json, "cache");
	cJSON *tokens = cJSON_AddObjectToObject(json, "tokens");
	double lookups = (double)metrics->cache_hits + (double)metrics->cache_misses;

	return json_add_number(cache, "hits", (double)metrics->cache_hits) &&
	       json_add_number(cache, "misses", (double)metrics->cache_misses) &&
	       json_add_number(cache, "hit_rate",
			       lookups > 0 ? (double)metrics->cache_hits / lookups : NAN) &&
	       json_add_number(tokens, "input", (double)metrics->tokens_input) &&
	       json_add_number(tokens, "output", (double)metrics->tokens_output) &&
	       json_add_number(tokens, "cached", (double)metrics->tokens_cached) &&
	       json_add_number(json, "crashes", (double)metrics->crashes);
}

static bool add_totals(cJSON *json, const struct metrics *metrics)
{
	char since[CLOCK_TEXT], until[CLOCK_TEXT];
	cJSON *period = cJSON_AddObjectToObject(json, "period");
	const int64_t *by = metrics->outcomes;

	clock_format(metrics->since_us, since);
	clock_format(metrics->until_us, until);
	return cJSON_AddStringToObject(period, "since", since) &&
	       cJSON_AddStringToObject(period, "until", until) &&
	       json_add_number(json, "events", (double)metrics->events) &&
	       json_add_number(json, "aggregated", (double)metrics->aggregated) &&
	       json_add_number(json, "sessions", (double)metrics->sessions) &&
	       json_add_number(json, "commands", (double)metrics_commands(metrics)) &&
	       json_add_number(json, "failed", (double)by[TP_OUTCOME_FAILED]) &&
	       json_add_number(json, "cancelled", (double)by[TP_OUTCOME_CANCELLED]) &&
	       json_add_number(json, "abandoned", (double)by[TP_OUTCOME_ABANDONED]) &&
	       json_add_number(json, "success_rate", metrics_success(metrics));
}

cJSON *metrics_json(struct metrics *metrics)
{
	cJSON *json = cJSON_CreateObject(), *usage;

	if (!add_totals(json, metrics) || !add_latency(json, &metrics->latency) ||
	    !add_counts(json, metrics))
		goto fail;
	usage = cJSON_AddObjectToObject(json, "usage");
	if (json_add_grid(usage, "commands", usage_grid(&metrics->commands, command_columns)) &&
	    json_add_grid(usage, "profiles", usage_grid(&metrics->profiles, profile_columns)) &&
	    json_add_grid(usage, "tools", usage_grid(&metrics->tools, tool_columns)) &&
	    json_add_grid(json, "errors", error_grid(&metrics->errors)))
		return json;
fail:
	cJSON_Delete(json);
	return NULL;
}
