/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/utf8.h"

static void utf8_decode_characters_of_each_length(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
		size_t bytes;
		bool is_valid;
	} cases[] = {
		{ "a", 'a', 1, true },
		{ "\x7f", 0x7f, 1, true },
		{ "\xc2\x80", 0x80, 2, true },
		{ "\xdf\xbf", 0x7ff, 2, true },
		{ "\xe0\xa0\x80", 0x800, 3, true },
		{ "\xef\xbf\xbd", 0xfffd, 3, true },
		{ "\xf0\x90\x80\x80", 0x10000, 4, true },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff, 4, true },
		{ "\xc0\xaf", '/', 2, false },	       /* as / is not to be written */
		{ "\xe0\x80\xaf", '/', 3, false },     /* nor so */
		{ "\xf0\x80\x80\xaf", '/', 4, false }, /* nor so */
		{ "\xed\xa0\x80", 0xd800, 3, false },  /* half of a pair */
		{ "\xf4\x90\x80\x80", 0x110000, 4, false },
	};
	uint32_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value = 0;
		assert_int_equal(utf8_decode(cases[i].text, strlen(cases[i].text), &value),
				 cases[i].bytes);
		assert_int_equal(value, cases[i].value);
		assert_int_equal(utf8_is_valid(value, cases[i].bytes), cases[i].is_valid);
	}
}

static void utf8_decode_of_what_is_none(void **state)
{
	static const char *const texts[] = { "\x80",
					     "\xbf",
					     "\xc3",
					     "\xc3"
					     "a",
					     "\xe2\x82",
					     "\xe2\x82"
					     "a",
					     "\xf0\x90",
					     "\xf8",
					     "\xff" };
	uint32_t value = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(utf8_decode(texts[i], strlen(texts[i]), &value), 0);
	assert_int_equal(utf8_decode("\xc3\xa4", 1, &value), 0); /* the rest is not ours */
	assert_int_equal(value, 7);
}

static void utf8_take_of_what_is_none_goes_on_by_a_byte(void **state)
{
	static const char *const texts[] = { "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xe2\x82",
					     "\xff" };
	uint32_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(utf8_take(texts[i], SIZE_MAX, &value), 1);
		assert_int_equal(value, UTF8_REPLACEMENT);
	}
	assert_int_equal(utf8_take("\xc3\xa4", SIZE_MAX, &value), 2);
	assert_int_equal(value, 0xe4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_decode_characters_of_each_length),
		cmocka_unit_test(utf8_decode_of_what_is_none),
		cmocka_unit_test(utf8_take_of_what_is_none_goes_on_by_a_byte),
	};

	return cmocka_run_group_tests_name("lib/utf8", tests, NULL, NULL);
}
