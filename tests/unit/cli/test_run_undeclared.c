/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/emit_marker.h"
#include "cli/run_undeclared.h"

static struct run_undeclared noted;

static int forget(void **state)
{
	(void)state;
	memset(&noted, 0, sizeof(noted));
	return 0;
}

static void assert_printed(const char *expected)
{
	size_t bytes;
	char *text;
	FILE *out = open_memstream(&text, &bytes);

	undeclared_print(out, &noted);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

#define LINE(what)            \
	"  not stored: " what \
	", made at run time (no constant of the program's file, kept as [UNDECLARED])\n"

static void undeclared_print_of_nothing_is_empty(void **state)
{
	(void)state;
	assert_printed("");
}

static void undeclared_print_knows_commands_from_other_spans(void **state)
{
	(void)state;
	undeclared_note(&noted, TP_SPAN, TP_KIND_STEP, 0);
	undeclared_note(&noted, TP_SPAN, TP_KIND_COMMAND, 1);
	undeclared_note(&noted, TP_SPAN, TP_KIND_COMMAND, 1);
	assert_printed(LINE("SUBCOMMAND of command_begin") LINE("NAME of span_begin"));
}

static void undeclared_print_names_the_end_for_its_error(void **state)
{
	(void)state;
	undeclared_note(&noted, TP_SPAN, TP_KIND_COMMAND, 3);
	undeclared_note(&noted, TP_SPAN, TP_KIND_STEP, 3);
	assert_printed(LINE("ERROR of command_end") LINE("ERROR of span_end"));
}

/* Of whatever record the first name is noted, there is an argument it is called by. */
static void undeclared_json_calls_each_name_by_its_argument(void **state)
{
	static const enum tp_type types[] = {
		TP_TAG,	    TP_COUNT,	 TP_MEASURE,   TP_ERROR,	 TP_RECOVERED,
		TP_FEATURE, TP_DECISION, TP_LIFECYCLE, TP_SESSION_BEGIN, TP_SESSION_END,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		cJSON *list, *row;

		forget(NULL);
		undeclared_note(&noted, types[i], 0, 0);
		list = undeclared_json(&noted);
		assert_int_equal(cJSON_GetArraySize(list), 1);
		row = cJSON_GetArrayItem(list, 0);
		assert_true(cJSON_IsString(cJSON_GetObjectItem(row, "marker")));
		assert_true(cJSON_IsString(cJSON_GetObjectItem(row, "argument")));
		cJSON_Delete(list);
	}
}

static size_t allocations_left;

static void *allocate(size_t bytes)
{
	return allocations_left && allocations_left-- ? malloc(bytes) : NULL;
}

static void undeclared_json_is_whole_or_none(void **state)
{
	cJSON_Hooks hooks = { .malloc_fn = allocate, .free_fn = free };
	cJSON *list = NULL;
	size_t allowed;

	(void)state;
	undeclared_note(&noted, TP_TAG, 0, 0);
	undeclared_note(&noted, TP_TAG, 0, 1);
	cJSON_InitHooks(&hooks);
	for (allowed = 0; !list; allowed++) {
		assert_true(allowed < 100);
		allocations_left = allowed;
		list = undeclared_json(&noted);
	}
	cJSON_InitHooks(NULL);
	assert_true(allowed > 10);
	assert_int_equal(cJSON_GetArraySize(list), 2);
	assert_string_equal(
		cJSON_GetObjectItem(cJSON_GetArrayItem(list, 1), "argument")->valuestring,
		emit_text_name(TP_MARKER_TAG, 1));
	cJSON_Delete(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(undeclared_print_of_nothing_is_empty, forget),
		cmocka_unit_test_setup(undeclared_print_knows_commands_from_other_spans, forget),
		cmocka_unit_test_setup(undeclared_print_names_the_end_for_its_error, forget),
		cmocka_unit_test_setup(undeclared_json_calls_each_name_by_its_argument, forget),
		cmocka_unit_test_setup(undeclared_json_is_whole_or_none, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
