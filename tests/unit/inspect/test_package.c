/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "inspect/package.h"

static const char *version_of(const char *owner, uint32_t type, const void *content, size_t bytes)
{
	static const char before[] = "before";
	static char version[INSPECT_VERSION];
	struct note note = { .type = type, .bytes = bytes, .content = content };

	strncpy(note.owner, owner, sizeof(note.owner) - 1);
	memcpy(version, before, sizeof(before));
	package_version(&note, version);
	return version;
}

static const char *version_in(const char *json)
{
	return version_of("FDO", 0xcafe1a7e, json, strlen(json) + 1);
}

static void package_version_as_packagers_write_it(void **state)
{
	static const char unterminated[] = { '{', '"', 'v', 'e', 'r', 's', 'i', 'o',
					     'n', '"', ':', '"', '7', '"', '}' };

	(void)state;
	assert_string_equal(version_in("{\"type\":\"deb\",\"os\":\"debian\",\"name\":\"coreutils\","
				       "\"version\":\"9.1-1+b2\",\"architecture\":\"amd64\"}"),
			    "9.1-1+b2");
	assert_string_equal(version_in("{ \"version\" : \"0:4711.20~rc1\" }\n\n"), "0:4711.20~rc1");
	assert_string_equal(version_of("FDO", 0xcafe1a7e, unterminated, sizeof(unterminated)), "7");
	assert_string_equal(version_in("{\"version\":\"12345678901234567890123456789012\"}"),
			    "12345678901234567890123456789012");
}

static void package_version_of_anything_else_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"\"version\"",
		"{\"version\":1}",
		"{\"version\":null}",
		"{\"version\":{\"version\":\"1\"}}",
		"{\"version\":[\"1\"]}",
		"{\"Version\":\"1\"}",
		"{\"version\":\"1\"",
		"{\"version\":\"a b\"}",
		"{\"version\":\"\\u001b[2J\"}",
		"{\"version\":\"\\u00e9\"}",
		"{\"version\":\"1\\n\"}",
		"{\"version\":\"123456789012345678901234567890123\"}",
		"\xff\xfe{}",
	};
	char deep[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(version_in(texts[i]), "before");
	memset(deep, '[', sizeof(deep));
	assert_string_equal(version_of("FDO", 0xcafe1a7e, deep, sizeof(deep)), "before");
	assert_string_equal(version_of("GNU", 0xcafe1a7e, "{\"version\":\"1\"}", 15), "before");
	assert_string_equal(version_of("FDO", 1, "{\"version\":\"1\"}", 15), "before");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(package_version_as_packagers_write_it),
		cmocka_unit_test(package_version_of_anything_else_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
