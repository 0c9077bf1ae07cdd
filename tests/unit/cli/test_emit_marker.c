/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/emit_marker.h"
#include "telprobe.h"

enum { WORDS = 12 };

/* @line: words divided by blanks, of which '' is an empty one */
static int parse(const char *line, struct emit_event *out, struct error *error)
{
	static char copy[4096], *words[WORDS];
	char *at = copy, *word;
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	while (count < WORDS && (word = strsep(&at, " ")))
		words[count++] = strcmp(word, "''") != 0 ? word : word + 2;
	return emit_parse(count, words, out, error);
}

static struct emit_event parsed(const char *line)
{
	struct emit_event event;
	struct error error = { 0 };

	if (parse(line, &event, &error))
		fail_msg("'%s': %s", line, error.what);
	return event;
}

static void assert_text(const struct emit_event *event, int at, const char *text)
{
	if (!text)
		assert_null(event->value[at].text);
	else
		assert_string_equal(event->value[at].text, text);
}

static void emit_markers_stand_in_the_order_of_the_header(void **state)
{
	static const char *const names[] = {
#define NAME(name, parameters) #name,
		TELPROBE_MARKERS_(NAME)
#undef NAME
	};
	int i;

	(void)state;
	assert_int_equal(sizeof(names) / sizeof(names[0]), TP_MARKERS);
	for (i = 0; i < TP_MARKERS; i++) {
		assert_string_equal(emit_marker_name((enum tp_marker)i), names[i]);
		assert_true(strlen(emit_marker_summary((enum tp_marker)i)) > 0);
	}
}

static void emit_parse_all_arguments_of_each_marker(void **state)
{
	struct emit_event event;

	(void)state;
	event = parsed("session_begin backup 1.4.2");
	assert_text(&event, 1, "1.4.2");
	event = parsed("command_begin a b c 0xffffffffffffffff");
	assert_int_equal(event.marker, TP_MARKER_COMMAND_BEGIN);
	assert_text(&event, 2, "c");
	assert_true(event.value[3].id == UINT64_MAX);
	event = parsed("command_end a cancelled - 7");
	assert_int_equal(event.value[1].number, TELPROBE_CANCELLED);
	assert_text(&event, 2, NULL);
	assert_int_equal(event.value[3].id, 7);
	event = parsed("span_begin phase start 3");
	assert_int_equal(event.value[0].number, TELPROBE_PHASE);
	event = parsed("span_end tool x failed network 3");
	assert_int_equal(event.value[0].number, TELPROBE_TOOL);
	assert_int_equal(event.value[2].number, TELPROBE_FAILED);
	assert_text(&event, 3, "network");
	event = parsed("span_done call x 123456789 failed timeout");
	assert_int_equal(event.value[2].id, 123456789);
	assert_text(&event, 4, "timeout");
	event = parsed("count tokens.in -9223372036854775808 2");
	assert_true(event.value[1].number == INT64_MIN);
	event = parsed("measure x -1.5e3 ms 4");
	assert_true(event.value[1].decimal == -1500);
	assert_text(&event, 2, "ms");
	event = parsed("error network ECONNRESET critical yes 4");
	assert_int_equal(event.value[2].number, TELPROBE_SEVERITY_CRITICAL);
	assert_int_equal(event.value[3].number, 1);
	event = parsed("recovered network - 3 4");
	assert_int_equal(event.value[2].number, 3);
	event = parsed("feature x disabled menu");
	assert_int_equal(event.value[1].number, TELPROBE_FEATURE_DISABLED);
	event = parsed("decision a b c d 9");
	assert_int_equal(event.value[4].id, 9);
	event = parsed("lifecycle update_failed deb 2.0 1.9 network -3");
	assert_text(&event, 4, "network");
	assert_int_equal(event.value[5].number, -3);
	assert_int_equal(parsed("opt_out").marker, TP_MARKER_OPT_OUT);
}

static void emit_parse_what_is_left_out(void **state)
{
	struct emit_event event;

	(void)state;
	event = parsed("count x");
	assert_int_equal(event.value[1].number, 1);
	assert_int_equal(event.value[2].id, 0);
	event = parsed("command_end x");
	assert_int_equal(event.value[1].number, TELPROBE_OK);
	event = parsed("error x");
	assert_text(&event, 1, NULL);
	assert_int_equal(event.value[2].number, TELPROBE_SEVERITY_ERROR);
	assert_int_equal(event.value[3].number, 0);
	event = parsed("recovered x");
	assert_int_equal(event.value[2].number, 1);
	event = parsed("lifecycle x '' - ''");
	assert_text(&event, 1, NULL);
	assert_text(&event, 2, NULL);
	assert_text(&event, 3, NULL);
	assert_int_equal(event.value[5].number, 0);
}

static void emit_parse_a_duration_is_a_start_so_long_ago(void **state)
{
	static const struct {
		const char *word;
		double ns;
	} cases[] = {
		{ "0ms", 0 },	  { "250ms", 250e6 }, { "1.5s", 1.5e9 }, { "7us", 7e3 },
		{ "100ns", 100 }, { "0.25m", 15e9 },  { "1e-3s", 1e6 },	 { "0.001h", 3.6e9 }
	};
	struct emit_event event;
	char line[64];
	double ago;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "span_done step x %s", cases[i].word);
		event = parsed(line);
		ago = (double)(TELPROBE_NOW() - event.value[2].id) - cases[i].ns;
		if (ago < -1 || ago > 10e9)
			fail_msg("'%s' is %.0f ns off", cases[i].word, ago);
	}
}

