/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/pattern_rules.h"
#include "privacy/patterns.h"
#include "unit/failing_memory.h"

static const char *rule_of(struct patterns *patterns, const char *text)
{
	struct pattern_found found;

	return patterns_find(patterns, text, strlen(text), &found) ? found.rule : NULL;
}

static void assert_rule(struct patterns *patterns, const char *text, const char *wanted)
{
	const char *rule = rule_of(patterns, text);

	if (!wanted ? rule != NULL : !rule || strcmp(rule, wanted) != 0)
		fail_msg("'%s': %s instead of %s", text, rule ? rule : "nothing",
			 wanted ? wanted : "nothing");
}

static void pattern_rules_are_complete_rows(void **state)
{
	const struct pattern_rule *rule;
	size_t i;

	(void)state;
	for (i = 0; (rule = pattern_rules_at(i)); i++) {
		assert_true(rule->name[0] && rule->expression[0]);
		assert_int_equal(rule->placeholder[0], '[');
		assert_true(rule->place < PATTERN_PLACES);
	}
	assert_in_range(i, 20, 255); /* a callout has no greater number */
}

static void patterns_find_by_group(void **state)
{
	static const struct {
		bool strips_pii, redacts_paths;
		const char *address, *path, *token;
	} cases[] = {
		{ true, true, "ipv4", "path", "AI provider key" },
		{ false, true, NULL, "path", "AI provider key" },
		{ true, false, "ipv4", NULL, "AI provider key" },
		{ false, false, NULL, NULL, "AI provider key" },
	};
	struct patterns *patterns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(patterns_new(cases[i].strips_pii, cases[i].redacts_paths, NULL, 0,
					      &patterns, NULL),
				 0);
		assert_rule(patterns, "10.1.2.3", cases[i].address);
		assert_rule(patterns, "/etc/passwd", cases[i].path);
		assert_rule(patterns,
			    "sk-"
			    "ant-api03-abcdefghij",
			    cases[i].token);
		assert_rule(patterns, "think", NULL);
		patterns_free(patterns);
	}
}

static void patterns_find_own_expressions(void **state)
{
	static const char *const own[] = { "^acme-", "project[0-9]+" };
	const char *many[PATTERNS_OWN + 1];
	struct patterns *patterns, *none = NULL;
	struct error error;
	size_t i;

	(void)state;
	assert_int_equal(patterns_new(true, true, own, 2, &patterns, NULL), 0);
	assert_rule(patterns, "ACME-plan", "own pattern 1");
	assert_rule(patterns, "the-Project7", "own pattern 2");
	assert_rule(patterns, "my-acme", NULL);
	patterns_free(patterns);
	for (i = 0; i < PATTERNS_OWN + 1; i++)
		many[i] = i < PATTERNS_OWN - 1 ? "acme" : "other";
	assert_int_equal(patterns_new(true, true, many, PATTERNS_OWN, &patterns, NULL), 0);
	assert_rule(patterns, "other", "own pattern 64");
	patterns_free(patterns);
	assert_int_equal(patterns_new(true, true, many, PATTERNS_OWN + 1, &none, &error), -E2BIG);
	assert_null(none);
	assert_non_null(strstr(error.what, "65"));
}

/* Exponential in the length of the text for a matcher that goes back: it stops, and that counts. */
static void patterns_find_catastrophic_expression_is_bounded(void **state)
{
	static const char *const own[] = { "(o+)+$" };
	struct patterns *patterns;

	(void)state;
	assert_int_equal(patterns_new(true, true, own, 1, &patterns, NULL), 0);
	assert_rule(patterns, "ooooooooooooooooooooooooooooooooooooooooooooooo!",
		    "own pattern 1: limit of steps or memory");
	assert_rule(patterns, "bcd", NULL);
	patterns_free(patterns);
}

