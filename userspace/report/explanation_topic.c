/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "lib/nearest.h"
#include "privacy/consent.h"
#include "report/explanation.h"
#include "report/stored_columns.h"
#include "report/text.h"

enum { INDENT = 2, DEEPER = 6 };

/* @types, here and below: those told about, bits by position in event_types_at(), which are fewer than
 * 64. */
static bool has(uint64_t types, size_t index)
{
	return types & UINT64_C(1) << index;
}

static void print_lines(FILE *out, const char *name, const char *text)
{
	text_wrap(out, text, fprintf(out, "%*s%-10s", INDENT, "", name), INDENT + 10);
}

static void print_kept(FILE *out, enum purpose_part part, const struct explanation_keeping *keeping)
{
	char kept[160];

	explanation_kept(part, keeping, kept);
	print_lines(out, "kept", kept);
	print_lines(out, "where", explanation_where(part));
}

/* Those that have @field. Return: how many of them lack it. */
static int say_types(uint64_t types, const struct purpose_field *field, char *out, size_t bytes)
{
	struct event_type type;
	size_t i, used = 0;
	int lacking = 0;

	out[0] = '\0';
	for (i = 0; (type = event_types_at(i)).name; i++) {
		if (!has(types, i))
			continue;
		if (!purpose_is_of(field, &type))
			lacking++;
		else if (used < bytes)
			used += (size_t)snprintf(out + used, bytes - used, "%s%s", used ? ", " : "",
						 type.name);
	}
	return lacking;
}

static void print_field(FILE *out, const struct purpose_field *field, const char *only)
{
	char text[2048];

	fprintf(out, "%*s%s = %s\n%*s", INDENT, "", field->name, field->example, DEEPER, "");
	snprintf(text, sizeof(text), "%s; %s", purpose_meaning(field), field->purpose);
	text_wrap(out, text, DEEPER, DEEPER);
	if (!only)
		return;
	snprintf(text, sizeof(text), "only of %s", only);
	text_wrap(out, text, fprintf(out, "%*s", DEEPER, ""), DEEPER);
}

static void print_part(FILE *out, enum purpose_part part)
{
	const struct purpose_field *field;
	size_t i;

	for (i = 0; (field = purpose_fields_at(i)); i++)
		if (field->part == part)
			print_field(out, field, NULL);
}

static void print_payload(FILE *out, uint64_t types)
{
	const struct purpose_field *field;
	char only[1900];
	int lacking;
	size_t i;

	for (i = 0; (field = purpose_fields_at(i)); i++) {
		if (field->part != PURPOSE_PAYLOAD)
			continue;
		lacking = say_types(types, field, only, sizeof(only));
		if (*only)
			print_field(out, field, lacking ? only : NULL);
	}
}

/* The headings of those of @types that @kind is about. Return: whether there are any. */
static bool print_types(FILE *out, uint64_t types, const struct purpose_kind *kind)
{
	struct event_type type;
	bool is_any = false;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		if (!has(types, i) || purpose_kind_of(type.name) != kind)
			continue;
		fprintf(out, "%s%s%s, level %s\n", text_style(out, TEXT_HEADING), type.name,
			text_style(out, TEXT_PLAIN),
			consent_level_name(event_field_level(NULL, &type)));
		is_any = true;
	}
	return is_any;
}

static void print_kinds(FILE *out, uint64_t types)
{
	const struct purpose_kind *kind;
	size_t i;

	for (i = 0; (kind = purpose_kinds_at(i)); i++) {
		if (!print_types(out, types, kind))
			continue;
		print_lines(out, "tells", kind->what);
		print_lines(out, "good for", kind->purpose);
	}
}

static void print_at_full(FILE *out, uint64_t types)
{
	const struct event_field *field;
	struct event_type type;
	char names[256] = "";
	size_t i, k, used = 0;

	for (i = 0; (field = event_fields_at(i)); i++)
		for (k = 0; (type = event_types_at(k)).name; k++)
			if (has(types, k) && event_field_is_of(field, &type) &&
			    event_field_level(field, &type) > event_field_level(NULL, &type)) {
				used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
							 used ? ", " : "", field->name);
				break;
			}
	if (used)
		print_lines(out, "full only", names);
}

static void print_categories(FILE *out, uint64_t types)
{
	const char *name;
	struct event_type type;
	char names[256] = "";
	size_t i, used = 0;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		name = explanation_category(&type);
		if (!has(types, i) || strstr(names, name))
			continue;
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", name);
	}
	print_lines(out, "category", names);
}

static void print_events(FILE *out, uint64_t types, const struct explanation_keeping *keeping)
{
	print_kinds(out, types);
	print_kept(out, PURPOSE_PAYLOAD, keeping);
	print_at_full(out, types);
	print_categories(out, types);
	print_lines(out, "besides", "what every event has: telprobe explain event");
	fputs("\nFields, with an example:\n", out);
	print_payload(out, types);
}

static void print_section(FILE *out, const char *heading, enum purpose_part part,
			  const struct explanation_keeping *keeping)
{
	fprintf(out, "%s%s%s\n", text_style(out, TEXT_HEADING), heading,
		text_style(out, TEXT_PLAIN));
	print_kept(out, part, keeping);
	fputs("\nFields, with an example:\n", out);
	print_part(out, part);
}

