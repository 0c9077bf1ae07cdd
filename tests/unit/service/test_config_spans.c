/* SPDX-License-Identifier: GPL-2.0-only */
/* test_config_spans.c - the spans of a target whose programs carry no markers. */
#include "unit/privacy/directory.h"

#include "service/config.h"
#include "service/config_spans.h"
#include "service/spans.h"

#define FUNCTION "  begin: function:f\n  end: return\n"
#define PROBES	 "  begin: usdt:p:b\n  end: usdt:p:e\n"

static int read_target(struct directory *directory, const char *text, struct config_target *out)
{
	directory_write(directory, "a.yaml", text, strlen(text));
	return config_read_target(directory_path(directory, "a.yaml"), out, &directory->error);
}

static void config_read_target_spans_as_written(void **state)
{
	const struct config_span *span;
	struct config_target target;

	assert_int_equal(
		read_target(
			*state,
			"paths: /a\nspans:\n- name: query\n" PROBES
			"  failed: function:oh_no\n  pairs: thread\n  kind: phase\n"
			"- {name: g, begin: 'function:_ZN1a1bEv', end: return, dear: true,"
			" failed: return == -12, recursion: outermost}\n"
			"- name: r\n  begin: function:a\n  end: function:b\n  pairs: argument 6\n",
			&target),
		0);
	assert_int_equal(target.span_count, 3);
	span = &target.spans[0];
	assert_string_equal(span->name, "query");
	assert_int_equal(span->line, 3);
	assert_int_equal(span->kind, TP_KIND_PHASE);
	assert_int_equal(span->begin.kind, CONFIG_PROBE_USDT);
	assert_string_equal(span->begin.provider, "p");
	assert_string_equal(span->end.name, "e");
	assert_int_equal(span->failed.kind, CONFIG_PROBE_FUNCTION);
	assert_string_equal(span->failed.name, "oh_no");
	assert_int_equal(span->pairing, TP_PAIRING_THREAD);
	assert_int_equal(span->recursion, TP_RECURSION_NONE);
	assert_int_equal(span->bytes, 0);
	assert_false(span->may_be_dear);
	span = &target.spans[1];
	assert_int_equal(span->line, 9);
	assert_int_equal(span->kind, TP_KIND_COMMAND);
	assert_string_equal(span->begin.name, "_ZN1a1bEv");
	assert_int_equal(span->end.kind, CONFIG_PROBE_RETURN);
	assert_int_equal(span->failure, TP_FAILURE_EQUAL);
	assert_int_equal(span->value, -12);
	assert_int_equal(span->bytes, 4);
	assert_int_equal(span->recursion, TP_RECURSION_OUTERMOST);
	assert_true(span->may_be_dear);
	span = &target.spans[2];
	assert_int_equal(span->pairing, TP_PAIRING_ARGUMENT);
	assert_int_equal(span->argument, 6);
	config_target_clear(&target);
}

static void config_read_target_what_a_function_returns(void **state)
{
	static const struct {
		const char *text;
		enum tp_failure failure;
		int32_t value;
		uint8_t bytes;
	} cases[] = {
		{ "return < 0", TP_FAILURE_LESS, 0, 4 },
		{ "return > 2147483647", TP_FAILURE_GREATER, INT32_MAX, 4 },
		{ "return != -2147483648", TP_FAILURE_OTHER, INT32_MIN, 4 },
		{ "return == NULL", TP_FAILURE_EQUAL, 0, 8 },
		{ "return != NULL", TP_FAILURE_OTHER, 0, 8 },
		{ "return == false", TP_FAILURE_EQUAL, 0, 1 },
		{ "return == true", TP_FAILURE_OTHER, 0, 1 },
	};
	struct config_target target;
	char text[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 "paths: /a\nspans:\n- name: n\n" FUNCTION "  failed: %s\n", cases[i].text);
		assert_int_equal(read_target(*state, text, &target), 0);
		assert_int_equal(target.spans[0].failure, cases[i].failure);
		assert_int_equal(target.spans[0].value, cases[i].value);
		assert_int_equal(target.spans[0].bytes, cases[i].bytes);
		assert_int_equal(target.spans[0].recursion, TP_RECURSION_NESTED);
		config_target_clear(&target);
	}
}

