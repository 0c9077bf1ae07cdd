/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/grid.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/utf8.h"
#include "report/text.h"

enum { BAR_WIDTH = 20, CELL_BYTES = 96 };

struct cell {
	bool is_set;
	double number;
	char *text; /* of a GRID_TEXT cell */
};

struct grid {
	const struct grid_column *columns;
	size_t column_count;
	struct cell *cells; /* rows times columns */
	size_t rows;
	size_t capacity; /* rows */
	bool is_short;	 /* a row or a text is missing for lack of memory */
};

struct grid *grid_new(const struct grid_column *columns, size_t count)
{
	struct grid *grid = calloc(1, sizeof(*grid));

	if (grid) {
		grid->columns = columns;
		grid->column_count = count;
	}
	return grid;
}

void grid_keep_last(struct grid *grid, size_t count)
{
	const size_t dropped = grid->rows > count ? grid->rows - count : 0;
	const size_t cells = dropped * grid->column_count;
	size_t i;

	if (!dropped)
		return;
	for (i = 0; i < cells; i++)
		free(grid->cells[i].text);
	grid->rows -= dropped;
	memmove(grid->cells, grid->cells + cells,
		grid->rows * grid->column_count * sizeof(*grid->cells));
}

void grid_free(struct grid *grid)
{
	if (!grid)
		return;
	grid_keep_last(grid, 0);
	free(grid->cells);
	free(grid);
}

size_t grid_rows(const struct grid *grid)
{
	return grid->rows;
}

void grid_row(struct grid *grid)
{
	size_t capacity = grid->capacity ? grid->capacity * 2 : 16;
	struct cell *cells;

	if (grid->rows == grid->capacity) {
		cells = reallocarray(grid->cells, capacity,
				     grid->column_count * sizeof(*grid->cells));
		if (!cells) {
			grid->is_short = true;
			return;
		}
		grid->cells = cells;
		grid->capacity = capacity;
	}
	memset(grid->cells + grid->rows * grid->column_count, 0,
	       grid->column_count * sizeof(*grid->cells));
	grid->rows++;
}

static struct cell *current(struct grid *grid, size_t column)
{
	if (!grid->rows || grid->is_short)
		return NULL;
	return &grid->cells[(grid->rows - 1) * grid->column_count + column];
}

void grid_text(struct grid *grid, size_t column, const char *text)
{
	struct cell *cell = current(grid, column);

	if (!cell || !text)
		return;
	free(cell->text);
	cell->text = strdup(text);
	cell->is_set = cell->text;
	grid->is_short |= !cell->text;
}

void grid_number(struct grid *grid, size_t column, double number)
{
	struct cell *cell = current(grid, column);

	if (!cell)
		return;
	cell->is_set = !isnan(number);
	cell->number = number;
}

/* Whole and half blocks of a bar; each is three bytes of UTF-8. */
static void draw_bar(double share, char out[CELL_BYTES])
{
	int halves = (int)lround((share > 1 ? 1 : share) * BAR_WIDTH * 2), length = 0;

	for (; halves > 0; halves -= 2)
		length += snprintf(out + length, (size_t)(CELL_BYTES - length), "%s",
				   halves >= 2 ? "\u2588" : "\u258c");
	out[length] = '\0';
}

static void format_cell(const struct cell *cell, enum grid_kind kind, char out[CELL_BYTES])
{
	out[0] = '-';
	out[1] = '\0';
	if (!cell->is_set)
		return;
	switch (kind) {
	case GRID_TEXT:
		break; /* printed from where it is */
	case GRID_COUNT:
		snprintf(out, CELL_BYTES, "%.0f", cell->number);
		break;
	case GRID_NUMBER:
		snprintf(out, CELL_BYTES, "%.4g", cell->number);
		break;
	case GRID_DURATION:
		text_duration(cell->number, out);
		break;
	case GRID_SHARE:
		snprintf(out, CELL_BYTES, "%.*f %%", cell->number < 0.1 ? 1 : 0,
			 cell->number * 100);
		break;
	case GRID_BAR:
		draw_bar(cell->number, out);
		break;
	case GRID_BYTES:
		text_bytes(cell->number, out);
		break;
	}
}

