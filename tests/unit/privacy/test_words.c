/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/words.h"

static const char *const more[] = { "zebra" };

static void assert_words(const char *text, enum words_found wanted)
{
	enum words_found found = words_find(text, strlen(text), more, 1);

	if (found != wanted)
		fail_msg("'%s': %d instead of %d", text, found, wanted);
}

static void words_find_names_of_fields(void **state)
{
	static const char *const names[] = { "email",	   "user.email", "apiKey",    "API_KEY",
					     "APIKey",	   "password2",	 "authToken", "db-secret",
					     "apikey",	   "Key",	 "userSSN",   "zebra",
					     "zebra-walk", "TheZebra" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_words(names[i], WORDS_FIELD);
}

static void words_find_acts_and_errors_are_mentions(void **state)
{
	(void)state;
	assert_words("reset-password", WORDS_MENTION);
	assert_words("invalid_token", WORDS_MENTION);
	assert_words("token_expired", WORDS_MENTION);
	assert_words("primaryKey", WORDS_MENTION);
	assert_words("passwd", WORDS_MENTION);
	assert_words("git-credential", WORDS_MENTION);
}

static void words_find_whole_words_only(void **state)
{
	(void)state;
	assert_words("tokens.input", WORDS_NONE);
	assert_words("monkey", WORDS_NONE);
	assert_words("secretary", WORDS_NONE);
	assert_words("keyboard", WORDS_NONE);
	assert_words("think", WORDS_NONE);
	assert_words("HTTPServer", WORDS_NONE);
	assert_words("AB", WORDS_NONE);
	assert_words("", WORDS_NONE);
	assert_words("1234", WORDS_NONE);
	assert_words("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeemail", WORDS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_find_names_of_fields),
		cmocka_unit_test(words_find_acts_and_errors_are_mentions),
		cmocka_unit_test(words_find_whole_words_only),
	};

	return cmocka_run_group_tests_name("privacy/words", tests, NULL, NULL);
}