static const struct {
	const char *text, *what, *hint;
} bad_spans[] = {
	{ "spans: x\n", "a.yaml:2: 'spans' must be a list of spans", "explain" },
	{ "spans: []\n", "a.yaml:2: 'spans' must be a list of spans", "explain" },
	{ "spans: [x]\n", "a.yaml:2: 'spans' must be a list of spans", "explain" },
	{ "spans: {name: x}\n", "a.yaml:2: there is a mapping inside", "expected" },
	{ "spans: [{}]\n", "a.yaml:2: there is nothing inside", "key: value" },
	{ "spans:\n- name: [x]\n", "a.yaml:3: there is a list inside", "expected" },
	{ "names: [{a: b}]\n", "a.yaml:2: there is a mapping inside", "expected" },
	{ "spans:\n- name: x\n  ende: y\n", "a.yaml:4: a span has no 'ende'; did you mean 'end'?",
	  "known are name" },
	{ "spans:\n- name: x\n  kind: call\n  name: y\n",
	  "a.yaml:5: 'name' is there twice in one span, first in line 3", "remove" },
	{ "spans:\n- name: a b\n", "a.yaml:3: 'a b' is no 'name' of a span", "letter" },
	{ "spans:\n- begin: p:b\n", "a.yaml:3: 'p:b' is no 'begin'", "usdt:PROVIDER:NAME" },
	{ "spans:\n- begin: usdt:b\n", "'usdt:b' is no 'begin'", "usdt:PROVIDER:NAME" },
	{ "spans:\n- begin: usdt::b\n", "'usdt::b' is no 'begin'", "usdt:PROVIDER:NAME" },
	{ "spans:\n- begin: 'function:'\n", "'function:' is no 'begin'", "function:NAME" },
	{ "spans:\n- begin: return\n", "'return' is no 'begin'", "function:NAME" },
	{ "spans:\n- kind: session\n", "'session' is no 'kind'", "conversation or phase" },
	{ "spans:\n- pairs: argument 7\n", "'argument 7' is no 'pairs'", "from 1 to 6" },
	{ "spans:\n- pairs: argument 11\n", "'argument 11' is no 'pairs'", "from 1" },
	{ "spans:\n- recursion: deep\n", "'deep' is no 'recursion'", "outermost" },
	{ "spans:\n- dear: yes\n", "'yes' is no 'dear'", "true or false" },
	{ "spans:\n- failed: return <= 0\n", "'return <= 0' is no 'failed'", "< > ==" },
	{ "spans:\n- failed: return < 2147483648\n", "is no 'failed'", "whole number" },
	{ "spans:\n- failed: return <  1\n", "is no 'failed'", "whole number" },
	{ "spans:\n- failed: return < 1x\n", "is no 'failed'", "whole number" },
	{ "spans:\n- failed: return <\n", "is no 'failed'", "whole number" },
	{ "spans:\n- name: x\n  begin: function:f\n", "a.yaml:3: a span lacks 'end'", "return" },
	{ "spans:\n- name: x\n" PROBES "- kind: call\n" PROBES, "a.yaml:6: a span lacks 'name'",
	  "letter" },
	{ "spans:\n- name: x\n  begin: usdt:p:b\n  end: return\n",
	  "'end: return' without a function", "function:NAME" },
	{ "spans:\n- name: x\n" PROBES "  failed: return < 0\n",
	  "a comparison with what is returned needs 'end: return'", "another probe" },
	{ "spans:\n- name: x\n" PROBES "  pairs: argument 1\n", "'pairs: argument' needs functions",
	  "function:NAME" },
	{ "spans:\n- name: x\n  begin: function:a\n  end: function:b\n  pairs: argument 1\n"
	  "  cancelled: usdt:p:c\n",
	  "'pairs: argument' needs functions", "function:NAME" },
	{ "spans:\n- name: x\n" PROBES "  pairs: thread\n  recursion: none\n",
	  "'pairs' other than nested", "remove" },
	{ "spans:\n- name: x\n" FUNCTION "  pairs: thread\n", "'pairs' other than nested",
	  "remove" },
	{ "spans:\n- name: x\n  begin: usdt:p:b\n  end: usdt:p:b\n", "two probes of a span are one",
	  "end: return" },
};

