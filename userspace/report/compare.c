/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "report/event_types.h"
#include "report/grid.h"
#include "report/json.h"
#include "report/mann_whitney.h"
#include "report/tally.h"

struct sample {
	uint32_t name; /* position of its row in the names */
	uint32_t side;
	int64_t context;
	double ns;
};

struct samples {
	struct tally names; /* name and kind of what is compared */
	struct sample *items;
	size_t count;
	size_t capacity;
	uint32_t side;
	struct error *error;
};

struct side { /* one name's values of one side, smallest first: a run of the samples' array */
	double *values;
	size_t count;
};

enum { KIND, NAME, RUNS_A, RUNS_B, MEDIAN_A, MEDIAN_B, CHANGE, P, VERDICT, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[KIND] = { "kind", "kind", GRID_TEXT },
	[NAME] = { "name", "name", GRID_TEXT },
	[RUNS_A] = { "runs A", "runs_a", GRID_COUNT },
	[RUNS_B] = { "runs B", "runs_b", GRID_COUNT },
	[MEDIAN_A] = { "median A", "median_a_ms", GRID_DURATION },
	[MEDIAN_B] = { "median B", "median_b_ms", GRID_DURATION },
	[CHANGE] = { "change %", "change_percent", GRID_NUMBER },
	[P] = { "p", "p", GRID_NUMBER },
	[VERDICT] = { "verdict", "verdict", GRID_TEXT },
};

static int add_sample(struct samples *samples, const struct sample *sample)
{
	size_t capacity = samples->capacity ? samples->capacity * 2 : 256;
	struct sample *items;

	if (samples->count == COMPARE_SPANS)
		return error_set(samples->error, -E2BIG,
				 "more than %d spans to compare: take fewer runs", COMPARE_SPANS);
	if (samples->count == samples->capacity) {
		items = reallocarray(samples->items, capacity, sizeof(*items));
		if (!items)
			return error_set(samples->error, -ENOMEM, "out of memory");
		samples->items = items;
		samples->capacity = capacity;
	}
	samples->items[samples->count++] = *sample;
	return 0;
}

static int take(const struct store_row *row, void *data)
{
	struct samples *samples = data;
	bool is_span = row->type == TP_SPAN;
	struct sample sample = { .side = samples->side,
				 .context = row->context,
				 .ns = (double)row->value };
	const char *name = is_span && row->name[0] ? row->name[0] : is_span ? "-" : row->app;
	struct tally_row *counted;
	char full[TALLY_NAME];

	snprintf(full, sizeof(full), "%s%s%s", name, is_span && row->name[1] ? " " : "",
		 is_span && row->name[1] ? row->name[1] : "");
	counted =
		tally_row(&samples->names, full, is_span ? event_kind_text(row->kind) : "process");
	if (!counted)
		return error_set(samples->error, -ENOMEM, "out of memory");
	counted->total++;
	sample.name = (uint32_t)(counted - samples->names.rows);
	return add_sample(samples, &sample);
}

static int order(double left, double right)
{
	return (left > right) - (left < right);
}

static int compare_samples(const void *a, const void *b)
{
	const struct sample *left = a, *right = b;

	if (left->name != right->name)
		return left->name < right->name ? -1 : 1;
	if (left->side != right->side)
		return left->side < right->side ? -1 : 1;
	if (left->context != right->context)
		return left->context < right->context ? -1 : 1;
	return order(left->ns, right->ns);
}

static int compare_values(const void *a, const void *b)
{
	return order(*(const double *)a, *(const double *)b);
}

