/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/recent.h"

#include <errno.h>

#include "lib/clock.h"
#include "report/describe.h"
#include "report/event_types.h"
#include "report/grid.h"
#include "report/text.h"

enum { TIME, APP, EVENT, WHAT, DURATION, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[TIME] = { "time", "timestamp", GRID_TEXT },
	[APP] = { "program", "product", GRID_TEXT },
	[EVENT] = { "event", "event_type", GRID_TEXT },
	[DURATION] = { "took", "duration_ms", GRID_DURATION },
	[WHAT] = { "what", "what", GRID_TEXT },
};

static int take(const struct store_row *row, void *data)
{
	struct grid *grid = data;
	char time[CLOCK_TEXT], what[DESCRIBE_BYTES];

	clock_format(row->time_us, time);
	describe_event(row, what);
	grid_row(grid);
	grid_text(grid, TIME, time);
	grid_text(grid, APP, row->app);
	grid_text(grid, EVENT, event_type_of(row));
	grid_text(grid, WHAT, what);
	if (row->type == TP_SPAN || row->type == TP_EXIT)
		grid_number(grid, DURATION, (double)row->value);
	return 0;
}

int recent_print(FILE *out, struct store *store, int64_t limit, bool is_json, struct error *error)
{
	const struct store_filter filter = { .limit = limit };
	struct grid *grid = grid_new(columns, COLUMNS);
	int ret, count;

	if (!grid)
		return error_set(error, -ENOMEM, "out of memory");
	ret = store_each(store, &filter, take, grid, error);
	count = (int)grid_rows(grid);
	if (!ret && (is_json ? json_print(grid_json(grid), out)
		     : count ? grid_print(grid, out)
			     : 0))
		ret = error_set(error, -ENOMEM, "out of memory");
	grid_free(grid);
	return ret ? ret : count;
}
