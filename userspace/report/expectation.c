/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/expectation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/table.h"
#include "report/event_json.h"
#include "report/lines.h"
#include "report/replacement.h"

static const char first_line[] = "# telprobe events, format 1";

struct process { /* its lines, in the order its events were stored */
	char *app;
	char *text; /* once all are known */
	struct lines lines;
	uint32_t *parents; /* of each line: the span around it */
};

struct listing {
	struct table positions; /* context to position of its process */
	struct table labels;	/* struct span_key to " in=kind:name" */
	struct process *processes;
	size_t count;
	size_t lines;
	struct store *store;
	struct error *error;
};

struct span_key {
	int64_t context;
	uint32_t span;
	uint32_t reserved;
};

static struct process *add_process(struct listing *listing, const struct store_row *row)
{
	struct process *processes;
	size_t *position;

	processes = reallocarray(listing->processes, listing->count + 1, sizeof(*processes));
	if (!processes)
		return NULL;
	listing->processes = processes;
	memset(&processes[listing->count], 0, sizeof(*processes));
	position = table_add(&listing->positions, &row->context);
	if (!position)
		return NULL;
	*position = listing->count;
	processes[listing->count].app = strdup(row->app);
	return &processes[listing->count++];
}

static struct process *process_of(struct listing *listing, const struct store_row *row)
{
	const size_t *position = table_find(&listing->positions, &row->context);

	return position ? &listing->processes[*position] : add_process(listing, row);
}

static bool field_varies(const char *name)
{
	const struct event_field *field;
	size_t i;

	for (i = 0; (field = event_fields_at(i)); i++)
		if (!strcmp(field->name, name))
			return field->flags & EVENT_FIELD_VARIES;
	return false;
}

static void write_fields(FILE *stream, const struct store_row *row, const cJSON *payload)
{
	const cJSON *field;

	fprintf(stream, "  %s", event_type_of(row));
	cJSON_ArrayForEach(field, payload)
	{
		/* the middle of a bucket is a measurement; a tag's value is a name */
		if (field_varies(field->string) || cJSON_IsFalse(field) ||
		    (row->type == TP_MEASURE && !strcmp(field->string, "value")))
			continue;
		if (cJSON_IsString(field))
			fprintf(stream, " %s=%s", field->string, field->valuestring);
		else if (cJSON_IsNumber(field))
			fprintf(stream, " %s=%.15g", field->string, field->valuedouble);
		else
			fprintf(stream, " %s=true", field->string);
	}
}

static char *line_of(struct store *store, const struct store_row *row)
{
	cJSON *payload = event_payload(store, row);
	char *text = NULL;
	size_t size;
	FILE *stream;

	stream = payload ? open_memstream(&text, &size) : NULL;
	if (stream) {
		write_fields(stream, row, payload);
		if (fclose(stream)) {
			free(text);
			text = NULL;
		}
	}
	cJSON_Delete(payload);
	return text;
}

static int add_label(struct listing *listing, const struct store_row *row)
{
	const struct span_key key = { .context = row->context, .span = row->span };
	char *label = table_add(&listing->labels, &key);

	if (!label)
		return -ENOMEM;
	snprintf(label, 96, " in=%s:%s", event_kind_text(row->kind),
		 row->name[0] ? row->name[0] : "-");
	return 0;
}

static int take(const struct store_row *row, void *data)
{
	struct listing *listing = data;
	struct process *process = process_of(listing, row);
	uint32_t *parents;

	if (listing->lines++ == EXPECTATION_LINES)
		return error_set(listing->error, -E2BIG,
				 "more than %d events are too many for a "
				 "list of them",
				 EXPECTATION_LINES);
	if (!process || lines_add(&process->lines, line_of(listing->store, row)))
		goto no_memory;
	if (!(process->lines.count & (process->lines.count - 1))) { /* room for twice as many */
		parents =
			reallocarray(process->parents, process->lines.count * 2, sizeof(*parents));
		if (!parents)
			goto no_memory;
		process->parents = parents;
	}
	process->parents[process->lines.count - 1] = row->parent;
	if (row->type == TP_SPAN && add_label(listing, row))
		goto no_memory;
	return 0;
no_memory:
	return error_set(listing->error, -ENOMEM, "out of memory");
}