static void config_read_target_bad_spans_by_line(void **state)
{
	struct directory *directory = *state;
	struct config_target target;
	char text[256];

	for (size_t i = 0; i < sizeof(bad_spans) / sizeof(bad_spans[0]); i++) {
		snprintf(text, sizeof(text), "paths: /a\n%s", bad_spans[i].text);
		assert_int_equal(read_target(directory, text, &target), -EINVAL);
		if (!strstr(directory->error.what, bad_spans[i].what) ||
		    !strstr(directory->error.hint, bad_spans[i].hint))
			fail_msg("case %zu: %s; %s", i, directory->error.what,
				 directory->error.hint);
	}
}

static void config_read_target_at_most_64_spans(void **state)
{
	struct directory *directory = *state;
	struct config_target target;
	char text[8192];
	size_t i, used;

	used = (size_t)snprintf(text, sizeof(text), "paths: /a\nspans:\n");
	for (i = 0; i < CONFIG_SPANS; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "- name: x\n" PROBES);
	assert_int_equal(read_target(directory, text, &target), 0);
	assert_int_equal(target.span_count, CONFIG_SPANS);
	config_target_clear(&target);
	snprintf(text + used, sizeof(text) - used, "- name: x\n" PROBES);
	assert_int_equal(read_target(directory, text, &target), -EINVAL);
	assert_non_null(strstr(directory->error.what, ":195: there are more than 64 spans"));
}

static void spans_print_tells_other_spans(void **state)
{
	static const char *const texts[] = {
		"- name: x\n" PROBES,
		"- name: y\n" PROBES,
		"- name: x\n" PROBES "  kind: call\n",
		"- name: x\n" PROBES "  failed: usdt:p:f\n",
		"- name: x\n" PROBES "- name: x\n" PROBES,
		"- name: x\n  begin: usdt:p:b\n  end: usdt:p:f\n",
		"- name: x\n" FUNCTION,
		"- name: x\n" FUNCTION "  dear: true\n",
		"- name: x\n" FUNCTION "  failed: return < 0\n",
		"- name: x\n" FUNCTION "  failed: return < 1\n",
		"- name: x\n" FUNCTION "  recursion: outermost\n",
	};
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
	struct config_target target;
	uint64_t prints[COUNT];
	char text[256];

	for (size_t i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "paths: /a\nspans:\n%s", texts[i]);
		assert_int_equal(read_target(*state, text, &target), 0);
		prints[i] = spans_print(&target);
		config_target_clear(&target);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(prints[i], prints[k]);
		snprintf(text, sizeof(text), "# moved\npaths: /b\n\nspans:\n%s", texts[i]);
		assert_int_equal(read_target(*state, text, &target), 0);
		assert_int_equal(spans_print(&target), prints[i]);
		config_target_clear(&target);
	}
	assert_int_equal(read_target(*state, "paths: /a\n", &target), 0);
	assert_int_equal(spans_print(&target), 0);
	config_target_clear(&target);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(config_read_target_spans_as_written),
		TEST(config_read_target_what_a_function_returns),
		TEST(config_read_target_bad_spans_by_line),
		TEST(config_read_target_at_most_64_spans),
		TEST(spans_print_tells_other_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
