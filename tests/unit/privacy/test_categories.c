/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/categories.h"

static void categories_every_set_is_read_as_it_is_written(void **state)
{
	char text[CATEGORIES_TEXT];
	uint8_t again;
	unsigned int set;

	(void)state;
	for (set = 1; set <= TP_CATEGORIES_ALL; set++) {
		categories_format((uint8_t)set, text);
		assert_int_equal(categories_parse(text, &again, NULL), 0);
		assert_int_equal(again, set);
	}
	assert_true(strlen(text) + 1 < CATEGORIES_TEXT);
	categories_format(0, text);
	assert_string_equal(text, "");
}

static void categories_parse_takes_any_order_and_refuses_other_names(void **state)
{
	static const char *const bad[] = { "",	    ",",       "errors,", ",errors",
					   "error", "errorsx", "Errors",  "errors, features",
					   "all" };
	struct error error;
	char longer[200];
	uint8_t set = 1;
	size_t i;

	(void)state;
	assert_int_equal(categories_parse("sessions,errors,sessions", &set, &error), 0);
	assert_int_equal(set, TP_CATEGORY_SESSIONS | TP_CATEGORY_ERRORS);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(categories_parse(bad[i], &set, &error), -EINVAL);
		assert_non_null(strstr(error.what, "unknown category '"));
		assert_non_null(strstr(error.hint, "commands,spans,details,performance,errors"));
	}
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(categories_parse(longer, &set, &error), -EINVAL);
	assert_non_null(strstr(error.what, "xxx'"));
	assert_null(strstr(error.what, longer + sizeof(longer) - 66)); /* its beginning */
	assert_int_equal(set, TP_CATEGORY_SESSIONS | TP_CATEGORY_ERRORS);
}

static void category_names_and_texts_end_with_the_table(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < TP_CATEGORIES; i++) {
		assert_non_null(category_name(i));
		assert_non_null(category_what(i));
	}
	assert_null(category_name(TP_CATEGORIES));
	assert_null(category_what(TP_CATEGORIES));
}

/* What a marker becomes, and the category the kernel side refuses it by, are two tables. */
static void category_of_event_is_that_of_its_marker(void **state)
{
	static const struct {
		enum tp_type type;
		uint8_t kind;
	} events[TP_MARKERS] = {
		[TP_MARKER_SESSION_BEGIN] = { TP_SESSION_BEGIN, 0 },
		[TP_MARKER_SESSION_END] = { TP_SESSION_END, 0 },
		[TP_MARKER_COMMAND_BEGIN] = { TP_SPAN, TP_KIND_COMMAND },
		[TP_MARKER_COMMAND_END] = { TP_SPAN, TP_KIND_COMMAND },
		[TP_MARKER_SPAN_BEGIN] = { TP_SPAN, TP_KIND_TOOL },
		[TP_MARKER_SPAN_END] = { TP_SPAN, TP_KIND_PHASE },
		[TP_MARKER_SPAN_DONE] = { TP_SPAN, TP_KIND_CALL },
		[TP_MARKER_TAG] = { TP_TAG, 0 },
		[TP_MARKER_COUNT] = { TP_COUNT, 0 },
		[TP_MARKER_MEASURE] = { TP_MEASURE, 0 },
		[TP_MARKER_ERROR] = { TP_ERROR, 0 },
		[TP_MARKER_RECOVERED] = { TP_RECOVERED, 0 },
		[TP_MARKER_FEATURE] = { TP_FEATURE, 0 },
		[TP_MARKER_DECISION] = { TP_DECISION, 0 },
		[TP_MARKER_LIFECYCLE] = { TP_LIFECYCLE, 0 },
	};
	static const enum tp_category of_markers[TP_MARKERS] = {
#define TP_X(constant, name, level, category) [TP_MARKER_##constant] = TP_CATEGORY_##category,
		TP_MARKERS_TABLE(TP_X)
#undef TP_X
	};
	size_t i;

	(void)state;
	for (i = 0; i < TP_MARKERS; i++)
		if (i != TP_MARKER_OPT_OUT)
			assert_int_equal(category_of_event(events[i].type, events[i].kind),
					 of_markers[i]);
	assert_int_equal(of_markers[TP_MARKER_OPT_OUT], TP_CATEGORY_NONE); /* always heard */
	assert_int_equal(category_of_event(TP_EXIT, 0), TP_CATEGORY_SESSIONS);
	assert_int_equal(category_of_event(TP_DISCOVER, 0), TP_CATEGORY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(categories_every_set_is_read_as_it_is_written),
		cmocka_unit_test(categories_parse_takes_any_order_and_refuses_other_names),
		cmocka_unit_test(category_names_and_texts_end_with_the_table),
		cmocka_unit_test(category_of_event_is_that_of_its_marker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
