/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "privacy/firewall.h"
#include "privacy/pattern_rules.h"
#include "privacy/placeholders.h"

static void placeholders_has_those_of_every_rule(void **state)
{
	const struct pattern_rule *rule;
	size_t i;

	(void)state;
	for (i = 0; (rule = pattern_rules_at(i)); i++)
		assert_true(placeholders_has(rule->placeholder));
	assert_true(placeholders_has("[UNDECLARED]"));
	assert_true(placeholders_has("[OTHER]"));
	assert_true(placeholders_has("[REFUSED]")); /* of files of an earlier version */
}

static void placeholders_has_what_the_firewall_says(void **state)
{
	static const char *const refused[] = { "a b", "10.1.2.3", "user.email", "IGNORED-one",
					       "me@example.org" };
	struct firewall_options options;
	struct firewall_verdict verdict;
	struct firewall *firewall;
	size_t i;

	(void)state;
	firewall_options_init(&options);
	assert_int_equal(text_list_add(&options.ignores, "IGNORED-*", 9), 0);
	assert_int_equal(firewall_new(&options, &firewall, NULL), 0);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		verdict = firewall_check(firewall, FIREWALL_NAME, FIREWALL_CONSTANT, refused[i]);
		assert_int_not_equal(verdict.layer, FIREWALL_PASSED);
		assert_true(placeholders_has(verdict.text));
	}
	verdict = firewall_check(firewall, FIREWALL_NAME, FIREWALL_UNKNOWN, "x");
	assert_true(placeholders_has(verdict.text));
	firewall_free(firewall);
	firewall_options_clear(&options);
}

static void placeholders_has_nothing_that_only_looks_so(void **state)
{
	(void)state;
	assert_false(placeholders_has(""));
	assert_false(placeholders_has("OTHER"));
	assert_false(placeholders_has("[ANNA]"));
	assert_false(placeholders_has("[OTHER"));
	assert_false(placeholders_has("[other]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_has_those_of_every_rule),
		cmocka_unit_test(placeholders_has_what_the_firewall_says),
		cmocka_unit_test(placeholders_has_nothing_that_only_looks_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