static double median(const double *values, size_t count)
{
	if (!count)
		return NAN;
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* From the sorted samples of one name on one side to the median of each process, sorted.
 * Return: how many samples were used; @side->values has room for all of them. */
static size_t take_side(const struct sample *samples, size_t count, uint32_t name, uint32_t which,
			struct side *side)
{
	size_t i = 0, first, in_process;

	side->count = 0;
	while (i < count && samples[i].name == name && samples[i].side == which) {
		for (first = i; i < count && samples[i].name == name && samples[i].side == which &&
				samples[i].context == samples[first].context;)
			i++;
		in_process = i - first;
		side->values[side->count++] = (samples[first + (in_process - 1) / 2].ns +
					       samples[first + in_process / 2].ns) /
					      2;
	}
	if (side->count)
		qsort(side->values, side->count, sizeof(double), compare_values);
	return i;
}

static const char *verdict(const struct side *a, const struct side *b, double change, double p)
{
	if (!a->count || !b->count)
		return a->count ? "only in A" : "only in B";
	if (a->count < COMPARE_RUNS_MIN || b->count < COMPARE_RUNS_MIN)
		return "too few runs";
	if (p >= COMPARE_P || fabs(change) < COMPARE_CHANGE)
		return "no difference";
	return change > 0 ? "slower" : "faster";
}

static void fill_row(struct grid *grid, const struct tally_row *row, const struct side *a,
		     const struct side *b)
{
	double before = median(a->values, a->count), after = median(b->values, b->count);
	double change = before > 0 ? after / before - 1 : NAN;
	double p = a->count && b->count ? mann_whitney_p(a->values, a->count, b->values, b->count)
					: NAN;

	grid_row(grid);
	grid_text(grid, KIND, row->detail);
	grid_text(grid, NAME, row->name);
	grid_number(grid, RUNS_A, (double)a->count);
	grid_number(grid, RUNS_B, (double)b->count);
	grid_number(grid, MEDIAN_A, before);
	grid_number(grid, MEDIAN_B, after);
	grid_number(grid, CHANGE, round(change * 1000) / 10);
	grid_number(grid, P, p);
	grid_text(grid, VERDICT, verdict(a, b, change, p));
}

static struct grid *fill_grid(struct samples *samples)
{
	struct grid *grid = grid_new(columns, COLUMNS);
	double *scratch = calloc(samples->count + 1, sizeof(*scratch));
	struct side a = { .values = scratch }, b;
	size_t at = 0;
	uint32_t name;

	if (!grid || !scratch)
		goto fail;
	if (samples->count)
		qsort(samples->items, samples->count, sizeof(*samples->items), compare_samples);
	for (name = 0; name < samples->names.count; name++) {
		at += take_side(samples->items + at, samples->count - at, name, 0, &a);
		b.values = scratch + a.count;
		at += take_side(samples->items + at, samples->count - at, name, 1, &b);
		fill_row(grid, &samples->names.rows[name], &a, &b);
	}
	free(scratch);
	return grid;
fail:
	free(scratch);
	grid_free(grid);
	return NULL;
}

static int load(struct samples *samples, struct store *store, uint32_t side, struct error *error)
{
	const struct store_filter filter = { .types = 1u << TP_SPAN | 1u << TP_EXIT };

	samples->side = side;
	samples->error = error;
	return store_each(store, &filter, take, samples, error);
}

static int print(struct samples *samples, FILE *out, bool is_json, struct error *error)
{
	struct grid *grid = fill_grid(samples);
	int ret = grid ? 0 : -ENOMEM;

	if (grid && is_json)
		ret = json_print(grid_json(grid), out);
	else if (grid)
		ret = grid_print(grid, out);
	grid_free(grid);
	return ret ? error_set(error, ret, "out of memory") : 0;
}

int compare_print(FILE *out, struct store *a, struct store *b, bool is_json, struct error *error)
{
	struct samples samples = { 0 };
	int ret;

	tally_init(&samples.names);
	ret = load(&samples, a, 0, error);
	if (!ret)
		ret = load(&samples, b, 1, error);
	if (!ret)
		ret = print(&samples, out, is_json, error);
	free(samples.items);
	tally_clear(&samples.names);
	return ret;
}
