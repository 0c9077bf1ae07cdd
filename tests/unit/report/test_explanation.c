/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/explanation.h"
#include "report/text.h"
#include "unit/failing_memory.h"

static const struct explanation_keeping by_default = { .days = 90, .machine_days = 90 };

static void every_event_type_is_of_one_kind_and_every_kind_of_one(void **state)
{
	const struct purpose_kind *kind;
	bool is_used[64] = { false };
	struct event_type type;
	size_t i, k;

	(void)state;
	for (i = 0; (type = event_types_at(i)).name; i++) {
		kind = purpose_kind_of(type.name);
		if (!kind)
			fail_msg("purpose.c does not say what '%s' is good for", type.name);
		for (k = 0; purpose_kinds_at(k) != kind; k++)
			continue;
		is_used[k] = true;
	}
	for (k = 0; (kind = purpose_kinds_at(k)); k++)
		if (!is_used[k])
			fail_msg("there is no event of kind '%s'", kind->name);
}

/* How many rows of purpose.c are about @field of @type. */
static int rows_about(const struct event_field *field, const struct event_type *type)
{
	const struct purpose_field *row;
	int count = 0;
	size_t i;

	for (i = 0; (row = purpose_fields_at(i)); i++)
		count += row->part == PURPOSE_PAYLOAD && !strcmp(row->name, field->name) &&
			 purpose_is_of(row, type);
	return count;
}

static void every_field_of_an_event_has_one_purpose(void **state)
{
	const struct event_field *field;
	struct event_type type;
	size_t i, k;

	(void)state;
	for (i = 0; (type = event_types_at(i)).name; i++)
		for (k = 0; (field = event_fields_at(k)); k++)
			if (rows_about(field, &type) != event_field_is_of(field, &type))
				fail_msg("purpose.c has %d rows for '%s' of %s",
					 rows_about(field, &type), field->name, type.name);
}

static void every_purpose_is_of_something_that_is_there(void **state)
{
	const struct purpose_field *field;
	struct event_type type;
	size_t i, k, parts = 0;
	bool is_used;

	(void)state;
	for (i = 0; (field = purpose_fields_at(i)); i++) {
		if (!purpose_meaning(field))
			fail_msg("'%s' is not there", field->name);
		assert_true(*field->example && *field->purpose);
		parts += field->part == PURPOSE_EVENT;
		is_used = field->part != PURPOSE_PAYLOAD;
		for (k = 0; !is_used && (type = event_types_at(k)).name; k++)
			is_used = purpose_is_of(field, &type);
		if (!is_used)
			fail_msg("no event has '%s'", field->name);
	}
	for (i = 0; event_parts_at(i); i++)
		continue;
	assert_int_equal(parts, i);
}

static char *printed(const char *topic)
{
	struct error error;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int ret;

	assert_non_null(file);
	ret = topic ? explanation_print_topic(file, topic, &by_default, &error)
		    : explanation_print(file, &by_default);
	fclose(file);
	if (ret)
		fail_msg("%s: %s", topic, error.what);
	return text;
}

/* A topic is told within 80 columns, on more than a line or two. */
static void expect_readable(const char *topic)
{
	char *text = printed(topic);
	const char *line;
	size_t length;
	int lines = 0;

	for (line = text; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		lines++;
		if (length > TEXT_COLUMNS)
			fail_msg("%s: longer than 80: %.*s", topic, (int)length, line);
		if (length && line[length - 1] == ' ')
			fail_msg("%s: ends in a space: %.*s", topic, (int)length, line);
	}
	assert_true(lines > 4 || !strcmp(topic, "off"));
	free(text);
}

static void every_topic_is_told_within_80_columns(void **state)
{
	static const char *const words[] = { "never",	 "kept",  "event",    "totals", "consent",
					     "database", "basic", "enhanced", "full",	"off",
					     "verbose",	 "id",	  "product" };
	const struct purpose_field *field;
	const struct purpose_kind *kind;
	struct event_type type;
	size_t i;

	(void)state;
	expect_readable(NULL);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		expect_readable(words[i]);
	for (i = 0; (type = event_types_at(i)).name; i++)
		expect_readable(type.name);
	for (i = 0; (kind = purpose_kinds_at(i)); i++)
		expect_readable(kind->name);
	for (i = 0; (field = purpose_fields_at(i)); i++)
		expect_readable(field->name);
}

static void expect_hint(const char *topic, const char *hint)
{
	struct error error;
	FILE *out = fopen("/dev/null", "w");

	assert_non_null(out);
	assert_int_equal(explanation_print_topic(out, topic, &by_default, &error), -EINVAL);
	assert_non_null(strstr(error.what, topic));
	assert_string_equal(error.hint, hint);
	fclose(out);
}

static void an_unknown_topic_names_the_nearest(void **state)
{
	(void)state;
	expect_hint("comand", "did you mean 'telprobe explain command'?");
	expect_hint("durationms", "did you mean 'telprobe explain duration_ms'?");
	expect_hint("crash_detcted", "did you mean 'telprobe explain crash_detected'?");
	expect_hint("", "'telprobe explain' lists the kinds");
	expect_hint("zzzzzzzzzz", "'telprobe explain' lists the kinds");
}

static void what_is_kept_names_who_said_so(void **state)
{
	static const struct {
		struct explanation_keeping keeping;
		const char *says;
	} cases[] = {
		{ { .days = 90, .machine_days = 90 }, "90 days, the default" },
		{ { .days = 1, .own_days = 1, .machine_days = 90, .is_in_force = true },
		  "1 day, as you chose" },
		{ { .days = 90, .own_days = 120, .machine_days = 90, .is_in_force = true },
		  "90 days, the machine's limit" },
		{ { .is_in_force = true }, "for ever, the machine's limit" },
	};
	char text[160];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		explanation_kept(PURPOSE_TOTALS, &cases[i].keeping, text);
		if (strncmp(text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s instead of %s", text, cases[i].says);
	}
}

static void explanation_json_without_memory_is_none(void **state)
{
	long allowed, failures = 0;
	cJSON *json;

	(void)state;
	if (!memory_can_fail())
		skip();
	for (allowed = 0;; allowed += 1 + allowed / 20) {
		memory_fail_after(allowed);
		json = explanation_json(&by_default);
		if (!memory_has_failed())
			break;
		assert_null(json);
		failures++;
	}
	memory_fail_after(-1);
	assert_non_null(json);
	assert_true(failures > 20);
	cJSON_Delete(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_type_is_of_one_kind_and_every_kind_of_one),
		cmocka_unit_test(every_field_of_an_event_has_one_purpose),
		cmocka_unit_test(every_purpose_is_of_something_that_is_there),
		cmocka_unit_test(every_topic_is_told_within_80_columns),
		cmocka_unit_test(an_unknown_topic_names_the_nearest),
		cmocka_unit_test(what_is_kept_names_who_said_so),
		cmocka_unit_test(explanation_json_without_memory_is_none),
	};

	return cmocka_run_group_tests_name("report/explanation", tests, NULL, NULL);
}
