/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/json.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/clock.h"
#include "lib/printable.h"
#include "lib/utf8.h"

bool json_add_number(cJSON *object, const char *name, double number)
{
	return cJSON_AddNumberToObject(object, name, number) != NULL;
}

bool json_add_text(cJSON *object, const char *name, const char *text)
{
	if (text && *text)
		return cJSON_AddStringToObject(object, name, text) != NULL;
	return cJSON_AddNullToObject(object, name) != NULL;
}

bool json_add_time(cJSON *object, const char *name, int64_t utc_us)
{
	char text[CLOCK_TEXT] = "";

	if (utc_us)
		clock_format(utc_us, text);
	return json_add_text(object, name, text);
}

bool json_add_grid(cJSON *object, const char *name, struct grid *grid)
{
	cJSON *rows = grid ? grid_json(grid) : NULL;
	bool is_added = rows && cJSON_AddItemToObject(object, name, rows);

	if (!is_added)
		cJSON_Delete(rows);
	grid_free(grid);
	return is_added;
}

cJSON *json_whole(cJSON *json, bool is_whole)
{
	if (is_whole)
		return json;
	cJSON_Delete(json);
	return NULL;
}

static bool is_written_as_it_is(uint32_t value)
{
	return value < 0x20 || printable_has(value);
}

/* Beyond ASCII there is nothing but what stands in strings, and what is refused there has four digits. */
void json_write(const char *text, FILE *file)
{
	const char *end = text;
	uint32_t value;
	size_t bytes;

	while (*end) {
		bytes = utf8_take(end, SIZE_MAX, &value);
		if (is_written_as_it_is(value)) {
			end += bytes;
			continue;
		}
		fwrite(text, 1, (size_t)(end - text), file);
		fprintf(file, "\\u%04x", value);
		text = end += bytes;
	}
	fwrite(text, 1, (size_t)(end - text), file);
}

int json_print(cJSON *json, FILE *file)
{
	char *text = json ? cJSON_Print(json) : NULL;

	cJSON_Delete(json);
	if (!text)
		return -ENOMEM;
	json_write(text, file);
	putc('\n', file);
	free(text);
	return 0;
}
