/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/summary.h"

#include <cjson/cJSON.h>
#include <errno.h>

#include "report/event_types.h"
#include "report/grid.h"
#include "report/json.h"
#include "report/tally.h"

struct summary {
	struct tally commands;
	struct tally processes; /* name: app, detail: how it ended */
	struct error *error;
};

enum { TOTALS = -1 };
enum { COMMAND, SUBCOMMAND, RUNS, FAILED, CANCELLED, ABANDONED, P50, P95, MAX, COMMAND_COLUMNS };

static const struct grid_column command_columns[COMMAND_COLUMNS] = {
	[COMMAND] = { "command", "command", GRID_TEXT },
	[SUBCOMMAND] = { "subcommand", "subcommand", GRID_TEXT },
	[RUNS] = { "runs", "runs", GRID_COUNT },
	[FAILED] = { "failed", "failed", GRID_COUNT },
	[CANCELLED] = { "cancelled", "cancelled", GRID_COUNT },
	[ABANDONED] = { "abandoned", "abandoned", GRID_COUNT },
	[P50] = { "p50", "p50_ms", GRID_DURATION },
	[P95] = { "p95", "p95_ms", GRID_DURATION },
	[MAX] = { "max", "max_ms", GRID_DURATION },
};

enum { PROGRAM, PROCESSES, ENDED, PROCESS_P50, PROCESS_P95, PROCESS_MAX, PROCESS_COLUMNS };

static const struct grid_column process_columns[PROCESS_COLUMNS] = {
	[PROGRAM] = { "program", "program", GRID_TEXT },
	[PROCESSES] = { "processes", "processes", GRID_COUNT },
	[ENDED] = { "ended", "ended", GRID_TEXT },
	[PROCESS_P50] = { "p50", "p50_ms", GRID_DURATION },
	[PROCESS_P95] = { "p95", "p95_ms", GRID_DURATION },
	[PROCESS_MAX] = { "max", "max_ms", GRID_DURATION },
};

static int take(const struct store_row *row, void *data)
{
	struct summary *summary = data;
	struct tally_row *counted;
	char ended[40];

	if (row->type == TP_SPAN && row->kind != TP_KIND_COMMAND)
		return 0;
	if (row->type == TP_SPAN) {
		counted = tally_row(&summary->commands, row->name[0] ? row->name[0] : "-",
				    row->name[1]);
	} else {
		event_ending_text(row->code, ended);
		counted = tally_row(&summary->processes, row->app, ended);
	}
	if (!counted || distribution_add(&counted->durations, row->value))
		return error_set(summary->error, -ENOMEM, "out of memory");
	counted->total++;
	if (row->type == TP_SPAN && row->outcome < TP_OUTCOMES)
		counted->by[row->outcome]++;
	return 0;
}

static int take_sum(const struct store_sum *sum, void *data)
{
	struct summary *summary = data;

	if (sum->kind != TP_KIND_COMMAND)
		return 0;
	if (tally_add_sum(&summary->commands, sum->name[0] ? sum->name[0] : "-", sum->name[1], sum))
		return error_set(summary->error, -ENOMEM, "out of memory");
	return 0;
}

/* @since_us: of events; TOTALS: load those, there are no events */
static int summary_load(struct summary *summary, struct store *store, int64_t since_us,
			struct error *error)
{
	const struct store_filter filter = { .since_us = since_us,
					     .types = 1u << TP_SPAN | 1u << TP_EXIT };
	const struct store_sum_filter sums = { 0 };
	int ret;

	tally_init(&summary->commands);
	tally_init(&summary->processes);
	summary->error = error;
	if (since_us == TOTALS)
		ret = store_each_sum(store, &sums, take_sum, summary, error);
	else
		ret = store_each(store, &filter, take, summary, error);
	if (!ret) {
		tally_sort(&summary->commands);
		tally_sort(&summary->processes);
	}
	return ret;
}

static void summary_clear(struct summary *summary)
{
	tally_clear(&summary->commands);
	tally_clear(&summary->processes);
}

static void fill_durations(struct grid *grid, size_t column, struct distribution *durations)
{
	grid_number(grid, column, distribution_percentile(durations, 0.5));
	grid_number(grid, column + 1, distribution_percentile(durations, 0.95));
	grid_number(grid, column + 2, (double)durations->largest);
}

static struct grid *command_grid(struct summary *summary)
{
	struct grid *grid = grid_new(command_columns, COMMAND_COLUMNS);
	struct tally_row *row;
	size_t i;

	for (i = 0; grid && i < summary->commands.count; i++) {
		row = &summary->commands.rows[i];
		grid_row(grid);
		grid_text(grid, COMMAND, row->name);
		grid_text(grid, SUBCOMMAND, row->detail[0] ? row->detail : NULL);
		grid_number(grid, RUNS, (double)row->total);
		grid_number(grid, FAILED, (double)row->by[TP_OUTCOME_FAILED]);
		grid_number(grid, CANCELLED, (double)row->by[TP_OUTCOME_CANCELLED]);
		grid_number(grid, ABANDONED, (double)row->by[TP_OUTCOME_ABANDONED]);
		fill_durations(grid, P50, &row->durations);
	}
	return grid;
}

static struct grid *process_grid(struct summary *summary)
{
	struct grid *grid = grid_new(process_columns, PROCESS_COLUMNS);
	struct tally_row *row;
	size_t i;

	for (i = 0; grid && i < summary->processes.count; i++) {
		row = &summary->processes.rows[i];
		grid_row(grid);
		grid_text(grid, PROGRAM, row->name);
		grid_number(grid, PROCESSES, (double)row->total);
		grid_text(grid, ENDED, row->detail);
		fill_durations(grid, PROCESS_P50, &row->durations);
	}
	return grid;
}

static int print_grid(struct grid *grid, FILE *out)
{
	int ret = grid ? 0 : -ENOMEM;

	if (grid && grid_rows(grid))
		ret = grid_print(grid, out);
	grid_free(grid);
	return ret;
}

int summary_print(FILE *out, struct store *store, int64_t since_us, struct error *error)
{
	struct summary summary;
	int ret;

	ret = summary_load(&summary, store, since_us, error);
	if (ret)
		goto clear;
	ret = print_grid(command_grid(&summary), out);
	if (!ret && summary.commands.count && summary.processes.count)
		putc('\n', out);
	if (!ret)
		ret = print_grid(process_grid(&summary), out);
	if (ret)
		error_set(error, ret, "out of memory");
clear:
	summary_clear(&summary);
	return ret;
}

cJSON *summary_json(struct store *store, int64_t since_us, struct error *error)
{
	cJSON *object = cJSON_CreateObject();
	struct summary summary;

	if (summary_load(&summary, store, since_us, error))
		goto fail;
	if (!json_add_grid(object, "commands", command_grid(&summary)) ||
	    !json_add_grid(object, "processes", process_grid(&summary))) {
		error_set(error, -ENOMEM, "out of memory");
		goto fail;
	}
	summary_clear(&summary);
	return object;
fail:
	summary_clear(&summary);
	cJSON_Delete(object);
	return NULL;
}

int summary_of_totals_print(FILE *out, struct store *store, struct error *error)
{
	return summary_print(out, store, TOTALS, error);
}

cJSON *summary_of_totals_json(struct store *store, struct error *error)
{
	return summary_json(store, TOTALS, error);
}
