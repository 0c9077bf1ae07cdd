/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/declared.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

_Static_assert(TP_PLACE_DECLARED + DECLARED_MAX < TP_PLACE_FILE, "a number fits in a place");

void declared_init(struct declared *declared)
{
	memset(declared, 0, sizeof(*declared));
	table_init(&declared->numbers, TP_DECLARED_BYTES, sizeof(uint32_t), DECLARED_MAX);
}

void declared_clear(struct declared *declared)
{
	table_clear(&declared->numbers);
	free(declared->texts);
	declared->texts = NULL;
	declared->count = declared->room = 0;
}

static bool has_room(struct declared *declared)
{
	uint32_t room = declared->room ? 2 * declared->room : FIRST_ROOM;
	char(*texts)[TP_DECLARED_BYTES];

	if (declared->count < declared->room)
		return true;
	texts = realloc(declared->texts, room * sizeof(*texts));
	if (!texts)
		return false;
	declared->texts = texts;
	declared->room = room;
	return true;
}

uint32_t declared_number(struct declared *declared, const char *text)
{
	char key[TP_DECLARED_BYTES] = { 0 };
	uint32_t *number;

	snprintf(key, sizeof(key), "%s", text);
	number = table_find(&declared->numbers, key);
	if (number)
		return *number;
	number = has_room(declared) ? table_add(&declared->numbers, key) : NULL;
	if (!number)
		return 0;
	memcpy(declared->texts[declared->count], key, sizeof(key));
	*number = ++declared->count;
	return *number;
}

int declared_text(const struct declared *declared, uint32_t place, char out[TP_DECLARED_BYTES])
{
	uint32_t number = place - TP_PLACE_DECLARED;

	if (place <= TP_PLACE_DECLARED || number > declared->count)
		return -ENOENT;
	memcpy(out, declared->texts[number - 1], TP_DECLARED_BYTES);
	return 0;
}
