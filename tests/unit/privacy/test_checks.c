/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/checks.h"

#define YES(check, text) assert_true(check(text, strlen(text)))
#define NO(check, text)	 assert_false(check(text, strlen(text)))

static void check_card_wants_issuer_length_and_sum(void **state)
{
	static const char *const right[] = { "4111111111111111",	"4222222222222",
					     "5555 5555 5555 4444",	"3782-822463-10005",
					     "6011000990139424",	"2221000000000009",
					     "3530111333300000",	"30569309025904",
					     "38520000023237",		"36227206271667",
					     "4111.1111.1111.1111.110", "340000000000009" };
	static const char *const wrong[] = { "4111111111111112",
					     "1111111111111117",
					     "411111111116",
					     "41111111111111111113333",
					     "2220000000000000",
					     "2721000000000004",
					     "7000000000000005",
					     "",
					     "x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (!check_card(right[i], strlen(right[i])))
			fail_msg("'%s' is a card's number", right[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (check_card(wrong[i], strlen(wrong[i])))
			fail_msg("'%s' is no card's number", wrong[i]);
}

static void check_iban_wants_length_and_rest(void **state)
{
	(void)state;
	YES(check_iban, "DE89370400440532013000");
	YES(check_iban, "gb82 west 1234 5698 7654 32");
	YES(check_iban, "NO9386011117947");
	NO(check_iban, "DE88370400440532013000");
	NO(check_iban, "DE8937040044");
	NO(check_iban, "DE89370400440532013000DE8937040044053201300");
}

static void check_ipv6_is_what_inet_pton_reads_with_a_digit(void **state)
{
	(void)state;
	YES(check_ipv6, "fe80::1");
	YES(check_ipv6, "::ffff:10.0.0.1");
	NO(check_ipv6, "add::bed");
	NO(check_ipv6, "12:34:56");
	NO(check_ipv6, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa");
}

static void check_number_leaves_dates_and_times(void **state)
{
	(void)state;
	YES(check_number, "123456789");
	YES(check_number, "x987654321");
	YES(check_number, "202401151");	      /* nine digits: no date */
	YES(check_number, "20240115123");     /* eleven */
	YES(check_number, "202401151234567"); /* fifteen */
	YES(check_number, "letters");
	YES(check_number, "20241315");
	YES(check_number, "20240015");
	YES(check_number, "20240132");
	YES(check_number, "20240100");
	YES(check_number, "18990101");
	YES(check_number, "21000101");
	YES(check_number, "1234567");
	YES(check_number, "1300000000");
	YES(check_number, "2000000000");
	NO(check_number, "20240115");
	NO(check_number, "r20240115");
	NO(check_number, "20240115123456");
	NO(check_number, "1700000000");
	NO(check_number, "1700000000123");
	NO(check_number, "1700000000123456");
	NO(check_number, "1700000000123456789");
}

static void check_digits_counts_them(void **state)
{
	(void)state;
	YES(check_digits, "030-1234567");
	NO(check_digits, "030-12345");
	NO(check_digits, "0301234567890123");
	NO(check_digits, "2024-01-15-10");
}

static void check_coordinates_are_in_range(void **state)
{
	(void)state;
	YES(check_coordinates, "48.8566, 2.3522");
	YES(check_coordinates, "-33.8688;-151.2093");
	NO(check_coordinates, "91.123,2.345");
	NO(check_coordinates, "-91.123,2.345");
	NO(check_coordinates, "48.123,181.345");
	NO(check_coordinates, "48.123");
	NO(check_coordinates, "48.123,-");
	NO(check_coordinates,
	   "48.1230000000000000000000000000000000000000000000000000000000000,2.345");
}

static void check_mixed_wants_both(void **state)
{
	(void)state;
	YES(check_mixed, "a1");
	YES(check_mixed, "1-Z");
	NO(check_mixed, "ab");
	NO(check_mixed, "12");
	NO(check_mixed, "");
	NO(check_mixed, "{1~");
}

static void check_is_random_tells_words_from_chance(void **state)
{
	static const char *const words[] = {
		"configuration",
		"TestParseConfigWithEmptyFile",
		"java.lang.NullPointerException",
		"aaaaaaaaaaaa",
		"x1x1x1x1x1x",
		"ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
		"XMLHttpRequest",
		"fooBarBazQuxAB",
		"",
	};
	static const char *const chance[] = {
		"xK9q2Zp7Wv4Tq",    "zqxjkvbwpfmgzqxjk",	"q7w8-e9r0-t1y2-u3i4-o5p6",
		"ZXQJKVWPFMGZ9QX7", "aBcXqZjKvWqPfMgZqXjKqQzZ",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (check_is_random(words[i], strlen(words[i])))
			fail_msg("'%s' is made of words", words[i]);
	for (i = 0; i < sizeof(chance) / sizeof(chance[0]); i++)
		if (!check_is_random(chance[i], strlen(chance[i])))
			fail_msg("'%s' is chance", chance[i]);
	NO(check_is_random, "zqxjkvbwpfmgz"); /* short, and no digit */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_card_wants_issuer_length_and_sum),
		cmocka_unit_test(check_iban_wants_length_and_rest),
		cmocka_unit_test(check_ipv6_is_what_inet_pton_reads_with_a_digit),
		cmocka_unit_test(check_number_leaves_dates_and_times),
		cmocka_unit_test(check_digits_counts_them),
		cmocka_unit_test(check_coordinates_are_in_range),
		cmocka_unit_test(check_mixed_wants_both),
		cmocka_unit_test(check_is_random_tells_words_from_chance),
	};

	return cmocka_run_group_tests_name("privacy/checks", tests, NULL, NULL);
}
