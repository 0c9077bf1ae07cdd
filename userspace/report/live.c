/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/live.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/clock.h"
#include "report/describe.h"
#include "report/event_types.h"
#include "report/json.h"
#include "report/text.h"
#include "telprobe/record.h"

/* Return: as json_write() writes @json; NULL without memory. */
static char *write_json(const cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json), *line = NULL;
	size_t bytes;
	FILE *out = text ? open_memstream(&line, &bytes) : NULL;

	if (out) {
		json_write(text, out);
		if (fclose(out)) {
			free(line);
			line = NULL;
		}
	}
	free(text);
	return line;
}

static bool has_duration(const struct store_row *row)
{
	return row->type == TP_SPAN || row->type == TP_EXIT;
}

static bool add_text(cJSON *json, const char *name, const char *text)
{
	return cJSON_AddStringToObject(json, name, text) != NULL;
}

static char *json_line(const struct store_row *row, const char *person, const char *time,
		       const char *what)
{
	cJSON *json = cJSON_CreateObject();
	char *line = NULL;

	if (add_text(json, "timestamp", time) && (!person || add_text(json, "user", person)) &&
	    add_text(json, "product", row->app) &&
	    add_text(json, "event_type", event_type_of(row)) && add_text(json, "what", what) &&
	    (has_duration(row)
		     ? cJSON_AddNumberToObject(json, "duration_ms", (double)row->value / 1e6)
		     : cJSON_AddNullToObject(json, "duration_ms")))
		line = write_json(json);
	cJSON_Delete(json);
	return line;
}

static void print_column(FILE *out, const char *text)
{
	fputs("  ", out);
	text_print(text, out);
}

static char *text_line(const struct store_row *row, const char *person, const char *time,
		       const char *what)
{
	char *line = NULL, took[24], person_column[16], app[24], event[24];
	size_t bytes;
	FILE *out = open_memstream(&line, &bytes);

	if (!out)
		return NULL;
	snprintf(app, sizeof(app), "%-12.23s", row->app);
	snprintf(event, sizeof(event), "%-18.23s", event_type_of(row));
	fputs(time, out);
	if (person) {
		snprintf(person_column, sizeof(person_column), "%-10.15s", person);
		print_column(out, person_column);
	}
	print_column(out, app);
	print_column(out, event);
	print_column(out, what);
	if (has_duration(row)) {
		text_duration((double)row->value, took);
		fprintf(out, ", took %s", took);
	}
	if (!fclose(out))
		return line;
	free(line);
	return NULL;
}

char *live_line(const struct store_row *row, const char *person, bool is_json)
{
	char time[CLOCK_TEXT], what[DESCRIBE_BYTES];

	clock_format(row->time_us, time);
	describe_event(row, what);
	return is_json ? json_line(row, person, time, what) : text_line(row, person, time, what);
}