static void patterns_speed_up_changes_no_answer(void **state)
{
	static const char *const own[] = { "(o+)+$" };
	struct patterns *patterns;

	(void)state;
	assert_int_equal(patterns_new(true, true, own, 1, &patterns, NULL), 0);
	patterns_speed_up(patterns);
	assert_rule(patterns, "ooooooooooooooooooooooooooooooooooooooooooooooo!",
		    "own pattern 1: limit of steps or memory");
	assert_rule(patterns, "10.1.2.3", "ipv4");
	assert_rule(patterns, "4111-1111-1111-1111", "card");
	assert_rule(patterns, "4111-1111-1111-1112", "national id");
	assert_rule(patterns, "think", NULL);
	patterns_free(patterns);
}

static void patterns_find_gives_up_on_the_safe_side(void **state)
{
	struct patterns *patterns;

	(void)state;
	if (!memory_can_fail())
		skip();
	assert_int_equal(patterns_new(true, true, NULL, 0, &patterns, NULL), 0);
	memory_fail_after(0);
	assert_rule(patterns, "think", "limit of steps or memory");
	memory_fail_after(-1);
	assert_rule(patterns, "think", NULL);
	patterns_free(patterns);
}

static void assert_bad(const char *expression, const char *what)
{
	const char *const own[] = { expression };
	struct patterns *patterns = NULL;
	struct error error = { 0 };

	if (patterns_check_own(expression, &error) != -EINVAL)
		fail_msg("'%.40s' is not refused", expression);
	if (!strstr(error.what, what))
		fail_msg("'%s' is not in '%s'", what, error.what);
	assert_true(error.hint[0]);
	assert_int_equal(patterns_new(true, true, own, 1, &patterns, &error), -EINVAL);
	assert_null(patterns);
}

static void patterns_check_own_refuses_what_cannot_be_used(void **state)
{
	char text[300];

	(void)state;
	assert_bad("(open", "no regular expression: missing closing parenthesis, at character 6");
	assert_bad("a*", "matches the empty text");
	assert_bad("", "matches the empty text");
	assert_bad("(?:a[bc]){1,900}", "is too large when compiled");
	assert_bad("(?:(?:ab){1,900}){1,90}", "no regular expression: regular expression is too");
	assert_bad("((((((((((((((((((((a))))))))))))))))))))", "no regular expression");
	/* they double the steps, or never end, on nothing at all; an optimisation would hide it */
	assert_bad("(*NO_START_OPT)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)[xy]",
		   "cannot be searched for, not even in the empty text: match limit exceeded");
	assert_bad("(*NO_START_OPT)((?1)|[ab])+[xy]",
		   "cannot be searched for, not even in the empty text: nested recursion");
	assert_bad("a\\C", "no regular expression");
	assert_bad("(*UTF)a", "no regular expression");
	memset(text, 'a', sizeof(text));
	text[257] = '\0';
	assert_bad(text, "is longer than 256 bytes");
	text[256] = '\0';
	assert_int_equal(patterns_check_own(text, NULL), 0);
}

static void patterns_new_without_memory_says_so(void **state)
{
	static const char *const own[] = { "acme" };
	struct patterns *patterns = NULL;
	struct error error = { 0 };
	int i, ret = -ENOMEM, refused = 0;

	(void)state;
	if (!memory_can_fail())
		skip();
	for (i = 0; ret; i++) {
		memory_fail_after(i);
		ret = patterns_new(true, true, own, 1, &patterns, &error);
		memory_fail_after(-1);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_null(patterns);
		assert_true(error.what[0]);
		refused++;
	}
	assert_true(refused >= 8);
	patterns_free(patterns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pattern_rules_are_complete_rows),
		cmocka_unit_test(patterns_find_by_group),
		cmocka_unit_test(patterns_find_own_expressions),
		cmocka_unit_test(patterns_find_catastrophic_expression_is_bounded),
		cmocka_unit_test(patterns_speed_up_changes_no_answer),
		cmocka_unit_test(patterns_find_gives_up_on_the_safe_side),
		cmocka_unit_test(patterns_check_own_refuses_what_cannot_be_used),
		cmocka_unit_test(patterns_new_without_memory_says_so),
	};

	return cmocka_run_group_tests_name("privacy/patterns", tests, NULL, NULL);
}
