/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/disguise.h"
#include "privacy/lookalikes.h"

static void assert_stripped(const char *text, const char *wanted)
{
	char out[256];
	size_t used = disguise_strip(text, strlen(text), out);

	assert_int_equal(used, strlen(wanted));
	assert_memory_equal(out, wanted, used);
}

static void disguise_strip_makes_ascii_where_it_can(void **state)
{
	(void)state;
	assert_stripped("plain", "plain");
	assert_stripped("%41%4a%6A", "AJj");
	assert_stripped("%4", "%4");
	assert_stripped("%4!~&#1", "%4!~&#1");
	assert_stripped("%4g%g4%", "%4g%g4%");
	assert_stripped("\\x41\\u0042", "AB");
	assert_stripped("\\u041", "\\u041");
	assert_stripped("\\n", "\\n");
	assert_stripped("&#64;&#x40;&#X40;&#64", "@@@@");
	assert_stripped("&amp;&#;&#x;&#a;&#6a", "&amp;&#;&#x;&#a;\x06"
						"a");
	assert_stripped("&#1234567", "\xe1"
				     "&#1234567" +
					     1);	   /* six digits are read: no look-alike */
	assert_stripped("\xef\xbd\x81\xef\xbc\xa0", "a@"); /* full-width */
	assert_stripped("\xd0\xb0\xce\xbf", "ao");	   /* Cyrillic, Greek */
	assert_stripped("a\xe2\x80\x8b"
			"b\xc2\xad"
			"c\xef\xbb\xbf",
			"abc");
	assert_stripped("\xf0\x9d\x90\x80\xf0\x9d\x90\x9a\xf0\x9d\x9f\x8e",
			"Aa0"); /* mathematical */
	assert_stripped("caf\xc3\xa9", "caf\xc3\xa9");
}

static void disguise_strip_leaves_broken_utf8(void **state)
{
	(void)state;
	assert_stripped("\x80", "\x80");
	assert_stripped("\xc1\x80", "@"); /* not broken, but longer than it must be */
	assert_stripped("\xe0\x81\x80", "@");
	assert_stripped("\xd0", "\xd0");
	assert_stripped("\xd0"
			"a",
			"\xd0"
			"a");
	assert_stripped("\xef\xbd", "\xef\xbd");
	assert_stripped("\xff\xfe", "\xff\xfe");
}

static void lookalike_knows_each_kind(void **state)
{
	(void)state;
	assert_int_equal(lookalike(0x0430), 'a');
	assert_int_equal(lookalike(0x0669), '9');
	assert_int_equal(lookalike(0x2460), '1');
	assert_int_equal(lookalike(0x1f149), 'Z');
	assert_int_equal(lookalike(0x1d433), 'z');
	assert_int_equal(lookalike(0x2011), '-');
	assert_int_equal(lookalike(0xfeff), LOOKALIKE_INVISIBLE);
	assert_int_equal(lookalike(0xe0020), LOOKALIKE_INVISIBLE);
	assert_int_equal(lookalike(0x4e2d), LOOKALIKE_NONE);
	assert_int_equal(lookalike(0x1d3ff), LOOKALIKE_NONE);
	assert_int_equal(lookalike(0x1d6a4), LOOKALIKE_NONE);
}

struct heard {
	const char *wanted;
	int calls;
};

static int hear(void *data, const char *text, size_t length)
{
	struct heard *heard = data;

	heard->calls++;
	return length == strlen(heard->wanted) && !memcmp(text, heard->wanted, length);
}

static int finds(const char *text, const char *wanted)
{
	struct heard heard = { .wanted = wanted };

	return disguise_each(text, strlen(text), hear, &heard);
}

static void disguise_each_sees_through_three_layers(void **state)
{
	(void)state;
	assert_int_equal(finds("secret thing", "secret thing"), 1);
	assert_int_equal(finds("c2VjcmV0IHRoaW5n", "secret thing"), 1);
	assert_int_equal(finds("x-c2VjcmV0IHRoaW5n.y", "secret thing"), 1);
	assert_int_equal(finds("c2VjcmV0P3RoaW5n_c2VjcmV0IHRoaW5n", "secret thing"), 1);
	assert_int_equal(finds("YzJWamNtVjBJSFJvYVc1bg", "secret thing"), 1);
	assert_int_equal(finds("%59%7A%4A%57%61%6D%4E%74%56%6A%42%4A%53%46%4A%76%59%56%63%31%62%67",
			       "secret thing"),
			 1);
	assert_int_equal(finds("WXpKV2FtTnRWakJKU0ZKdllWYzFiZw", "secret thing"), 1);
	assert_int_equal(finds("V1hwS1YyRnRUblJXYWtKS1UwWktkbGxXWXpGaVp3", "secret thing"), 0);
	assert_int_equal(finds("%2573ecret%20thing", "secret thing"), 1);
	assert_int_equal(finds("two\\tlines\\x0a", "two\\tlines\n"), 1);
	assert_int_equal(finds("dGFiCWFuZAoNLg", "tab\tand\n\r."), 1);
}

static void disguise_each_of_what_is_none_sees_it_once(void **state)
{
	struct heard heard = { .wanted = "?" };

	(void)state;
	assert_int_equal(disguise_each("configuration", 13, hear, &heard), 0);
	assert_int_equal(heard.calls, 1);
	assert_int_equal(disguise_each("YWJj", 4, hear, &heard), 0); /* too short */
	assert_int_equal(disguise_each("YWJjZA12", 6, hear, &heard), 0);
	assert_int_equal(disguise_each("YWIBYWJj", 8, hear, &heard), 0); /* a control byte */
	assert_int_equal(disguise_each("YWJ/YWJj", 8, hear, &heard), 0); /* DEL */
	assert_int_equal(disguise_each("100%", 4, hear, &heard), 0);
	assert_int_equal(disguise_each("caf\xc3\xa9", 5, hear, &heard), 0);
	assert_int_equal(disguise_each("", 0, hear, &heard), 0);
	assert_int_equal(heard.calls, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disguise_strip_makes_ascii_where_it_can),
		cmocka_unit_test(disguise_strip_leaves_broken_utf8),
		cmocka_unit_test(lookalike_knows_each_kind),
		cmocka_unit_test(disguise_each_sees_through_three_layers),
		cmocka_unit_test(disguise_each_of_what_is_none_sees_it_once),
	};

	return cmocka_run_group_tests_name("privacy/disguise", tests, NULL, NULL);
}
