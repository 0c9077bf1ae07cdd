/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/json.h"

static void assert_printed(const char *text, const char *expected)
{
	char *written = NULL;
	size_t bytes;
	FILE *file = open_memstream(&written, &bytes);

	assert_non_null(file);
	assert_int_equal(json_print(cJSON_CreateString(text), file), 0);
	fclose(file);
	assert_string_equal(written, expected);
	free(written);
}

static void json_print_text_steers_no_terminal(void **state)
{
	(void)state;
	assert_printed("a\033[0m\r", "\"a\\u001b[0m\\r\"\n");
	assert_printed("\x7f", "\"\\u007f\"\n");
	assert_printed("\xc2\x9b"
		       "0m",
		       "\"\\u009b0m\"\n");
	assert_printed("\xe2\x80\xae"
		       "exe",
		       "\"\\u202eexe\"\n");
	assert_printed("\xc3\xa4 \xf0\x9f\x98\x80", "\"\xc3\xa4 \xf0\x9f\x98\x80\"\n");
}

/* No parser takes them. */
static void json_print_bytes_that_are_no_utf8_are_replaced(void **state)
{
	(void)state;
	assert_printed("a\xff", "\"a\\ufffd\"\n");
	assert_printed("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"\n");
	assert_printed("\xe2\x82", "\"\\ufffd\\ufffd\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_print_text_steers_no_terminal),
		cmocka_unit_test(json_print_bytes_that_are_no_utf8_are_replaced),
	};

	return cmocka_run_group_tests_name("report/json", tests, NULL, NULL);
}
