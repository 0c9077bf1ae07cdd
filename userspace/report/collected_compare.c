/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/consent.h"
#include "report/collected.h"
#include "report/json.h"
#include "report/text.h"

static const struct collected_row *find(const struct collected *collected,
					const struct collected_row *wanted)
{
	size_t i;

	for (i = 0; i < collected->count; i++)
		if (!strcmp(collected->rows[i].event, wanted->event) &&
		    !strcmp(collected->rows[i].field, wanted->field))
			return &collected->rows[i];
	return NULL;
}

static int keep(struct collected *out, const struct collected_row *row, uint8_t was)
{
	struct collected_row kept = *row;

	kept.was = was;
	return collected_add(out, &kept);
}

static int compare_row(const struct collected *before, const struct collected_row *row,
		       struct collected_difference *out)
{
	const struct collected_row *was = find(before, row);

	if (!was)
		return keep(&out->added, row, row->level);
	if (was->level == row->level)
		return 0;
	return keep(row->level < was->level ? &out->lower : &out->higher, row, was->level);
}

int collected_compare(const struct collected *before, const struct collected *now,
		      struct collected_difference *out)
{
	int ret = 0;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->was_days = before->keep_days;
	out->is_days = now->keep_days;
	for (i = 0; !ret && i < now->count; i++)
		ret = compare_row(before, &now->rows[i], out);
	for (i = 0; !ret && i < before->count; i++)
		if (!find(now, &before->rows[i]))
			ret = keep(&out->removed, &before->rows[i], before->rows[i].level);
	return ret;
}

void collected_difference_clear(struct collected_difference *difference)
{
	collected_clear(&difference->added);
	collected_clear(&difference->removed);
	collected_clear(&difference->lower);
	collected_clear(&difference->higher);
}

bool collected_is_same(const struct collected_difference *difference)
{
	return !difference->added.count && !difference->removed.count && !difference->lower.count &&
	       !difference->higher.count && difference->was_days == difference->is_days;
}

/* --- in words ------------------------------------------------------------------------------- */

/* The fields of @event at @level, a space before each. Return: NULL: no memory; "": none. */
static char *fields_of(const struct collected *collected, const char *event, int level)
{
	const struct collected_row *row = collected->rows;
	char *text = NULL;
	size_t i, bytes;
	FILE *file = open_memstream(&text, &bytes);

	if (!file)
		return NULL;
	for (i = 0; i < collected->count; i++)
		if (row[i].level == level && !strcmp(row[i].event, event))
			fprintf(file, " %s", row[i].field);
	if (!fclose(file))
		return text;
	free(text);
	return NULL;
}

static bool is_first_of_event(const struct collected *collected, size_t index)
{
	const struct collected_row *row = &collected->rows[index];
	size_t i;

	for (i = 0; i < index; i++)
		if (collected->rows[i].level == row->level &&
		    !strcmp(collected->rows[i].event, row->event))
			return false;
	return true;
}

/* Write the events from @index on that have the same fields as the one there; @out NULL: only look
 * whether one before it has. Return: 1: it was the first with these fields; 0; -ENOMEM. */
static int group(FILE *out, const struct collected *collected, size_t index, const char *fields)
{
	const struct collected_row *row = collected->rows, *own = &row[index];
	int ret = 1;
	size_t i;
	char *others;

	for (i = 0; ret > 0 && i < collected->count; i++) {
		if (row[i].level != own->level || !is_first_of_event(collected, i))
			continue;
		others = fields_of(collected, row[i].event, own->level);
		if (!others)
			ret = -ENOMEM;
		else if (i < index && !strcmp(others, fields))
			ret = 0;
		else if (i >= index && !strcmp(others, fields))
			fprintf(out, " %s", row[i].event);
		free(others);
	}
	return ret;
}

/* "LEVEL EVENT EVENT: FIELD FIELD" of the event in row @index, if it is the first with these.
 * Return: from malloc(); *out_ret says whether NULL is for want of memory. */
