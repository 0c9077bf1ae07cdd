/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/collected.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/consent.h"
#include "report/purpose.h"

int collected_add(struct collected *collected, const struct collected_row *row)
{
	size_t capacity = collected->capacity ? 2 * collected->capacity : 256;
	struct collected_row *rows = collected->rows;

	if (collected->count >= COLLECTED_ROWS)
		return -EINVAL;
	if (collected->count == collected->capacity) {
		rows = realloc(rows, capacity * sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		collected->rows = rows;
		collected->capacity = capacity;
	}
	rows[collected->count++] = *row;
	return 0;
}

static int add(struct collected *collected, const char *event, const char *field, int level)
{
	struct collected_row row = { .level = (uint8_t)level, .was = (uint8_t)level };

	snprintf(row.event, sizeof(row.event), "%s", event);
	snprintf(row.field, sizeof(row.field), "%s", field);
	return collected_add(collected, &row);
}

void collected_clear(struct collected *collected)
{
	free(collected->rows);
	memset(collected, 0, sizeof(*collected));
}

static int add_payload(struct collected *out, const struct event_type *type)
{
	const struct event_field *field;
	int ret = 0;
	size_t i;

	for (i = 0; !ret && (field = event_fields_at(i)); i++)
		if (event_field_is_of(field, type))
			ret = add(out, type->name, field->name, event_field_level(field, type));
	return ret;
}

static int add_part(struct collected *out, enum purpose_part part)
{
	const struct purpose_field *field;
	int ret = 0;
	size_t i;

	for (i = 0; !ret && (field = purpose_fields_at(i)); i++)
		if (field->part == part)
			ret = add(out, purpose_part_name(part), field->name, purpose_level(field));
	return ret;
}

int collected_now(struct collected *out, int64_t keep_days)
{
	struct event_type type;
	int ret;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->keep_days = keep_days;
	ret = add_part(out, PURPOSE_EVENT);
	if (!ret)
		ret = add_part(out, PURPOSE_TOTALS);
	for (i = 0; !ret && (type = event_types_at(i)).name; i++)
		ret = add_payload(out, &type);
	return ret;
}

/* --- the entry of a version: "keep 90", then lines "LEVEL EVENT...: FIELD..." ----------------- */

struct words {
	const char *at;
	size_t length;
};

static bool next_word(struct words *words, const char *end)
{
	words->at += words->length;
	words->at += strspn(words->at, " ");
	words->length = strcspn(words->at, " \n");
	return words->at < end && words->length;
}

static void copy_word(const struct words *words, char out[COLLECTED_NAME])
{
	snprintf(out, COLLECTED_NAME, "%.*s", (int)words->length, words->at);
}

static int add_line(struct collected *out, const char *line, const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	struct words events = { line, 0 }, fields;
	char event[COLLECTED_NAME], field[COLLECTED_NAME], name[COLLECTED_NAME];
	enum tp_level level;
	int ret = 0;

	if (!colon || !next_word(&events, colon))
		return -EINVAL;
	copy_word(&events, name);
	if (consent_level_parse(name, &level))
		return -EINVAL;
	while (!ret && next_word(&events, colon)) {
		copy_word(&events, event);
		event[strcspn(event, ":")] = '\0';
		fields = (struct words){ colon + 1, 0 };
		while (!ret && next_word(&fields, end)) {
			copy_word(&fields, field);
			ret = add(out, event, field, level);
		}
	}
	return ret;
}

int collected_of_version(struct collected *out, uint32_t version, struct error *error)
{
	const char *text = collected_version_text(version), *end;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	if (!text)
		return error_set(error, -ENOENT,
				 "this telprobe knows no text %" PRIu32 " of consent", version);
	for (; !ret && *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		if (!strncmp(text, "keep ", 5))
			out->keep_days = strtoll(text + 5, NULL, 10);
		else
			ret = add_line(out, text, end);
	}
	return ret ? error_set(error, ret, "out of memory") : 0;
}

/* --- an answer of `explain --json` ---------------------------------------------------------- */

static const char *text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static int add_named(struct collected *out, const char *event, const char *field, const char *level)
{
	enum tp_level parsed;

	if (!event || !field || !level || strlen(event) >= COLLECTED_NAME ||
	    strlen(field) >= COLLECTED_NAME || consent_level_parse(level, &parsed))
		return -EINVAL;
	return add(out, event, field, parsed);
}

static bool list_has(const cJSON *list, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) && name &&
					   !strcmp(item->valuestring, name)) return true;
	return false;
}

/* @at_full: those of @fields that are collected at level full alone */
static int add_list(struct collected *out, const char *event, const char *level,
		    const cJSON *fields, const cJSON *at_full)
{
	const cJSON *field;
	const char *name;
	int ret = 0;

	cJSON_ArrayForEach(field, fields)
	{
		name = cJSON_GetStringValue(field);
		ret = add_named(out, event, name, list_has(at_full, name) ? "full" : level);
		if (ret)
			break;
	}
	return ret;
}

static int add_event(struct collected *out, const cJSON *event)
{
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(event, "fields");

	if (!cJSON_IsArray(fields))
		return -EINVAL;
	return add_list(out, text_of(event, "event_type"), text_of(event, "level"), fields,
			cJSON_GetObjectItemCaseSensitive(event, "at_full"));
}

/* Answers of the first builds did not name what every event has, which was the same then. */
static int add_envelope(struct collected *out, const cJSON *json)
{
	const cJSON *envelope = cJSON_GetObjectItemCaseSensitive(json, "envelope");

	return envelope ? add_list(out, "event", "enhanced", envelope, NULL)
			: add_part(out, PURPOSE_EVENT);
}

int collected_of_json(struct collected *out, const cJSON *json, struct error *error)
{
	const cJSON *retention = cJSON_GetObjectItemCaseSensitive(json, "retention");
	const cJSON *days = cJSON_GetObjectItemCaseSensitive(retention, "days");
	const cJSON *events = cJSON_GetObjectItemCaseSensitive(json, "events"), *event;
	int ret;

	memset(out, 0, sizeof(*out));
	out->keep_days = cJSON_IsNumber(days) ? (int64_t)days->valuedouble : COLLECTED_KEEP_DAYS;
	ret = cJSON_IsArray(events) ? 0 : -EINVAL;
	cJSON_ArrayForEach(event, events)
	{
		if (ret)
			break;
		ret = add_event(out, event);
	}
	if (!ret)
		ret = add_envelope(out, json);
	if (!ret)
		ret = add_list(out, "totals", "basic",
			       cJSON_GetObjectItemCaseSensitive(json, "totals"), NULL);
	if (ret == -EINVAL)
		return error_set(error, ret, "this is no answer of 'telprobe explain --json'");
	return ret ? error_set(error, ret, "out of memory") : 0;
}
