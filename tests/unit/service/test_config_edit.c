/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/config_edit.h"

static const struct {
	const char *before, *key;
	const char *values[4]; /* none: take it out */
	const char *after;     /* "!...": refused in these words */
} cases[] = {
	/* where it stands */
	{ "a: 1\nb: 2\nc: 3\n", "b", { "9" }, "a: 1\nb: 9\nc: 3\n" },
	{ "# x\na: 1   # why\n\n# y\nb: 2\n", "a", { "9" }, "# x\na: 9   # why\n\n# y\nb: 2\n" },
	{ "a:1: 5\na: x#y # z\n", "a", { "w" }, "a:1: 5\na: w # z\n" },
	{ "a: 'it''s # no'  # yes\n", "a", { "b" }, "a: b  # yes\n" },
	{ "a: \"\\\" # no\" # yes\n", "a", { "b" }, "a: b # yes\n" },
	{ "a:   1\n", "a", { "2" }, "a: 2\n" },
	{ "a : 1\n", "a", { "2" }, "a : 2\n" },
	{ "a: 1", "a", { "2" }, "a: 2" },
	{ "a: 1\r\nb: 2\r\n", "a", { "3" }, "a: 3\r\nb: 2\r\n" },
	{ "---\na: 1\n", "a", { "2" }, "---\na: 2\n" },
	{ "a:\n", "a", { "2" }, "a: 2\n" },
	{ "a: 1\n", "a", { "1" }, "a: 1\n" },
	/* lists, and what was written over lines */
	{ "a: [1, 2] # two\nb: 1\n", "a", { "3", "4" }, "a: [3, 4]\nb: 1\n" },
	{ "a: [1,\n  2\n]\nb: 1\n", "a", { "3" }, "a: 3\nb: 1\n" },
	{ "a:\n- 1\n# in it\n- 2\n# behind it\nb: 1\n",
	  "a",
	  { "3", "4" },
	  "a: [3, 4]\n# behind it\nb: 1\n" },
	{ "a:\n  - 1\n  - 2\n", "a", { "x y", "it's" }, "a: ['x y', 'it''s']\n" },
	{ "a: >\n  one\n  two\nb: 1\n", "a", { "3" }, "a: 3\nb: 1\n" },
	{ "a: one\n  two\n\nb: 1\n", "a", { "3" }, "a: 3\n\nb: 1\n" },
	/* at the end */
	{ "", "a", { "true" }, "a: true\n" },
	{ "# only words", "a", { "/x/*.so" }, "# only words\na: '/x/*.so'\n" },
	{ "b: 1\r\n", "a", { "-1" }, "b: 1\r\na: '-1'\r\n" },
	{ "ab: 1\n", "a", { "" }, "ab: 1\na: ''\n" },
	/* out */
	{ "a: 1\nb: 2 # two\nc: 3\n", "b", { NULL }, "a: 1\nc: 3\n" },
	{ "# kept\na:\n  - 1\n  - 2\n\nb: 1\n", "a", { NULL }, "# kept\n\nb: 1\n" },
	{ "a: 1\n",
	  "a",
	  { NULL },
	  "# nothing is said here: 'telprobe config explain' lists what can be\n" },
	{ "a: 1\n", "b", { NULL }, "!says nothing of 'b'" },
	/* not told by lines */
	{ "{a: 1, b: 2}\n", "a", { "3" }, "!hides where 'a' ends" },
	{ "\"a\": 1\n", "a", { "3" }, "!hides where 'a' ends" },
	{ "a: 1\n...\n", "b", { "3" }, "!hides where 'b' ends" },
	{ "a: 1\na: 2\n", "a", { "3" }, "!hides where 'a' ends" },
	{ "a: [1\n", "a", { "3" }, "!this is not YAML" },
	{ "a: 1\n", "a", { "3\nb: 2" }, "!'a' cannot be '3?b: 2'" },
	{ "a: 1\n", "a", { "1", "\x1b[2J" }, "!cannot be" },
};

static size_t count_of(const char *const *values)
{
	size_t count = 0;

	while (count < 4 && values[count])
		count++;
	return count;
}

static void config_edit_changes_one_key_and_nothing_else(void **state)
{
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *before = cases[i].before;
		size_t count = count_of(cases[i].values);
		char *after = NULL;
		int ret;

		if (count)
			ret = config_edit_set(before, strlen(before), "f.yaml", cases[i].key,
					      cases[i].values, count, &after, &error);
		else
			ret = config_edit_unset(before, strlen(before), "f.yaml", cases[i].key,
						&after, &error);
		if (*cases[i].after != '!' && (ret || strcmp(after, cases[i].after) != 0))
			fail_msg("%zu: '%s' became '%s', %s", i, before, ret ? "" : after,
				 ret ? error.what : "");
		if (*cases[i].after == '!' && (!ret || !strstr(error.what, cases[i].after + 1)))
			fail_msg("%zu: '%s': %d %s", i, before, ret, ret ? error.what : after);
		free(after);
	}
}

static void config_edit_set_is_read_as_it_was_given(void **state)
{
	static const char *const values[] = { "true",	  "null", "~",	"a: b",	 "#",
					      "[",	  "'",	  "\"", "x\\y",	 "- 1",
					      "*a",	  "&b",	  "!c", "1.5e3", "0x10",
					      "\xc3\xa4", " x ",  "%",	"@",	 "?" };
	struct error error;
	size_t i;

	(void)state; /* each is read back within: another reading would be a refusal */
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char *after = NULL;

		if (config_edit_set("a: 1\nb: 2\n", 10, "f.yaml", "a", &values[i], 1, &after,
				    &error))
			fail_msg("'%s': %s", values[i], error.what);
		assert_non_null(strstr(after, "\nb: 2\n"));
		free(after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_edit_changes_one_key_and_nothing_else),
		cmocka_unit_test(config_edit_set_is_read_as_it_was_given),
	};

	return cmocka_run_group_tests_name("service/config_edit", tests, NULL, NULL);
}
