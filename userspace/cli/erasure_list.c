/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/erasure_list.h"

#include "cli/answer.h"
#include "cli/database.h"
#include "lib/clock.h"
#include "report/grid.h"
#include "report/person.h"

enum { DELETED, WHOSE, BY, EVENTS, FREED, COLUMNS };

static const struct grid_column columns[] = {
	[DELETED] = { "deleted", "deleted_at", GRID_TEXT },
	[WHOSE] = { "whose", "person", GRID_TEXT },
	[BY] = { "by", "by", GRID_TEXT },
	[EVENTS] = { "events", "events", GRID_COUNT },
	[FREED] = { "freed", "freed_bytes", GRID_BYTES },
};

struct listing {
	struct grid *grid;
	struct person_names names;
};

static const char *who(struct listing *listing, const struct store_erasure *erasure)
{
	if (erasure->by == STORE_BY_END)
		return "end of a yes (enable --for)";
	return person_name(&listing->names, erasure->by);
}

static int add(const struct store_erasure *erasure, void *data)
{
	struct listing *listing = data;
	char time[CLOCK_TEXT];

	clock_format(erasure->time_us, time);
	grid_row(listing->grid);
	grid_text(listing->grid, DELETED, time);
	grid_text(listing->grid, WHOSE, person_name(&listing->names, erasure->uid));
	grid_text(listing->grid, BY, who(listing, erasure));
	grid_number(listing->grid, EVENTS, (double)erasure->events);
	grid_number(listing->grid, FREED, (double)erasure->bytes);
	return 0;
}

int erasure_list(const struct cli *cli)
{
	struct listing listing = { .grid = grid_new(columns, COLUMNS) };
	struct error error;
	struct store *store;
	int ret = database_open(cli, STORE_READ, &store);

	if (ret) {
		grid_free(listing.grid);
		return ret;
	}
	ret = listing.grid ? store_each_erasure(store, add, &listing, &error) : 0;
	store_close(store);
	if (!ret)
		return answer_grid(cli, listing.grid, "nothing was deleted yet");
	grid_free(listing.grid);
	return cli_fail(cli, &error);
}
