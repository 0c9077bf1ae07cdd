/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/choice.h"

#include <errno.h>
#include <string.h>

#include "report/event_types.h"

int choice_types_parse(const char *text, uint64_t *out, struct error *error)
{
	struct event_type type;
	uint64_t types = 0;
	size_t length, i;

	for (;; text += length + 1) {
		length = strcspn(text, ",");
		for (i = 0; (type = event_types_at(i)).name; i++)
			if (strlen(type.name) == length && !strncmp(type.name, text, length))
				break;
		if (!type.name) {
			error_set(error, -EINVAL, "unknown event type '%.*s'", (int)length, text);
			error_hint(error, "'telprobe explain' lists them");
			return -EINVAL;
		}
		types |= UINT64_C(1) << i;
		if (!text[length])
			break;
	}
	*out = types;
	return 0;
}

bool choice_has(const struct choice *choice, const struct store_row *row)
{
	const char *name = event_type_of(row);
	struct event_type type;
	size_t i;

	if (choice->app && strcmp(choice->app, row->app) != 0)
		return false;
	if (!choice->types)
		return true;
	for (i = 0; (type = event_types_at(i)).name; i++)
		if (choice->types >> i & 1 && !strcmp(type.name, name))
			return true;
	return false;
}

/* The record types that events of @types are made of. */
static uint32_t stored_types(uint64_t types)
{
	struct event_type type;
	uint32_t stored = 0;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++)
		if (types >> i & 1)
			stored |= 1u << type.type;
	return stored;
}

struct store_filter choice_filter(const struct choice *choice, int64_t limit)
{
	const bool is_searched = choice->app || choice->types;

	return (struct store_filter){ .since_us = choice->since_us,
				      .until_us = choice->until_us,
				      .types = stored_types(choice->types),
				      .limit = limit && is_searched ? CHOICE_SEARCHED : limit };
}
