/* SPDX-License-Identifier: GPL-2.0-only */
/* stored_columns.h - what each column of a person's database holds, as `explain` tells it. The tables
 * themselves are store/sql.c's; tests/cli/cases.py compares. To add one: a row. */
#ifndef TELPROBE_REPORT_STORED_COLUMNS_H
#define TELPROBE_REPORT_STORED_COLUMNS_H

#include <stddef.h>

struct stored_column {
	const char *table;
	const char *name;
	const char *holds; /* lower case, no full stop; a field of an event by its name */
};

/** stored_columns_at() - row @index, NULL behind the last. */
const struct stored_column *stored_columns_at(size_t index);

#endif
