/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/emit_lines.h"

struct heard {
	int markers, refused;
	char names[8][64];
	char problem[384];
};

static void hear(const struct emit_event *event, void *data)
{
	struct heard *heard = data;

	assert_in_range(heard->markers, 0, 7);
	snprintf(heard->names[heard->markers++], sizeof(heard->names[0]), "%s",
		 event->value[0].text);
}

static void refuse(const struct error *error, void *data)
{
	struct heard *heard = data;

	heard->refused++;
	snprintf(heard->problem, sizeof(heard->problem), "%s", error->what);
}

static int read_text(const char *text, size_t bytes, struct heard *heard)
{
	struct emit_lines lines = { .marker = hear, .refused = refuse, .data = heard };
	FILE *file = fmemopen((void *)(uintptr_t)text, bytes, "r");
	struct error error;
	int ret;

	assert_non_null(file);
	memset(heard, 0, sizeof(*heard));
	ret = emit_lines_read(file, &lines, &error);
	fclose(file);
	return ret;
}

static void assert_refused(const char *text, size_t bytes, const char *problem)
{
	struct heard heard;

	assert_int_equal(read_text(text, bytes, &heard), -EINVAL);
	assert_int_equal(heard.refused, 1);
	assert_int_equal(heard.markers, 1);
	if (!strstr(heard.problem, problem))
		fail_msg("'%s' does not say '%s'", heard.problem, problem);
}

static void emit_lines_each_is_told(void **state)
{
	static const char text[] = "count a\n\n  # a comment\n#\n\tcount \t b  2 \r\n   \ncount c";
	struct heard heard;

	(void)state;
	assert_int_equal(read_text(text, sizeof(text) - 1, &heard), 0);
	assert_int_equal(heard.markers, 3);
	assert_string_equal(heard.names[0], "a");
	assert_string_equal(heard.names[1], "b");
	assert_string_equal(heard.names[2], "c");
}

static void emit_lines_a_bad_one_is_refused_and_the_next_told(void **state)
{
	char text[EMIT_LINE_BYTES + 64];
	static const char nul[] = "count a\0b\ncount c\n";

	(void)state;
	assert_refused("nonsense\ncount a\n", 17, "line 1: there is no marker 'nonsense'");
	assert_refused("count b\ncount a 1 2 3 4 5 6 7 8 9", 33, "line 2: '3' is one argument");
	assert_refused(nul, sizeof(nul) - 1, "line 1: a NUL byte");
	memset(text, 'x', sizeof(text));
	memcpy(text + EMIT_LINE_BYTES, "\ncount a\n", 9);
	assert_refused(text, EMIT_LINE_BYTES + 9, "line 1: longer than 1023 bytes");
	/* the longest that fits is judged by what it says */
	memcpy(text + EMIT_LINE_BYTES - 1, "\ncount a\n", 9);
	assert_refused(text, EMIT_LINE_BYTES + 8, "line 1: there is no marker");
}

static void emit_lines_nothing_is_fine(void **state)
{
	struct heard heard;

	(void)state;
	assert_int_equal(read_text("\n", 1, &heard), 0);
	assert_int_equal(heard.markers + heard.refused, 0);
}

static ssize_t fail_read(void *cookie, char *buffer, size_t size)
{
	(void)cookie;
	(void)buffer;
	(void)size;
	errno = EIO;
	return -1;
}

static void emit_lines_a_failed_read_is_told(void **state)
{
	struct heard heard = { 0 };
	struct emit_lines lines = { .marker = hear, .refused = refuse, .data = &heard };
	FILE *file = fopencookie(NULL, "r", (cookie_io_functions_t){ .read = fail_read });
	struct error error = { 0 };

	(void)state;
	assert_int_equal(emit_lines_read(file, &lines, &error), -EIO);
	assert_non_null(strstr(error.what, "cannot read markers"));
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emit_lines_each_is_told),
		cmocka_unit_test(emit_lines_a_bad_one_is_refused_and_the_next_told),
		cmocka_unit_test(emit_lines_nothing_is_fine),
		cmocka_unit_test(emit_lines_a_failed_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
