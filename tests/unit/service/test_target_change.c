/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/target_change.h"

static char a[] = "/a", b[] = "/b";
static char *one[] = { a }, *other[] = { b }, *two[] = { a, b };

static const struct config_target before = { .name = "t",
					     .paths = one,
					     .path_count = 1,
					     .policy = CONSENT_OPT_OUT,
					     .level_max = TP_LEVEL_FULL,
					     .level_default = TP_LEVEL_BASIC };

static void assert_change(const struct config_target *is, bool has_limits, const char *expected)
{
	char text[256];

	assert_int_equal(target_change(&before, is, has_limits, text, sizeof(text)),
			 expected[0] != 0);
	assert_string_equal(text, expected);
}

static void target_change_none(void **state)
{
	struct config_target is = before;

	(void)state;
	assert_change(&is, true, "");
}

static void target_change_each_key(void **state)
{
	struct config_target is = before;

	(void)state;
	is.level_max = TP_LEVEL_ENHANCED;
	assert_change(&is, true, "'level_max' is enhanced, it was full");
	is.level_default = TP_LEVEL_ENHANCED;
	assert_change(&is, true,
		      "'level_max' is enhanced, it was full; 'level' is enhanced, it was basic");
	is.policy = CONSENT_LOCKED; /* then 'level' says nothing */
	is.paths = other;
	assert_change(&is, true,
		      "'policy' is locked, it was opt-out; 'level_max' is enhanced, it was full; "
		      "other 'paths'");
	is = before;
	is.without = TP_CATEGORY_ERRORS | TP_CATEGORY_SPANS;
	assert_change(&is, true, "'without' is spans,errors, it was []");
	is = before;
	is.paths = two;
	is.path_count = 2;
	is.names = one;
	is.name_count = 1;
	assert_change(&is, true, "other 'paths'; other 'names'");
}

static void target_change_levels_cut_by_the_machine(void **state)
{
	struct config_target is = before;

	(void)state;
	is.level_max = TP_LEVEL_BASIC;
	is.without = TP_CATEGORY_ERRORS;
	assert_change(&is, false, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(target_change_none),
		cmocka_unit_test(target_change_each_key),
		cmocka_unit_test(target_change_levels_cut_by_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
