/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/event_json.h"

struct column {
	const char *name;
	const char *object; /* NULL: of the envelope itself */
	const char *key;
};

/* The payload's fields follow, as payload_<field>. */
static const struct column columns[] = {
	{ "schema_version", NULL, "schema_version" },
	{ "event_id", NULL, "event_id" },
	{ "event_type", NULL, "event_type" },
	{ "timestamp", NULL, "timestamp" },
	{ "product", "source", "product" },
	{ "version", "source", "version" },
	{ "os", "source", "os" },
	{ "arch", "source", "arch" },
	{ "runtime", "source", "runtime" },
	{ "tier", "source", "tier" },
	{ "session_id", "session", "id" },
	{ "session_sequence", "session", "sequence" },
	{ "session_started_at", "session", "started_at" },
};

struct writer {
	struct store *store;
	struct session_tags tags;
	const struct export_choice *choice;
	FILE *out;
	int64_t count;
	struct error *error;
};

int export_types_parse(const char *text, uint64_t *out, struct error *error)
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
			return error_hint(error, "'telprobe explain' lists them");
		}
		types |= UINT64_C(1) << i;
		if (!text[length])
			break;
	}
	*out = types;
	return 0;
}

static bool is_chosen(const struct export_choice *choice, const struct store_row *row)
{
	const char *name = event_type_of(row);
	struct event_type type;
	size_t i;

	if (!choice->types)
		return true;
	for (i = 0; (type = event_types_at(i)).name; i++)
		if (choice->types >> i & 1 && !strcmp(type.name, name))
			return true;
	return false;
}

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

static int write_csv(FILE *out, const cJSON *event)
{
	const cJSON *object, *payload = cJSON_GetObjectItemCaseSensitive(event, "payload");
	const struct event_field *field;
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		object = columns[i].object
				 ? cJSON_GetObjectItemCaseSensitive(event, columns[i].object)
				 : event;
		if (i)
			putc(',', out);
		if (write_cell(out, cJSON_GetObjectItemCaseSensitive(object, columns[i].key)))
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
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fprintf(out, "%s%s", i ? "," : "", columns[i].name);
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
	fputs(text, writer->out);
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

	if (!is_chosen(writer->choice, row))
		return 0;
	event = event_json(writer->store, row, &writer->tags);
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

int64_t export_events(struct store *store, const struct export_choice *choice, FILE *out,
		      struct error *error)
{
	const struct store_filter filter = { .since_us = choice->since_us,
					     .until_us = choice->until_us,
					     .types = stored_types(choice->types),
					     .with_sequence = true };
	struct writer writer = { .store = store, .choice = choice, .out = out, .error = error };
	int ret;

	ret = session_tags_load(&writer.tags, store, error);
	if (ret)
		return ret;
	if (choice->format == EXPORT_JSON)
		putc('[', out);
	if (choice->format == EXPORT_CSV)
		write_csv_heading(out);
	ret = store_each(store, &filter, write_event, &writer, error);
	if (!ret && choice->format == EXPORT_JSON)
		fputs(writer.count ? "\n]\n" : "]\n", out);
	session_tags_clear(&writer.tags);
	return ret ? ret : writer.count;
}
