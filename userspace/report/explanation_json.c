/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdbool.h>
#include <string.h>

#include "privacy/categories.h"
#include "privacy/consent.h"
#include "report/explanation.h"
#include "report/json.h"
#include "report/stored_columns.h"

static bool add(cJSON *object, const char *name, cJSON *item)
{
	if (item && cJSON_AddItemToObject(object, name, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool append(cJSON *array, cJSON *item)
{
	if (item && cJSON_AddItemToArray(array, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool append_text(cJSON *array, const char *text)
{
	return append(array, cJSON_CreateString(text));
}

static bool add_lines(cJSON *json, const char *name, const char *(*at)(size_t index))
{
	cJSON *array = cJSON_AddArrayToObject(json, name);
	bool is_whole = array != NULL;
	const char *line;
	size_t i;

	for (i = 0; is_whole && (line = at(i)); i++)
		is_whole = append_text(array, line);
	return is_whole;
}

static bool add_levels(cJSON *json)
{
	cJSON *array = cJSON_AddArrayToObject(json, "levels"), *row;
	bool is_whole = array != NULL;
	const char *says;
	int level;

	for (level = TP_LEVEL_OFF; is_whole && (says = explanation_level_says(level)); level++) {
		row = cJSON_CreateObject();
		is_whole = append(array, row) &&
			   json_add_text(row, "level", consent_level_name((enum tp_level)level)) &&
			   json_add_text(row, "collects", says);
	}
	return is_whole;
}

static bool add_categories(cJSON *json)
{
	cJSON *array = cJSON_AddArrayToObject(json, "categories"), *row;
	bool is_whole = array != NULL;
	const char *name;
	unsigned int i;

	for (i = 0; is_whole && (name = category_name(i)); i++) {
		row = cJSON_CreateObject();
		is_whole = append(array, row) && json_add_text(row, "category", name) &&
			   json_add_text(row, "collects", category_what(i));
	}
	return is_whole;
}

static bool add_keeping(cJSON *json, const struct explanation_keeping *keeping)
{
	cJSON *object = cJSON_AddObjectToObject(json, "retention");

	return json_add_number(object, "days", (double)keeping->days) &&
	       json_add_number(object, "own_days", (double)keeping->own_days) &&
	       json_add_number(object, "machine_days", (double)keeping->machine_days) &&
	       json_add_number(object, "max_bytes", (double)keeping->max_bytes) &&
	       cJSON_AddBoolToObject(object, "is_in_force", keeping->is_in_force);
}

/* "source.product" of every event, "day" of the totals. */
static bool add_names(cJSON *json, const char *name, enum purpose_part part)
{
	cJSON *array = cJSON_AddArrayToObject(json, name);
	const struct purpose_field *field;
	bool is_whole = array != NULL;
	size_t i;

	for (i = 0; is_whole && (field = purpose_fields_at(i)); i++)
		if (field->part == part)
			is_whole = append_text(array, field->name);
	return is_whole;
}

/* The fields of @type, and those of them that are collected at full alone. */
static bool add_fields_of(cJSON *object, const struct event_type *type)
{
	cJSON *names = cJSON_AddArrayToObject(object, "fields");
	cJSON *at_full = cJSON_AddArrayToObject(object, "at_full");
	const int level = event_field_level(NULL, type);
	const struct event_field *field;
	bool is_whole = names && at_full;
	size_t i;

	for (i = 0; is_whole && (field = event_fields_at(i)); i++) {
		if (!event_field_is_of(field, type))
			continue;
		is_whole = append_text(names, field->name);
		if (is_whole && event_field_level(field, type) > level)
			is_whole = append_text(at_full, field->name);
	}
	return is_whole;
}

static bool add_events(cJSON *json)
{
	cJSON *array = cJSON_AddArrayToObject(json, "events"), *row;
	const struct purpose_kind *kind;
	bool is_whole = array != NULL;
	struct event_type type;
	size_t i;

	for (i = 0; is_whole && (type = event_types_at(i)).name; i++) {
		kind = purpose_kind_of(type.name);
		row = cJSON_CreateObject();
		is_whole = append(array, row) && json_add_text(row, "event_type", type.name) &&
			   json_add_text(row, "kind", kind ? kind->name : NULL) &&
			   json_add_text(row, "level",
					 consent_level_name(event_field_level(NULL, &type))) &&
			   json_add_text(row, "category", explanation_category(&type)) &&
			   json_add_text(row, "what", kind ? kind->what : NULL) &&
			   json_add_text(row, "purpose", kind ? kind->purpose : NULL) &&
			   add_fields_of(row, &type);
	}
	return is_whole;
}

/* A number or truth as such, any other text as text. */
static cJSON *example_json(const char *example)
{
	cJSON *value = cJSON_ParseWithOpts(example, NULL, true);

	return value ? value : cJSON_CreateString(example);
}

static bool add_types_of(cJSON *row, const struct purpose_field *field)
{
	cJSON *array = cJSON_AddArrayToObject(row, "events");
	bool is_whole = array != NULL;
	struct event_type type;
	size_t i;

	for (i = 0; is_whole && (type = event_types_at(i)).name; i++)
		if (purpose_is_of(field, &type))
			is_whole = append_text(array, type.name);
	return is_whole;
}

static bool add_field(cJSON *array, const struct purpose_field *field,
		      const struct explanation_keeping *keeping)
{
	const bool is_kept_for_days = field->part < PURPOSE_SHOWN;
	cJSON *row = cJSON_CreateObject();
	char kept[160];

	explanation_kept(field->part, keeping, kept);
	return append(array, row) && json_add_text(row, "name", field->name) &&
	       json_add_text(row, "part", purpose_part_name(field->part)) &&
	       (field->part != PURPOSE_PAYLOAD || add_types_of(row, field)) &&
	       json_add_text(row, "level", consent_level_name(purpose_level(field))) &&
	       json_add_text(row, "meaning", purpose_meaning(field)) &&
	       add(row, "example", example_json(field->example)) &&
	       json_add_text(row, "purpose", field->purpose) && json_add_text(row, "kept", kept) &&
	       (is_kept_for_days ? json_add_number(row, "kept_days", (double)keeping->days)
				 : cJSON_AddNullToObject(row, "kept_days") != NULL) &&
	       json_add_text(row, "where", explanation_where(field->part));
}

static bool add_fields(cJSON *json, const struct explanation_keeping *keeping)
{
	cJSON *array = cJSON_AddArrayToObject(json, "fields");
	const struct purpose_field *field;
	bool is_whole = array != NULL;
	size_t i;

	for (i = 0; is_whole && (field = purpose_fields_at(i)); i++)
		is_whole = add_field(array, field, keeping);
	return is_whole;
}

static bool add_columns(cJSON *json)
{
	cJSON *array = cJSON_AddArrayToObject(json, "database"), *row;
	const struct stored_column *column;
	bool is_whole = array != NULL;
	size_t i;

	for (i = 0; is_whole && (column = stored_columns_at(i)); i++) {
		row = cJSON_CreateObject();
		is_whole = append(array, row) && json_add_text(row, "table", column->table) &&
			   json_add_text(row, "column", column->name) &&
			   json_add_text(row, "holds", column->holds);
	}
	return is_whole;
}

cJSON *explanation_json(const struct explanation_keeping *keeping)
{
	cJSON *json = cJSON_CreateObject();

	return json_whole(json, json_add_number(json, "text_version", CONSENT_TEXT_VERSION) &&
					add_lines(json, "never", explanation_never_at) &&
					add_lines(json, "kept", explanation_kept_at) &&
					json_add_text(json, "for_whom", explanation_for_whom()) &&
					add_levels(json) && add_categories(json) &&
					add_keeping(json, keeping) &&
					add_names(json, "totals", PURPOSE_TOTALS) &&
					add_names(json, "envelope", PURPOSE_EVENT) &&
					add_events(json) && add_fields(json, keeping) &&
					add_columns(json));
}
