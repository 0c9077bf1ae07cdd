/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_undeclared.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "cli/emit_marker.h"
#include "report/json.h"

void undeclared_note(struct run_undeclared *undeclared, enum tp_type type, uint8_t kind, int index)
{
	bool is_command = type == TP_SPAN && kind == TP_KIND_COMMAND;
	uint8_t *names = is_command ? &undeclared->of_command : &undeclared->of_other[type];

	*names |= (uint8_t)(1u << index);
}

/* The names of a record, in its order, as text arguments of markers: those of the begin, but for
 * a span's last, which comes with its end. */
static const struct {
	enum tp_type type;
	enum tp_marker marker, last_marker;
	int last; /* index of that name; -1: all are of one marker */
} origins[] = {
	{ TP_SPAN, TP_MARKER_SPAN_BEGIN, TP_MARKER_SPAN_END, 3 },
	{ TP_TAG, TP_MARKER_TAG, 0, -1 },
	{ TP_COUNT, TP_MARKER_COUNT, 0, -1 },
	{ TP_MEASURE, TP_MARKER_MEASURE, 0, -1 },
	{ TP_ERROR, TP_MARKER_ERROR, 0, -1 },
	{ TP_RECOVERED, TP_MARKER_RECOVERED, 0, -1 },
	{ TP_FEATURE, TP_MARKER_FEATURE, 0, -1 },
	{ TP_DECISION, TP_MARKER_DECISION, 0, -1 },
	{ TP_LIFECYCLE, TP_MARKER_LIFECYCLE, 0, -1 },
	{ TP_SESSION_BEGIN, TP_MARKER_SESSION_BEGIN, 0, -1 },
	{ TP_SESSION_END, TP_MARKER_SESSION_END, 0, -1 },
};

typedef void (*visitor)(enum tp_marker marker, const char *argument, void *data);

static void visit_names(uint8_t names, enum tp_marker marker, enum tp_marker last_marker, int last,
			visitor visit, void *data)
{
	int i;

	for (i = 0; i < TP_NAMES; i++) {
		if (!(names >> i & 1))
			continue;
		if (i == last) /* behind the name it repeats */
			visit(last_marker, emit_text_name(last_marker, 1), data);
		else
			visit(marker, emit_text_name(marker, i), data);
	}
}

static void visit_all(const struct run_undeclared *undeclared, visitor visit, void *data)
{
	size_t i;

	visit_names(undeclared->of_command, TP_MARKER_COMMAND_BEGIN, TP_MARKER_COMMAND_END, 3,
		    visit, data);
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
		visit_names(undeclared->of_other[origins[i].type], origins[i].marker,
			    origins[i].last_marker, origins[i].last, visit, data);
}

static void print(enum tp_marker marker, const char *argument, void *data)
{
	fprintf(data,
		"  not stored: %s of %s, made at run time (no constant of the program's file, "
		"kept as [UNDECLARED])\n",
		argument, emit_marker_name(marker));
}

void undeclared_print(FILE *out, const struct run_undeclared *undeclared)
{
	visit_all(undeclared, print, out);
}

struct list {
	cJSON *rows;
	bool is_whole;
};

static void add(enum tp_marker marker, const char *argument, void *data)
{
	struct list *list = data;
	cJSON *row = cJSON_CreateObject();

	list->is_whole &= json_add_text(row, "marker", emit_marker_name(marker));
	list->is_whole &= json_add_text(row, "argument", argument);
	if (cJSON_AddItemToArray(list->rows, row))
		return;
	cJSON_Delete(row);
	list->is_whole = false;
}

cJSON *undeclared_json(const struct run_undeclared *undeclared)
{
	struct list list = { .rows = cJSON_CreateArray(), .is_whole = true };

	visit_all(undeclared, add, &list);
	return json_whole(list.rows, list.is_whole);
}
