/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/event_json.h"
#include "report/json.h"

struct writer {
	struct leaving *leaving;
	struct session_tags tags;
	const struct export_choice *choice;
	FILE *out;
	int64_t count;
	struct error *error;
};

/* RFC 4180: quoted where it holds a separator, a quote or a line end; quotes are doubled. */
static void write_text(FILE *out, const char *text)
{
	if (!strpbrk(text, "\",\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static int write_cell(FILE *out, const cJSON *value)
{
	char *text;

	if (!value || cJSON_IsNull(value))
		return 0;
	if (cJSON_IsString(value)) {
		write_text(out, value->valuestring);
		return 0;
	}
	text = cJSON_PrintUnformatted(value);
	if (!text)
		return -ENOMEM;
	fputs(text, out);
	free(text);
	return 0;
}

/* The payload's fields follow what every event has, as payload_<field>. */
static int write_csv(FILE *out, const cJSON *event)
{
	const cJSON *object, *payload = cJSON_GetObjectItemCaseSensitive(event, "payload");
	const struct event_field *field;
	const struct event_part *part;
	size_t i;

	for (i = 0; (part = event_parts_at(i)); i++) {
		object = part->object ? cJSON_GetObjectItemCaseSensitive(event, part->object)
				      : event;
		if (i)
			putc(',', out);
		if (write_cell(out, cJSON_GetObjectItemCaseSensitive(object, part->key)))
			return -ENOMEM;
	}
	for (i = 0; (field = event_fields_at(i)); i++) {
		putc(',', out);
		if (write_cell(out, cJSON_GetObjectItemCaseSensitive(payload, field->name)))
			return -ENOMEM;
	}
	fputs("\r\n", out);
	return 0;
}

static void write_csv_heading(FILE *out)
{
	const struct event_field *field;
	const struct event_part *part;
	size_t i;

	for (i = 0; (part = event_parts_at(i)); i++)
		fprintf(out, "%s%s", i ? "," : "", part->column);
	for (i = 0; (field = event_fields_at(i)); i++)
		fprintf(out, ",payload_%s", field->name);
	fputs("\r\n", out);
}

static int write_json(struct writer *writer, const cJSON *event)
{
	char *text = cJSON_PrintUnformatted(event);

	if (!text)
		return -ENOMEM;
	if (writer->choice->format == EXPORT_JSON)
		fputs(writer->count ? ",\n" : "\n", writer->out);
	json_write(text, writer->out);
	if (writer->choice->format == EXPORT_NDJSON)
		putc('\n', writer->out);
	free(text);
	return 0;
}

static int write_event(const struct store_row *row, void *data)
{
	struct writer *writer = data;
	cJSON *event;
	int ret;

	if (!choice_has(&writer->choice->events, row))
		return 0;
	event = event_json(writer->leaving->store, row, &writer->tags);
	if (!event)
		return error_set(writer->error, -ENOMEM, "out of memory");
	ret = writer->choice->format == EXPORT_CSV ? write_csv(writer->out, event)
						   : write_json(writer, event);
	cJSON_Delete(event);
	if (ret)
		return error_set(writer->error, ret, "out of memory");
	writer->count++;
	if (ferror(writer->out))
		return error_set(writer->error, errno ? -errno : -EIO,
				 "cannot write the export: %s", error_text(errno ? errno : EIO));
	return 0;
}

int64_t export_events(struct leaving *leaving, const struct export_choice *choice, FILE *out,
		      struct error *error)
{
	struct store_filter filter = choice_filter(&choice->events, 0);
	struct writer writer = { .leaving = leaving, .choice = choice, .out = out, .error = error };
	int ret;

	filter.with_sequence = true;
	ret = session_tags_load(&writer.tags, leaving, error);
	if (ret)
		return ret;
	if (choice->format == EXPORT_JSON)
		putc('[', out);
	if (choice->format == EXPORT_CSV)
		write_csv_heading(out);
	ret = leaving_each(leaving, &filter, write_event, &writer, error);
	if (!ret && choice->format == EXPORT_JSON)
		fputs(writer.count ? "\n]\n" : "]\n", out);
	session_tags_clear(&writer.tags);
	return ret ? ret : writer.count;
}