static char *line_of(const struct collected *collected, size_t index, int *out_ret)
{
	const struct collected_row *row = &collected->rows[index];
	char *fields = fields_of(collected, row->event, row->level), *text = NULL;
	size_t bytes;
	FILE *file = fields ? open_memstream(&text, &bytes) : NULL;

	*out_ret = -ENOMEM;
	if (file) {
		fputs(consent_level_name((enum tp_level)row->level), file);
		*out_ret = group(file, collected, index, fields);
		fprintf(file, ":%s", fields);
		if (fclose(file))
			*out_ret = -ENOMEM;
	}
	free(fields);
	if (*out_ret > 0)
		return text;
	free(text);
	return NULL;
}

int collected_print(FILE *out, const struct collected *collected, bool is_entry)
{
	int ret = 0;
	size_t i;
	char *line;

	if (is_entry)
		fprintf(out, "keep %" PRId64 "\n", collected->keep_days);
	for (i = 0; ret >= 0 && i < collected->count; i++) {
		if (!is_first_of_event(collected, i))
			continue;
		line = line_of(collected, i, &ret);
		if (line && is_entry)
			fprintf(out, "%s\n", line);
		else if (line)
			text_wrap(out, line, fprintf(out, "  "), 6);
		free(line);
	}
	return ret < 0 ? ret : 0;
}

static int print_rows(FILE *out, const char *heading, const struct collected *rows)
{
	if (!rows->count)
		return 0;
	fprintf(out, "%s%s%s\n", text_style(out, TEXT_HEADING), heading,
		text_style(out, TEXT_PLAIN));
	return collected_print(out, rows, false);
}

static void print_days(FILE *out, const char *before, int64_t days)
{
	if (days)
		fprintf(out, "%s%" PRId64 " day%s", before, days, text_s(days));
	else
		fprintf(out, "%sfor ever", before);
}

static void print_keeping(FILE *out, int64_t was, int64_t is)
{
	bool is_longer = !is || (was && is > was);

	if (was == is)
		return;
	fprintf(out, "%s%s%s", text_style(out, TEXT_HEADING),
		is_longer ? "kept longer" : "kept shorter", text_style(out, TEXT_PLAIN));
	print_days(out, "\n  ", is);
	print_days(out, ", before ", was);
	putc('\n', out);
}

int collected_difference_print(FILE *out, const struct collected_difference *difference)
{
	int ret;

	if (collected_is_same(difference)) {
		fputs("nothing else is collected, and nothing is kept longer\n", out);
		return 0;
	}
	ret = print_rows(out, "newly collected", &difference->added);
	if (!ret)
		ret = print_rows(out, "collected at a lower level than before", &difference->lower);
	if (!ret)
		ret = print_rows(out, "collected at a higher level than before",
				 &difference->higher);
	if (!ret)
		ret = print_rows(out, "no longer collected", &difference->removed);
	print_keeping(out, difference->was_days, difference->is_days);
	return ret;
}

static bool add_rows(cJSON *json, const char *name, const struct collected *rows)
{
	cJSON *array = cJSON_AddArrayToObject(json, name), *row;
	bool is_whole = array != NULL;
	size_t i;

	for (i = 0; is_whole && i < rows->count; i++) {
		row = cJSON_CreateObject();
		is_whole = cJSON_AddItemToArray(array, row) &&
			   json_add_text(row, "event_type", rows->rows[i].event) &&
			   json_add_text(row, "field", rows->rows[i].field) &&
			   json_add_text(row, "level",
					 consent_level_name((enum tp_level)rows->rows[i].level)) &&
			   json_add_text(row, "level_before",
					 consent_level_name((enum tp_level)rows->rows[i].was));
	}
	return is_whole;
}

cJSON *collected_difference_json(const struct collected_difference *difference)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *days = cJSON_AddObjectToObject(json, "kept_days");

	return json_whole(json, json_add_number(days, "before", (double)difference->was_days) &&
					json_add_number(days, "now", (double)difference->is_days) &&
					add_rows(json, "added", &difference->added) &&
					add_rows(json, "lower", &difference->lower) &&
					add_rows(json, "higher", &difference->higher) &&
					add_rows(json, "removed", &difference->removed));
}
