/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/explanation.h"

#include <errno.h>
#include <string.h>

#include "report/event_types.h"
#include "report/grid.h"
#include "report/text.h"

static const char *const never[] = {
	"arguments, typed text, file contents, messages of errors, environment values",
	"paths, user names, host names, addresses, hardware ids, process ids, ids the program "
	"gives",
	"anything of a program without markers beside that it ran and how it ended",
	"anything where DO_NOT_TRACK or TELPROBE_ENABLED=0 is set when you type the command",
	"anything a process does after it asked for silence, and what it executes",
	"anything of programs outside the command you ran or the targets that are on for you",
};

static const char *const kept[] = {
	"Names are constants of the program's own file and are read there, not in its memory. What "
	"is no such constant is kept as [UNDECLARED], unread.",
	"Names look like identifiers; any other text is kept as [REDACTED].",
	"A measure is kept as the bucket it falls into, 16 buckets for each doubling.",
	"Events stand in the file you name with --db, which only you may read, and leave it by "
	"export alone. Telprobe opens no network connection.",
	"A session is what you do in one program until 30 minutes of quiet or midnight UTC; its id "
	"is random. The file itself belongs to you: who holds it knows that its events are yours.",
};

static const struct {
	const char *name;
	const char *collects;
} levels[] = {
	[TP_LEVEL_OFF] = { "off", "nothing" },
	[TP_LEVEL_BASIC] = { "basic", "no single events" },
	[TP_LEVEL_ENHANCED] = { "enhanced",
				"commands, errors, features, decisions, counters, tags, "
				"sessions, how processes ended" },
	[TP_LEVEL_FULL] = { "full", "the same, with the spans inside commands, measures, and the "
				    "processor time, memory and i/o of processes" },
};

enum { LEVEL_COUNT = sizeof(levels) / sizeof(levels[0]) };
enum { LEVEL, COLLECTS, LEVEL_COLUMNS };
enum { EVENT, EVENT_LEVEL, EVENT_COLUMNS };
enum { FIELD, MEANING, FIELD_COLUMNS };

static const struct grid_column level_columns[] = {
	[LEVEL] = { "level", "level", GRID_TEXT },
	[COLLECTS] = { "collects", "collects", GRID_TEXT },
};

static const struct grid_column field_columns[] = {
	[FIELD] = { "field", "name", GRID_TEXT },
	[MEANING] = { "meaning", "meaning", GRID_TEXT },
};

static struct grid *level_grid(void)
{
	struct grid *grid = grid_new(level_columns, LEVEL_COLUMNS);
	size_t i;

	for (i = 0; grid && i < LEVEL_COUNT; i++) {
		grid_row(grid);
		grid_text(grid, LEVEL, levels[i].name);
		grid_text(grid, COLLECTS, levels[i].collects);
	}
	return grid;
}

static struct grid *field_grid(void)
{
	struct grid *grid = grid_new(field_columns, FIELD_COLUMNS);
	const struct event_field *field;
	size_t i;

	for (i = 0; grid && (field = event_fields_at(i)); i++) {
		grid_row(grid);
		grid_text(grid, FIELD, field->name);
		grid_text(grid, MEANING, field->meaning);
	}
	return grid;
}

static const char *level_of(const struct event_type *type)
{
	bool is_command = !strncmp(type->name, "command_", strlen("command_"));

	return levels[event_level_of(type->type, is_command ? TP_KIND_COMMAND : TP_KIND_TOOL)].name;
}

/* Events that are published with the same fields stand together. */
static void print_type(FILE *out, enum tp_type wanted, const char *level)
{
	struct event_type type, last = { 0 };
	const struct event_field *field;
	const char *before = "";
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		if (type.type != wanted || strcmp(level_of(&type), level))
			continue;
		fprintf(out, "%s%s", before, type.name);
		before = ", ";
		last = type;
	}
	if (!*before)
		return;
	fprintf(out, " (%s)\n    ", level);
	before = "";
	for (i = 0; (field = event_fields_at(i)); i++) {
		if (!event_field_is_of(field, &last))
			continue;
		fprintf(out, "%s%s", before, field->name);
		before = ", ";
	}
	putc('\n', out);
}

static int print_grid(FILE *out, struct grid *grid)
{
	int ret = grid ? grid_print(grid, out) : -ENOMEM;

	grid_free(grid);
	return ret;
}

static void print_list(FILE *out, const char *heading, const char *const *lines, size_t count)
{
	size_t i;

	fprintf(out, "%s%s%s\n", text_style(out, TEXT_HEADING), heading,
		text_style(out, TEXT_PLAIN));
	for (i = 0; i < count; i++)
		fprintf(out, "- %s\n", lines[i]);
	putc('\n', out);
}

void explanation_print_never(FILE *out)
{
	print_list(out, "Never collected, whatever the level", never,
		   sizeof(never) / sizeof(never[0]));
}

int explanation_print_levels(FILE *out)
{
	return print_grid(out, level_grid());
}

int explanation_print(FILE *out)
{
	int type, level, ret;

	explanation_print_never(out);
	print_list(out, "What is kept, and where", kept, sizeof(kept) / sizeof(kept[0]));
	ret = explanation_print_levels(out);
	fprintf(out, "\n%sEvents, with the level they need and their fields%s\n",
		text_style(out, TEXT_HEADING), text_style(out, TEXT_PLAIN));
	for (type = TP_SPAN; type < TP_DISCOVER; type++)
		for (level = TP_LEVEL_ENHANCED; level <= TP_LEVEL_FULL; level++)
			print_type(out, (enum tp_type)type, levels[level].name);
	putc('\n', out);
	return ret ? ret : print_grid(out, field_grid());
}

static bool add(cJSON *object, const char *name, cJSON *item)
{
	if (item && cJSON_AddItemToObject(object, name, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool add_grid(cJSON *object, const char *name, struct grid *grid)
{
	cJSON *rows = grid ? grid_json(grid) : NULL;

	grid_free(grid);
	return add(object, name, rows);
}

static cJSON *event_object(const struct event_type *type)
{
	cJSON *object = cJSON_CreateObject(), *names = cJSON_CreateArray(), *name;
	const struct event_field *field;
	size_t i;

	for (i = 0; (field = event_fields_at(i)); i++) {
		if (!event_field_is_of(field, type))
			continue;
		name = cJSON_CreateString(field->name);
		if (!cJSON_AddItemToArray(names, name)) {
			cJSON_Delete(name);
			cJSON_Delete(names);
			names = NULL;
			break;
		}
	}
	if (add(object, "fields", names) &&
	    cJSON_AddStringToObject(object, "event_type", type->name) &&
	    cJSON_AddStringToObject(object, "level", level_of(type)))
		return object;
	cJSON_Delete(object);
	return NULL;
}

static cJSON *events_array(void)
{
	cJSON *array = cJSON_CreateArray(), *object;
	struct event_type type;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		object = event_object(&type);
		if (!cJSON_AddItemToArray(array, object)) {
			cJSON_Delete(object);
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}

cJSON *explanation_json(void)
{
	cJSON *json = cJSON_CreateObject();

	if (add(json, "never", cJSON_CreateStringArray(never, sizeof(never) / sizeof(never[0]))) &&
	    add(json, "kept", cJSON_CreateStringArray(kept, sizeof(kept) / sizeof(kept[0]))) &&
	    add_grid(json, "levels", level_grid()) && add(json, "events", events_array()) &&
	    add_grid(json, "fields", field_grid()))
		return json;
	cJSON_Delete(json);
	return NULL;
}