/* A process as one text: the spans around its events are known only now. */
static int write_process(struct listing *listing, struct process *process, int64_t context)
{
	struct span_key key = { .context = context };
	const char *label;
	size_t size, i;
	FILE *stream = open_memstream(&process->text, &size);

	if (!stream)
		return -ENOMEM;
	fprintf(stream, "process %s", process->app ? process->app : "-");
	for (i = 0; i < process->lines.count; i++) {
		key.span = process->parents[i];
		label = key.span ? table_find(&listing->labels, &key) : NULL;
		fprintf(stream, "\n%s%s", process->lines.items[i], label ? label : "");
	}
	return fclose(stream) ? -ENOMEM : 0;
}

static int compare_processes(const void *a, const void *b)
{
	const struct process *left = a, *right = b;

	return strcmp(left->text, right->text);
}

static int split(struct lines *lines, const char *text)
{
	const char *end;
	int ret;

	for (;; text = end + 1) {
		end = strchrnul(text, '\n');
		ret = lines_add(lines, strndup(text, (size_t)(end - text)));
		if (ret || !*end)
			return ret;
	}
}

static int join(struct listing *listing, struct lines *lines)
{
	const void *context;
	const size_t *found;
	size_t position = 0, i;
	int ret = lines_add(lines, strdup(first_line));

	while (!ret && (found = table_next(&listing->positions, &position, &context)))
		ret = write_process(listing, &listing->processes[*found],
				    *(const int64_t *)context);
	if (ret)
		return ret;
	if (listing->count)
		qsort(listing->processes, listing->count, sizeof(*listing->processes),
		      compare_processes);
	for (i = 0; i < listing->count && !ret; i++)
		ret = split(lines, listing->processes[i].text);
	return ret;
}

static void listing_clear(struct listing *listing)
{
	size_t i;

	for (i = 0; i < listing->count; i++) {
		free(listing->processes[i].app);
		free(listing->processes[i].text);
		free(listing->processes[i].parents);
		lines_clear(&listing->processes[i].lines);
	}
	free(listing->processes);
	table_clear(&listing->positions);
	table_clear(&listing->labels);
}

static int load(struct store *store, int64_t since_us, struct lines *lines, struct error *error)
{
	const struct store_filter filter = { .since_us = since_us };
	struct listing listing = { .store = store, .error = error };
	int ret;

	table_init(&listing.positions, sizeof(int64_t), sizeof(size_t), EXPECTATION_LINES);
	table_init(&listing.labels, sizeof(struct span_key), 96, EXPECTATION_LINES);
	ret = store_each(store, &filter, take, &listing, error);
	if (!ret && join(&listing, lines))
		ret = error_set(error, -ENOMEM, "out of memory");
	listing_clear(&listing);
	return ret;
}

int expectation_record(struct store *store, int64_t since_us, const char *path, struct error *error)
{
	struct replacement replacement;
	struct lines lines = { 0 };
	mode_t mask = umask(0);
	size_t i;
	int ret;

	umask(mask);
	ret = load(store, since_us, &lines, error);
	if (!ret)
		ret = replacement_open(&replacement, path, 0644 & ~mask, error);
	if (!ret) {
		for (i = 0; i < lines.count; i++)
			fprintf(replacement.file, "%s\n", lines.items[i]);
		ret = replacement_commit(&replacement, error);
	}
	lines_clear(&lines);
	return ret;
}

static int check_first_line(const struct lines *lines, const char *path, struct error *error)
{
	if (lines->count && !strcmp(lines->items[0], first_line))
		return 0;
	error_set(error, -EINVAL, "'%s' is no list of events of this format", path);
	return error_hint(error, "write one with: telprobe run --record FILE -- CMD");
}

int expectation_check(struct store *store, int64_t since_us, const char *path, FILE *differences,
		      struct error *error)
{
	struct lines expected = { 0 }, actual = { 0 };
	long differing;
	int ret;

	ret = lines_read(&expected, path, EXPECTATION_LINES * 2, error);
	if (!ret)
		ret = check_first_line(&expected, path, error);
	if (!ret)
		ret = load(store, since_us, &actual, error);
	if (ret)
		goto clear;
	differing = lines_diff(&expected, &actual, differences);
	if (differing < 0) {
		ret = error_set(error, (int)differing, "out of memory");
	} else if (differing) {
		ret = error_set(error, -EBADMSG, "the events differ from '%s' in %ld lines", path,
				differing);
		error_hint(error, "- is missing, + is unexpected; --record %s accepts them", path);
	}
clear:
	lines_clear(&expected);
	lines_clear(&actual);
	return ret;
}
