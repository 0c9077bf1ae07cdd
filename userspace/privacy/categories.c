/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/categories.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *what;
} categories[TP_CATEGORIES] = {
#define TP_X(constant, name, what) { #name, what },
	TP_CATEGORIES_TABLE(TP_X)
#undef TP_X
};

static const uint8_t of_types[TP_TYPES] = {
	[TP_TAG] = TP_CATEGORY_DETAILS,
	[TP_COUNT] = TP_CATEGORY_DETAILS,
	[TP_MEASURE] = TP_CATEGORY_PERFORMANCE,
	[TP_ERROR] = TP_CATEGORY_ERRORS,
	[TP_RECOVERED] = TP_CATEGORY_ERRORS,
	[TP_FEATURE] = TP_CATEGORY_FEATURES,
	[TP_DECISION] = TP_CATEGORY_FEATURES,
	[TP_LIFECYCLE] = TP_CATEGORY_LIFECYCLE,
	[TP_SESSION_BEGIN] = TP_CATEGORY_SESSIONS,
	[TP_SESSION_END] = TP_CATEGORY_SESSIONS,
	[TP_OPTED_OUT] = TP_CATEGORY_SESSIONS,
	[TP_EXEC] = TP_CATEGORY_SESSIONS,
	[TP_EXIT] = TP_CATEGORY_SESSIONS,
	[TP_HEARTBEAT] = TP_CATEGORY_SESSIONS,
	[TP_CRASH] = TP_CATEGORY_ERRORS, /* and of SESSIONS: that its process ended */
};

const char *category_name(unsigned int number)
{
	return number < TP_CATEGORIES ? categories[number].name : NULL;
}

const char *category_what(unsigned int number)
{
	return number < TP_CATEGORIES ? categories[number].what : NULL;
}

static bool find(const char *name, size_t length, uint8_t *set)
{
	unsigned int i;

	for (i = 0; i < TP_CATEGORIES; i++) {
		if (strlen(categories[i].name) != length ||
		    memcmp(categories[i].name, name, length) != 0)
			continue;
		*set |= (uint8_t)(1 << i);
		return true;
	}
	return false;
}

static int tell_unknown(struct error *error, const char *name, size_t length)
{
	char all[CATEGORIES_TEXT];

	categories_format(TP_CATEGORIES_ALL, all);
	error_set(error, -EINVAL, "unknown category '%.*s'", (int)(length < 64 ? length : 64),
		  name);
	error_hint(error, "categories are %s; 'telprobe explain categories' tells what is in each",
		   all);
	return -EINVAL;
}

int categories_parse(const char *text, uint8_t *out, struct error *error)
{
	uint8_t set = 0;
	size_t length;

	for (;; text += length + 1) {
		length = strcspn(text, ",");
		if (!find(text, length, &set))
			return tell_unknown(error, text, length);
		if (!text[length])
			break;
	}
	*out = set;
	return 0;
}

const char *categories_format(uint8_t set, char out[CATEGORIES_TEXT])
{
	size_t used = 0;
	unsigned int i;

	*out = '\0';
	for (i = 0; i < TP_CATEGORIES; i++)
		if (set & 1 << i)
			used += (size_t)snprintf(out + used, CATEGORIES_TEXT - used, "%s%s",
						 used ? "," : "", categories[i].name);
	return used ? out : NULL;
}

enum tp_category category_of_event(enum tp_type type, uint8_t kind)
{
	if (type == TP_SPAN)
		return kind == TP_KIND_COMMAND ? TP_CATEGORY_COMMANDS : TP_CATEGORY_SPANS;
	return (enum tp_category)of_types[type];
}
