/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/selftest_search.h"

static uint64_t look(const struct search *search, const char *bytes)
{
	uint64_t found = UINT64_MAX;

	assert_int_equal(search_look(search, bytes, strlen(bytes), &found), 0);
	return found;
}

static int setup(void **state)
{
	struct search *search = search_new();

	*state = search;
	return !search || search_add(search, 0, "Tarolimasune", 12) ||
	       search_add(search, 5, "48.12345_11.67890", 17) ||
	       search_add(search, 63, "AKIAIOSFODNN7", 13);
}

static int teardown(void **state)
{
	search_free(*state);
	return 0;
}

static void search_look_finds_texts_in_any_case(void **state)
{
	assert_int_equal(look(*state, "xxtarolimasuneyy"), 1);
	assert_int_equal(look(*state, "TAROLIMASUNE akiaiosfodnn7"), 1 | UINT64_C(1) << 63);
	assert_int_equal(look(*state, "at 48.12345_11.67890"), 1 << 5);
	assert_int_equal(look(*state, ""), 0);
	assert_int_equal(look(*state, "tarolimasun"), 0);
}

/* printf '%s' "x...Tarolimasune..." | xxd -p, | base64, with nothing, one, two bytes before it */
static void search_look_sees_through_hexadecimal_and_base64(void **state)
{
	assert_int_equal(look(*state, "..5461726f6c696d6173756e65.."), 1);
	assert_int_equal(look(*state, "..5461726F6C696D6173756E65.."), 1);
	assert_int_equal(look(*state, "VGFyb2xpbWFzdW5l"), 1);
	assert_int_equal(look(*state, "eFRhcm9saW1hc3VuZXg="), 1);
	assert_int_equal(look(*state, "eHhUYXJvbGltYXN1bmV4"), 1);
	assert_int_equal(look(*state, "EHHuYXJVBGLTYXN1BMV4"), 0);
}

static void search_look_half_of_a_long_one_counts(void **state)
{
	assert_int_equal(look(*state, "48.12345 and no more"), 1 << 5);
	assert_int_equal(look(*state, "48.1234 and no more"), 0);
}

static void search_look_sees_over_nuls_and_ends(void **state)
{
	const char bytes[] = "a\0b\0tarolimasune";
	uint64_t found = 0;

	assert_int_equal(search_look(*state, bytes, sizeof(bytes) - 1, &found), 0);
	assert_int_equal(found, 1);
	assert_int_equal(search_look(*state, bytes, sizeof(bytes) - 2, &found), 0);
	assert_int_equal(found, 0);
}

/* CREATE TABLE t(i, j); INSERT INTO t VALUES(43210987654321, 612345678901234567): the record, by xxd */
static void search_look_sees_numbers_as_a_database_keeps_them(void **state)
{
	const char record[] = "\x03\x05\x06\x27\x4c\xd7\x91\xcc\xb1"
			      "\x08\x7f\x7d\x26\x8e\xa7\x4b\x87";
	const uint64_t memory[] = { UINT64_C(43210987654321), UINT64_C(612345678901234567) };
	uint64_t found = 0;

	assert_int_equal(search_add_integer(*state, 7, UINT64_C(43210987654321), false), 0);
	assert_int_equal(search_add_integer(*state, 8, UINT64_C(612345678901234567), true), 0);
	assert_int_equal(search_look(*state, record, sizeof(record) - 1, &found), 0);
	assert_int_equal(found, 1 << 7 | 1 << 8);
	assert_int_equal(search_look(*state, record, sizeof(record) - 2, &found), 0);
	assert_int_equal(found, 1 << 7);
	assert_int_equal(search_look(*state, record + 4, sizeof(record) - 5, &found), 0);
	assert_int_equal(found, 1 << 8);
	assert_int_equal(search_look(*state, memory, sizeof(memory), &found), 0);
	assert_int_equal(found, 1 << 8);
	assert_int_equal(search_add_integer(*state, 9, (UINT64_C(1) << 40) - 1, true), -EINVAL);
	assert_int_equal(search_add_integer(*state, SEARCH_SECRETS, UINT64_C(1) << 40, true),
			 -EINVAL);
}

static void search_add_refuses_what_chance_would_find(void **state)
{
	char longest[SEARCH_TEXT + 1];

	memset(longest, 'a', sizeof(longest));
	assert_int_equal(search_add(*state, 1, "abcd", 4), -EINVAL);
	assert_int_equal(search_add(*state, SEARCH_SECRETS, "abcdef", 6), -EINVAL);
	assert_int_equal(search_add(*state, 1, longest, SEARCH_TEXT + 1), -EINVAL);
	assert_int_equal(search_add(*state, 1, longest, SEARCH_TEXT), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(search_look_finds_texts_in_any_case),
		TEST(search_look_sees_through_hexadecimal_and_base64),
		TEST(search_look_half_of_a_long_one_counts),
		TEST(search_look_sees_over_nuls_and_ends),
		TEST(search_look_sees_numbers_as_a_database_keeps_them),
		TEST(search_add_refuses_what_chance_would_find),
	};

	return cmocka_run_group_tests_name("cli/selftest_search", tests, NULL, NULL);
}
