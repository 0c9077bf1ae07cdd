/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"

static void error_hint_returns_the_code(void **state)
{
	struct error error;

	(void)state;
	error_set(&error, -EACCES, "cannot open '%s'", "a\033b");
	assert_int_equal(error_hint(&error, "be %s", "root\n"), -EACCES);
	assert_string_equal(error.what, "cannot open 'a?b'");
	assert_string_equal(error.hint, "be root?");
	assert_int_equal(error_set(&error, -EIO, "again"), -EIO);
	assert_string_equal(error.hint, "");
}

/* Also where a terminal obeys more than ASCII's control bytes, and a name is cut by the room. */
static void error_set_text_steers_no_terminal(void **state)
{
	struct error error;
	char long_name[sizeof(error.what) + 2];

	(void)state;
	error_set(&error, -EINVAL, "'%s' '%s' '%s'",
		  "\xc2\x9b"
		  "0m",
		  "\xe2\x80\xae"
		  "exe",
		  "a\xff"
		  "b");
	assert_string_equal(error.what, "'?0m' '?exe' 'a?b'");
	error_set(&error, -EINVAL, "'%s'", "\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x98\x80");
	assert_string_equal(error.what, "'\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x98\x80'");
	memset(long_name, 'a', sizeof(long_name));
	memcpy(long_name + sizeof(error.what) - 2, "\xc3\xa4", 3);
	error_set(&error, -EINVAL, "%s", long_name);
	assert_int_equal(error.what[sizeof(error.what) - 2], '?');
}

/* Who wants no words still has to hear that it failed. */
static void error_hint_without_error_is_a_failure(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, -EACCES, "cannot"), -EACCES);
	assert_true(error_hint(NULL, "be root") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_hint_returns_the_code),
		cmocka_unit_test(error_set_text_steers_no_terminal),
		cmocka_unit_test(error_hint_without_error_is_a_failure),
	};

	return cmocka_run_group_tests_name("lib/error", tests, NULL, NULL);
}
