/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/declared.h"
#include "unit/failing_memory.h"

static int set_up(void **state)
{
	static struct declared declared;

	declared_init(&declared);
	*state = &declared;
	return 0;
}

static int tear_down(void **state)
{
	declared_clear(*state);
	return 0;
}

static void declared_number_stays_and_leads_back(void **state)
{
	struct declared *declared = *state;
	char name[32], text[TP_DECLARED_BYTES];
	uint32_t i;

	for (i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		assert_int_equal(declared_number(declared, name), i);
	}
	for (i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		assert_int_equal(declared_number(declared, name), i);
		assert_int_equal(declared_text(declared, TP_PLACE_DECLARED + i, text), 0);
		assert_string_equal(text, name);
	}
}

static void declared_text_longest_name(void **state)
{
	struct declared *declared = *state;
	char name[TP_DECLARED_BYTES], text[TP_DECLARED_BYTES];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(declared_number(declared, name), 1);
	assert_int_equal(declared_text(declared, TP_PLACE_DECLARED + 1, text), 0);
	assert_string_equal(text, name);
}

static void declared_text_of_no_name(void **state)
{
	static const uint32_t places[] = { 0,
					   1,
					   5000,
					   TP_PLACE_DECLARED - 1,
					   TP_PLACE_DECLARED,
					   TP_PLACE_DECLARED + 2,
					   TP_PLACE_UNDECLARED };
	struct declared *declared = *state;
	char text[TP_DECLARED_BYTES] = "untouched";
	size_t i;

	declared_number(declared, "a");
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_int_equal(declared_text(declared, places[i], text), -ENOENT);
	assert_string_equal(text, "untouched");
}

static void declared_number_has_a_limit(void **state)
{
	struct declared *declared = *state;
	char name[32];
	uint32_t i;

	for (i = 1; i <= DECLARED_MAX; i++) {
		snprintf(name, sizeof(name), "%u", i);
		assert_int_equal(declared_number(declared, name), i);
	}
	assert_int_equal(declared_number(declared, "one-more"), 0);
	assert_int_equal(declared_number(declared, "1"), 1);
}

static void declared_number_without_memory(void **state)
{
	struct declared *declared = *state;
	uint32_t number = 0;
	int failed = 0;

	if (!memory_can_fail())
		skip();
	while (!number) {
		memory_fail_after(failed);
		number = declared_number(declared, "a");
		memory_fail_after(-1);
		failed += !number;
	}
	assert_int_equal(number, 1);
	assert_in_range(failed, 1, 5);
	assert_int_equal(declared_number(declared, "a"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(declared_number_stays_and_leads_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(declared_text_longest_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(declared_text_of_no_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(declared_number_has_a_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(declared_number_without_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