static const struct {
	const char *line, *what, *hint;
} refused[] = {
	{ "coutn x", "no marker 'coutn'", "did you mean 'count'" },
	{ "comand x", "no marker 'comand'", "did you mean 'command'" },
	{ "''", "no marker ''", "--list" },
	{ "COUNT x", "no marker 'COUNT'", "" },
	{ "count", "'count' needs NAME", "usage: telprobe emit count NAME [DELTA [ID]]" },
	{ "tag model", "'tag' needs VALUE", "tag KEY VALUE [ID]" },
	{ "span_done step x", "needs TOOK|START", "usage" },
	{ "count x 1 2 3", "'3' is one argument too many", "usage" },
	{ "opt_out now", "'now' is one argument too many", "usage: telprobe emit opt_out" },
	{ "count x 1.5", "DELTA '1.5' is not a whole number", "usage" },
	{ "count x 9223372036854775808", "not a whole number", "usage" },
	{ "count x ''", "DELTA '' is not", "" },
	{ "count x \t1", "is not", "" },
	{ "count x 1x", "is not", "" },
	{ "count x 1 -1", "ID '-1' is not a whole number of 64 bits, not negative", "" },
	{ "count x 1 18446744073709551616", "ID", "" },
	{ "measure x nan", "VALUE 'nan' is not a number", "" },
	{ "measure x inf", "not a number", "" },
	{ "measure x 1e999", "not a number", "" },
	{ "measure x ''", "not a number", "" },
	{ "command_end x okay", "OUTCOME 'okay' is none of ok, failed, cancelled",
	  "did you mean 'ok'" },
	{ "span_begin 1 x", "KIND '1' is none of tool, step", "" },
	{ "error x - wrning", "none of debug", "did you mean 'warning'" },
	{ "feature x use", "none of used", "did you mean 'used'" },
	{ "error x - error true", "none of no, yes", "" },
	{ "count -", "NAME '-' is no name", "a letter or digit" },
	{ "count ''", "NAME '' is no name", "" },
	{ "count /etc/passwd", "is no name", "never what somebody typed" },
	{ "count a@b", "is no name", "" },
	{ "count \x1b[31m", "NAME '?[31m'", "" },
	{ "error 1234567890123456789012345678901234567890123456789", "is no name", "48" },
	{ "session_begin x 123456789012345678901234567890123", "is no name", "32" },
	{ "span_done step x 5", "", NULL },
	{ "span_done step x 5d", "TOOK|START '5d' is no time", "250ms" },
	{ "span_done step x ms", "is no time", "" },
	{ "span_done step x -5ms", "is no time", "" },
	{ "span_done step x 1e300h", "not on yet", "" },
	{ "span_done step x 99999999999999999999", "not a whole number", "" },
};

static void emit_parse_refuses_what_is_wrong(void **state)
{
	struct emit_event event;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int ret = parse(refused[i].line, &event, &error);

		if (!refused[i].hint) {
			assert_int_equal(ret, 0);
			continue;
		}
		if (ret != -EINVAL)
			fail_msg("'%s' is taken", refused[i].line);
		if (!strstr(error.what, refused[i].what) || !strstr(error.hint, refused[i].hint))
			fail_msg("'%s': %s; %s", refused[i].line, error.what, error.hint);
	}
}

static void emit_parse_names_up_to_their_limit(void **state)
{
	char line[128];
	struct error error;
	struct emit_event event;

	(void)state;
	snprintf(line, sizeof(line), "count %063d", 0);
	event = parsed(line);
	assert_int_equal(strlen(event.value[0].text), 63);
	snprintf(line, sizeof(line), "count %064d", 0);
	assert_int_equal(parse(line, &event, &error), -EINVAL);
}

static void emit_texts_are_the_names_alone(void **state)
{
	const char *texts[EMIT_ARGUMENTS];
	struct emit_event event = parsed("lifecycle a - 1.0 - network 5");

	(void)state;
	assert_int_equal(emit_texts(&event, texts), 3);
	assert_string_equal(texts[0], "a");
	assert_string_equal(texts[1], "1.0");
	assert_string_equal(texts[2], "network");
}

static void emit_fire_is_not_heard_by_nobody(void **state)
{
	struct emit_event event = { 0 };
	int i;

	(void)state;
	for (i = 0; i < TP_MARKERS; i++) {
		event.marker = (enum tp_marker)i;
		assert_false(emit_fire(&event));
	}
}

static void emit_needs_process_where_it_opens_or_closes(void **state)
{
	(void)state;
	assert_true(emit_needs_process(TP_MARKER_COMMAND_BEGIN));
	assert_true(emit_needs_process(TP_MARKER_SPAN_END));
	assert_true(emit_needs_process(TP_MARKER_OPT_OUT));
	assert_false(emit_needs_process(TP_MARKER_SPAN_DONE));
	assert_false(emit_needs_process(TP_MARKER_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emit_markers_stand_in_the_order_of_the_header),
		cmocka_unit_test(emit_parse_all_arguments_of_each_marker),
		cmocka_unit_test(emit_parse_what_is_left_out),
		cmocka_unit_test(emit_parse_a_duration_is_a_start_so_long_ago),
		cmocka_unit_test(emit_parse_refuses_what_is_wrong),
		cmocka_unit_test(emit_parse_names_up_to_their_limit),
		cmocka_unit_test(emit_texts_are_the_names_alone),
		cmocka_unit_test(emit_fire_is_not_heard_by_nobody),
		cmocka_unit_test(emit_needs_process_where_it_opens_or_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
