/* SPDX-License-Identifier: GPL-2.0-only */
/* test_sampling.c - the key 'sampling' of target files: rules, and what the kernel is told of them. */
#include "unit/privacy/directory.h"

#include <errno.h>

#include "service/sampling.h"

static int read_target(struct directory *directory, const char *text, struct config_target *out)
{
	directory_write(directory, "a.yaml", text, strlen(text));
	return config_read_target(directory_path(directory, "a.yaml"), out, &directory->error);
}

static void sampling_rule_parse_what_there_is(void **state)
{
	static const struct {
		const char *text;
		struct sampling_rule rule;
	} cases[] = {
		{ "command always", { TP_KIND_COMMAND, TP_TELL_ALL, 0 } },
		{ "phase never", { TP_KIND_PHASE, TP_TELL_NONE, 0 } },
		{ "call 50 %", { TP_KIND_CALL, TP_TELL_SHARE, 0x80000000u } },
		{ "call 50%", { TP_KIND_CALL, TP_TELL_SHARE, 0x80000000u } },
		{ "tool 12.5 %", { TP_KIND_TOOL, TP_TELL_SHARE, 0x20000000u } },
		{ "step 0.0001 %", { TP_KIND_STEP, TP_TELL_SHARE, 4294 } }, /* 2^32 / 1e6 */
		{ "step 99.9999 %", { TP_KIND_STEP, TP_TELL_SHARE, 4294963001u } },
		{ "conversation 1/s", { TP_KIND_CONVERSATION, TP_TELL_RATE, 1000000000u } },
		{ "call 1000000/s", { TP_KIND_CALL, TP_TELL_RATE, 1000 } },
	};
	struct sampling_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sampling_rule_parse(cases[i].text, &rule), 0);
		assert_int_equal(rule.kind, cases[i].rule.kind);
		assert_int_equal(rule.how, cases[i].rule.how);
		assert_int_equal(rule.number, cases[i].rule.number);
	}
}

static void sampling_rule_parse_anything_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"call",
		"call ",
		"call  1 %",
		"calls 1 %",
		"cal 1 %",
		"single 1 %",
		"call 0 %",
		"call 100 %",
		"call 0.00001 %",
		"call -1 %",
		"call 1",
		"call 1 % ",
		"call 1. %",
		"call .5 %",
		"call 1e1 %",
		"call 1  %",
		"call 101 %",
		"call 1,5 %",
		"call 0/s",
		"call 1000001/s",
		"call 1.5/s",
		"call 10/m",
		"call 10 /s",
		"call /s",
		"call 99999999999999999999/s",
		"call 99999999999999999999 %",
		"call Always",
		"call sometimes",
		"call nan %",
		"call 0x10/s",
	};
	struct sampling_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(sampling_rule_parse(texts[i], &rule), -EINVAL);
}

static void config_read_target_sampling_as_written(void **state)
{
	struct config_target target;
	struct tp_sampling rules;
	char text[64];

	assert_int_equal(
		read_target(*state, "paths: /a\nsampling: [call 25 %, tool 10/s]\n", &target), 0);
	assert_true(sampling_fill(&target, &rules));
	assert_int_equal(rules.how[TP_KIND_CALL], TP_TELL_SHARE);
	assert_int_equal(rules.how[TP_KIND_TOOL], TP_TELL_RATE);
	assert_int_equal(rules.how[TP_KIND_COMMAND], TP_TELL_ALL);
	sampling_describe(&target, NULL, text, sizeof(text));
	assert_string_equal(text, "call 25 %, tool 10/s");
	rules.asked[TP_KIND_CALL] = 1000;
	rules.thinned_out[TP_KIND_CALL] = 750;
	rules.asked[TP_KIND_TOOL] = rules.thinned_out[TP_KIND_TOOL] = 3;
	sampling_describe(&target, &rules, text, sizeof(text));
	assert_string_equal(text, "call 25 % (1 of 4.0 so far), tool 10/s (none so far)");
	sampling_describe(&target, &rules, text, 12);
	assert_string_equal(text, "call 25 % (");
	config_target_clear(&target);
	assert_int_equal(read_target(*state, "paths: /a\nsampling: call always\n", &target), 0);
	assert_false(sampling_fill(&target, &rules));
	config_target_clear(&target);
}

static void config_read_target_bad_sampling_by_line(void **state)
{
	static const struct {
		const char *text, *what, *hint;
	} cases[] = {
		{ "sampling: 10 %\n", "a.yaml:2: '10 %' is no rule", "a kind (command, tool" },
		{ "sampling:\n  - call 1 %\n  - tool 0 %\n", "a.yaml:4: 'tool 0 %' is no rule",
		  "100/s" },
		{ "sampling:\n  - call 1 %\n  - call 2 %\n",
		  "a.yaml:4: 'call 2 %' is the second rule of its kind", "remove one" },
		{ "sampling:\n  - call 1 %\n  - call 1 %\n", "a.yaml:4: 'call 1 %' is there twice",
		  "remove one" },
		{ "sampling: []\n", "a.yaml:2: 'sampling' must be a rule", "config explain" },
		{ "sampling:\n  - kind: call\n", "a.yaml:3: there is a mapping inside", "key" },
	};
	struct directory *directory = *state;
	struct config_target target;
	char text[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "paths: /a\n%s", cases[i].text);
		assert_int_equal(read_target(directory, text, &target), -EINVAL);
		assert_non_null(strstr(directory->error.what, cases[i].what));
		assert_non_null(strstr(directory->error.hint, cases[i].hint));
	}
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sampling_rule_parse_what_there_is),
		cmocka_unit_test(sampling_rule_parse_anything_else_is_refused),
		TEST(config_read_target_sampling_as_written),
		TEST(config_read_target_bad_sampling_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