/* Columns a text takes on a terminal: one a character, as text_print() writes it. */
static int width_of(const char *text)
{
	uint32_t value;
	int width = 0;

	for (; *text; text += utf8_take(text, SIZE_MAX, &value))
		width++;
	return width;
}

static const char *cell_text(const struct grid *grid, size_t row, size_t column,
			     char scratch[CELL_BYTES])
{
	const struct cell *cell = &grid->cells[row * grid->column_count + column];

	if (cell->text)
		return cell->text;
	format_cell(cell, grid->columns[column].kind, scratch);
	return scratch;
}

static void print_cell(FILE *file, const char *text, int width, bool is_left, bool is_last)
{
	int padding = width - width_of(text);

	if (!is_left)
		fprintf(file, "%*s", padding, "");
	text_print(text, file);
	if (!is_last)
		fprintf(file, "%*s  ", is_left ? padding : 0, "");
}

static bool is_left(enum grid_kind kind)
{
	return kind == GRID_TEXT || kind == GRID_BAR;
}

static size_t last_shown(const struct grid *grid)
{
	size_t i, last = 0;

	for (i = 0; i < grid->column_count; i++)
		if (grid->columns[i].title)
			last = i;
	return last;
}

static void print_line(const struct grid *grid, FILE *file, const int *widths, size_t row,
		       bool is_heading)
{
	size_t last = last_shown(grid), i;
	char scratch[CELL_BYTES];

	for (i = 0; i <= last; i++) {
		if (!grid->columns[i].title)
			continue;
		print_cell(file,
			   is_heading ? grid->columns[i].title : cell_text(grid, row, i, scratch),
			   widths[i], is_left(grid->columns[i].kind), i == last);
	}
}

int grid_print(const struct grid *grid, FILE *file)
{
	int widths[GRID_COLUMNS], width;
	char scratch[CELL_BYTES];
	size_t i, row;

	if (grid->is_short)
		return -ENOMEM;
	for (i = 0; i < grid->column_count; i++) {
		widths[i] = grid->columns[i].title ? width_of(grid->columns[i].title) : 0;
		for (row = 0; row < grid->rows; row++) {
			width = width_of(cell_text(grid, row, i, scratch));
			if (width > widths[i])
				widths[i] = width;
		}
	}
	fputs(text_style(file, TEXT_HEADING), file);
	print_line(grid, file, widths, 0, true);
	fprintf(file, "%s\n", text_style(file, TEXT_PLAIN));
	for (row = 0; row < grid->rows; row++) {
		print_line(grid, file, widths, row, false);
		putc('\n', file);
	}
	return 0;
}

static cJSON *cell_json(const struct cell *cell, enum grid_kind kind)
{
	if (!cell->is_set)
		return cJSON_CreateNull();
	if (kind == GRID_TEXT)
		return cJSON_CreateString(cell->text);
	return cJSON_CreateNumber(kind == GRID_DURATION ? cell->number / 1e6 : cell->number);
}

static cJSON *row_json(const struct grid *grid, size_t row)
{
	cJSON *object = cJSON_CreateObject(), *item;
	size_t i;

	for (i = 0; object && i < grid->column_count; i++) {
		if (!grid->columns[i].key)
			continue;
		item = cell_json(&grid->cells[row * grid->column_count + i], grid->columns[i].kind);
		if (!item || !cJSON_AddItemToObject(object, grid->columns[i].key, item)) {
			cJSON_Delete(item);
			cJSON_Delete(object);
			return NULL;
		}
	}
	return object;
}

cJSON *grid_json(const struct grid *grid)
{
	cJSON *array = grid->is_short ? NULL : cJSON_CreateArray(), *object;
	size_t row;

	for (row = 0; array && row < grid->rows; row++) {
		object = row_json(grid, row);
		if (!object || !cJSON_AddItemToArray(array, object)) {
			cJSON_Delete(object);
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}