static void print_level(FILE *out, int level, const struct explanation_keeping *keeping)
{
	uint64_t types = 0;
	struct event_type type;
	size_t i;

	text_wrap(out, explanation_level_says(level),
		  fprintf(out, "%-10s", consent_level_name((enum tp_level)level)), 10);
	if (level == TP_LEVEL_BASIC)
		print_section(out, "totals, no events", PURPOSE_TOTALS, keeping);
	for (i = 0; (type = event_types_at(i)).name; i++)
		if (event_field_level(NULL, &type) == level)
			types |= UINT64_C(1) << i;
	if (level == TP_LEVEL_FULL) {
		print_lines(out, "with",
			    "everything of enhanced, and of process_exited and "
			    "crash_detected also:");
		print_at_full(out, UINT64_MAX);
	}
	if (types)
		print_events(out, types, keeping);
}

static uint64_t choose_events(const char *topic)
{
	const struct purpose_kind *kind;
	struct event_type type;
	uint64_t types = 0;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		kind = purpose_kind_of(type.name);
		if (!strcmp(type.name, topic) || (kind && !strcmp(kind->name, topic)))
			types |= UINT64_C(1) << i;
	}
	return types;
}

/* "product" finds source.product. */
static bool is_called(const struct purpose_field *field, const char *topic)
{
	const char *dot = strchr(field->name, '.');

	return !strcmp(field->name, topic) || (dot && !strcmp(dot + 1, topic));
}

static bool print_fields(FILE *out, const char *topic, bool is_more,
			 const struct explanation_keeping *keeping)
{
	const struct purpose_field *field;
	bool is_any = false;
	char of[1900];
	int lacking;
	size_t i;

	for (i = 0; (field = purpose_fields_at(i)); i++) {
		if (!is_called(field, topic))
			continue;
		if (is_any || is_more)
			putc('\n', out);
		is_any = true;
		fprintf(out, "%s%s%s, field of: %s\n", text_style(out, TEXT_HEADING), field->name,
			text_style(out, TEXT_PLAIN), purpose_part_name(field->part));
		print_lines(out, "is", purpose_meaning(field));
		print_lines(out, "good for", field->purpose);
		print_lines(out, "example", field->example);
		if (field->part == PURPOSE_PAYLOAD) {
			lacking = say_types(UINT64_MAX, field, of, sizeof(of));
			print_lines(out, "events", lacking ? of : "all of them");
		}
		print_lines(out, "level", consent_level_name(purpose_level(field)));
		print_kept(out, field->part, keeping);
	}
	return is_any;
}

static void print_database(FILE *out)
{
	const struct stored_column *column;
	size_t i;

	for (i = 0; (column = stored_columns_at(i)); i++)
		text_wrap(out, column->holds,
			  fprintf(out, "%-10s%-16s", column->table, column->name), 26);
}

static bool print_word(FILE *out, const char *topic, const struct explanation_keeping *keeping)
{
	if (!strcmp(topic, "never"))
		explanation_print_list(out, "Never collected, whatever the level",
				       explanation_never_at);
	else if (!strcmp(topic, "kept"))
		explanation_print_list(out, "What is kept, and where", explanation_kept_at);
	else if (!strcmp(topic, "categories"))
		explanation_print_categories(out);
	else if (!strcmp(topic, "event"))
		print_section(out, "what every event has, beside its payload", PURPOSE_EVENT,
			      keeping);
	else if (!strcmp(topic, "totals"))
		print_section(out, "totals, no events: level basic", PURPOSE_TOTALS, keeping);
	else if (!strcmp(topic, "consent"))
		print_section(out, "a decision of yours", PURPOSE_DECISION, keeping);
	else if (!strcmp(topic, "database"))
		print_database(out);
	else
		return false;
	return true;
}

static int not_known(const char *topic, struct error *error)
{
	static const char *const words[] = {
		"never",    "kept",  "event",	 "totals", "consent",
		"database", "basic", "enhanced", "full",   "categories"
	};
	const struct purpose_field *field;
	const struct purpose_kind *kind;
	struct event_type type;
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, topic, strlen(topic));
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		nearest_try(&nearest, words[i]);
	for (i = 0; (kind = purpose_kinds_at(i)); i++)
		nearest_try(&nearest, kind->name);
	for (i = 0; (type = event_types_at(i)).name; i++)
		nearest_try(&nearest, type.name);
	for (i = 0; (field = purpose_fields_at(i)); i++)
		nearest_try(&nearest, field->name);
	error_set(error, -EINVAL, "no kind, event, field or level is called '%s'", topic);
	if (nearest.best)
		error_hint(error, "did you mean 'telprobe explain %s'?", nearest.best);
	else
		error_hint(error, "'telprobe explain' lists the kinds");
	return -EINVAL;
}

int explanation_print_topic(FILE *out, const char *topic, const struct explanation_keeping *keeping,
			    struct error *error)
{
	enum tp_level level;
	uint64_t types;

	if (print_word(out, topic, keeping))
		return 0;
	if (!consent_level_parse(topic, &level)) {
		print_level(out, (int)level, keeping);
		return 0;
	}
	types = choose_events(topic);
	if (types)
		print_events(out, types, keeping);
	if (print_fields(out, topic, types != 0, keeping) || types)
		return 0;
	return not_known(topic, error);
}
