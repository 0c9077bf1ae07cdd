/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/person.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned int asked; /* how often the system was */

/* Instead of the C library's. */
struct passwd *getpwuid(uid_t uid)
{
	static char name[32];
	static struct passwd account = { .pw_name = name };

	asked++;
	snprintf(name, sizeof(name), "person%u", uid);
	return uid < 100 ? &account : NULL;
}

static void person_name_is_the_account_or_the_uid(void **state)
{
	struct person_names names = { 0 };

	(void)state;
	assert_string_equal(person_name(&names, 0), "person0");
	assert_string_equal(person_name(&names, 7), "person7");
	assert_string_equal(person_name(&names, 4294967295u), "4294967295");
}

static void person_name_asks_once_for_each(void **state)
{
	struct person_names names = { 0 };
	uint32_t i, uid;

	(void)state;
	asked = 0;
	for (i = 0; i < 1000; i++)
		for (uid = 60001; uid < 60004; uid++)
			person_name(&names, uid);
	assert_int_equal(asked, 3);
}

static void person_name_of_two_in_one_place_are_told_apart(void **state)
{
	struct person_names names = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_string_equal(person_name(&names, 1), "person1");
		assert_string_equal(person_name(&names, 1 + PERSON_NAMES), "person65");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(person_name_is_the_account_or_the_uid),
		cmocka_unit_test(person_name_asks_once_for_each),
		cmocka_unit_test(person_name_of_two_in_one_place_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
