/* SPDX-License-Identifier: GPL-2.0-only */
/* grid.h - rows that are printed as an aligned table or as JSON, from one definition of columns.
 * Of text of other programs what printable.h refuses is replaced in both (in JSON by escapes, see
 * json.h).
 * Colour is used on a terminal only and never when NO_COLOR is set. A grid that ran out of memory
 * remembers it: check once, with grid_print() or grid_json(). */
#ifndef TELPROBE_REPORT_GRID_H
#define TELPROBE_REPORT_GRID_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdio.h>

enum grid_kind {
	GRID_TEXT,
	GRID_COUNT,    /* whole number */
	GRID_NUMBER,   /* up to 4 significant digits in text, all of them in JSON */
	GRID_DURATION, /* ns in, ms in JSON, "1.23 ms" in text */
	GRID_SHARE,    /* 0..1 in and in JSON, "12 %" in text */
	GRID_BAR,      /* 0..1, drawn; not in JSON */
	GRID_BYTES,    /* "1.2 MB" */
};

struct grid_column {
	const char *title; /* heading; NULL: not in text */
	const char *key;   /* JSON; NULL: not there */
	enum grid_kind kind;
};

enum { GRID_COLUMNS = 16 };

struct grid;

/** grid_new() - @columns: an array that outlives the grid. Return: NULL without memory. */
struct grid *grid_new(const struct grid_column *columns, size_t count);
void grid_free(struct grid *grid);

/** grid_row() - begin a row; its cells are absent ("-", null) until set. */
void grid_row(struct grid *grid);
void grid_text(struct grid *grid, size_t column, const char *text); /* copied; NULL: absent */
void grid_number(struct grid *grid, size_t column, double number);
size_t grid_rows(const struct grid *grid);

/** grid_keep_last() - drop all but the last @count rows */
void grid_keep_last(struct grid *grid, size_t count);

/** grid_print() - heading and rows. Return: 0; -ENOMEM: a row is missing, nothing was printed. */
int grid_print(const struct grid *grid, FILE *file);

/** grid_json() - an array of objects for cJSON_Delete(). Return: NULL: no memory, or a row is
 * missing for lack of it. */
cJSON *grid_json(const struct grid *grid);

#endif
