/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/recent.h"

#include <errno.h>

#include "lib/clock.h"
#include "report/describe.h"
#include "report/event_types.h"
#include "report/grid.h"
#include "report/json.h"
#include "report/person.h"

enum { TIME, PERSON, APP, EVENT, WHAT, DURATION, COLUMNS };

#define COLUMNS_WITH(person_title, person_key)                         \
	{                                                              \
		[TIME] = { "time", "timestamp", GRID_TEXT },           \
		[PERSON] = { person_title, person_key, GRID_TEXT },    \
		[APP] = { "program", "product", GRID_TEXT },           \
		[EVENT] = { "event", "event_type", GRID_TEXT },        \
		[DURATION] = { "took", "duration_ms", GRID_DURATION }, \
		[WHAT] = { "what", "what", GRID_TEXT },                \
	}

static const struct grid_column columns[COLUMNS] = COLUMNS_WITH(NULL, NULL);
static const struct grid_column columns_of_people[COLUMNS] = COLUMNS_WITH("user", "user");

struct recent {
	const struct choice *choice;
	struct grid *grid;
	bool has_people;
	struct person_names names;
};

static int take(const struct store_row *row, void *data)
{
	struct recent *recent = data;
	struct grid *grid = recent->grid;
	char time[CLOCK_TEXT], what[DESCRIBE_BYTES];

	if (!choice_has(recent->choice, row))
		return 0;
	clock_format(row->time_us, time);
	describe_event(row, what);
	grid_row(grid);
	grid_text(grid, TIME, time);
	if (recent->has_people)
		grid_text(grid, PERSON, person_name(&recent->names, row->owner));
	grid_text(grid, APP, row->app);
	grid_text(grid, EVENT, event_type_of(row));
	grid_text(grid, WHAT, what);
	if (row->type == TP_SPAN || row->type == TP_EXIT)
		grid_number(grid, DURATION, (double)row->value);
	return 0;
}

int recent_print(FILE *out, struct store *store, const struct choice *choice, int64_t limit,
		 bool has_people, bool is_json, struct error *error)
{
	const struct store_filter filter = choice_filter(choice, limit);
	struct grid *grid = grid_new(has_people ? columns_of_people : columns, COLUMNS);
	struct recent recent = { .choice = choice, .grid = grid, .has_people = has_people };
	int ret, count;

	if (!grid)
		return error_set(error, -ENOMEM, "out of memory");
	ret = store_each(store, &filter, take, &recent, error);
	if (limit)
		grid_keep_last(grid, (size_t)limit);
	count = (int)grid_rows(grid);
	if (!ret && (is_json ? json_print(grid_json(grid), out)
		     : count ? grid_print(grid, out)
			     : 0))
		ret = error_set(error, -ENOMEM, "out of memory");
	grid_free(grid);
	return ret ? ret : count;
}
