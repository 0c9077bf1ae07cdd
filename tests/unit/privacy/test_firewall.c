/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/firewall.h"
#include "unit/failing_memory.h"

static int setup(void **state)
{
	return firewall_new((struct firewall **)state, NULL);
}

static int teardown(void **state)
{
	firewall_free(*state);
	return 0;
}

static void assert_verdict(struct firewall *firewall, enum firewall_field field, const char *text,
			   enum firewall_layer layer, const char *stored)
{
	struct firewall_verdict verdict;
	int i;

	for (i = 0; i < 2; i++) { /* judged, and remembered */
		verdict = firewall_check(firewall, field, FIREWALL_CONSTANT, text);
		if (verdict.layer != layer)
			fail_msg("'%s': layer %d instead of %d", text, verdict.layer, layer);
		assert_string_equal(verdict.text, stored);
	}
}

static void firewall_check_identifier_passes_whole(void **state)
{
	static const char *const names[] = { "a",	    "Z",   "0",	  "think", "llm.call",
					     "parse-input", "a_b", "x:y", "c++",   "v1.2.3-rc1+b5",
					     "7zip" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_verdict(*state, FIREWALL_NAME, names[i], FIREWALL_PASSED, names[i]);
	assert_int_equal(firewall_refused(*state, FIREWALL_SHAPE), 0);
}

static void firewall_check_other_shapes_are_refused(void **state)
{
	static const char *const names[] = {
		"",
		" ",
		"a b",
		"-x",
		".x",
		"_x",
		":x",
		"+x",
		"/etc/passwd",
		"me@example.org",
		"a\n",
		"a\x01",
		"caf\xc3\xa9",
		"\xff",
		"a=b",
		"a,b",
		"a;b",
		"a'b",
		"$(x)",
		"a%20b",
		"a\x7f",
		"https://example.org",
		"C:\\x",
		"a~b",
		"[REDACTED]",
		"a\tb",
		"(a)",
	};
	size_t i, count = sizeof(names) / sizeof(names[0]);

	for (i = 0; i < count; i++)
		assert_verdict(*state, FIREWALL_NAME, names[i], FIREWALL_SHAPE, "[REDACTED]");
	assert_int_equal(firewall_refused(*state, FIREWALL_SHAPE), 2 * count);
}

static void firewall_check_every_byte_is_judged_as_the_pattern_says(void **state)
{
	static const char later[] = "_.:+-";
	char text[3] = "ax";
	int c;

	for (c = 1; c < 256; c++) {
		int is_alphanumeric =
			(c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		char first[2] = { (char)c, 0 };

		text[1] = (char)c;
		assert_int_equal(
			firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, first).layer,
			is_alphanumeric ? FIREWALL_PASSED : FIREWALL_SHAPE);
		assert_int_equal(
			firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text).layer,
			is_alphanumeric || strchr(later, c) ? FIREWALL_PASSED : FIREWALL_SHAPE);
	}
}

static void firewall_check_length_is_by_field(void **state)
{
	static const size_t limits[FIREWALL_FIELDS] = { 64, 63, 63, 32, 48 };
	char text[80];
	int field;

	for (field = 0; field < FIREWALL_FIELDS; field++) {
		memset(text, 'x', sizeof(text));
		text[limits[field]] = '\0';
		assert_verdict(*state, field, text, FIREWALL_PASSED, text);
		text[limits[field]] = 'x';
		text[limits[field] + 1] = '\0';
		assert_verdict(*state, field, text, FIREWALL_SHAPE, "[REDACTED]");
	}
}

static void firewall_check_undeclared_is_refused_whatever_its_shape(void **state)
{
	struct firewall_verdict verdict;

	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_UNKNOWN, "think");
	assert_int_equal(verdict.layer, FIREWALL_PROVENANCE);
	assert_string_equal(verdict.text, "[UNDECLARED]");
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, NULL);
	assert_int_equal(verdict.layer, FIREWALL_PROVENANCE);
	assert_int_equal(firewall_refused(*state, FIREWALL_PROVENANCE), 2);
	assert_verdict(*state, FIREWALL_NAME, "think", FIREWALL_PASSED, "think");
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_UNKNOWN, "think");
	assert_int_equal(verdict.layer, FIREWALL_PROVENANCE); /* a known text does not help */
	verdict = firewall_check(*state, FIREWALL_APP, FIREWALL_PROGRAM, "demo-cli");
	assert_int_equal(verdict.layer, FIREWALL_PASSED);
}

static void firewall_check_text_outlives_its_input(void **state)
{
	char text[16] = "think";
	struct firewall_verdict first, second;

	first = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
	memcpy(text, "other", sizeof("other"));
	assert_string_equal(first.text, "think");
	memcpy(text, "think", sizeof("think"));
	second = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
	assert_ptr_equal(first.text, second.text);
}

/* 65,536 verdicts are remembered; a name beyond cannot be kept, and is never confused. */
static void firewall_check_flood_is_bounded(void **state)
{
	struct firewall_verdict verdict;
	char text[32];
	int i, passed = 0;

	for (i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "bad name %d", i);
		assert_int_equal(
			firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text).layer,
			FIREWALL_SHAPE);
	}
	for (i = 0; i < 70000; i++) {
		snprintf(text, sizeof(text), "name.%d", i);
		verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		if (!verdict.layer) {
			assert_string_equal(verdict.text, text);
			passed++;
			continue;
		}
		assert_int_equal(verdict.layer, FIREWALL_SHAPE);
		assert_string_equal(verdict.text, "[REFUSED]");
	}
	assert_int_equal(passed, 65536 - 16384);
	assert_verdict(*state, FIREWALL_NAME, "name.0", FIREWALL_PASSED, "name.0");
	assert_verdict(*state, FIREWALL_NAME, "bad name 19999", FIREWALL_SHAPE, "[REDACTED]");
}

static void firewall_check_without_memory_refuses(void **state)
{
	struct firewall_verdict verdict;
	char text[32];
	int i, refused = 0;

	if (!memory_can_fail())
		skip();
	memory_fail_after(0);
	for (i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "name.%d", i);
		verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		refused += verdict.layer == FIREWALL_SHAPE && !strcmp(verdict.text, "[REFUSED]");
	}
	memory_fail_after(-1);
	assert_int_equal(refused, 300);
	assert_verdict(*state, FIREWALL_NAME, "name.0", FIREWALL_PASSED, "name.0");
}

static void firewall_new_without_memory_says_so(void **state)
{
	struct firewall *firewall = NULL;
	struct error error = { 0 };
	int i;

	(void)state;
	if (!memory_can_fail())
		skip();
	for (i = 0; i < 2; i++) {
		memory_fail_after(i);
		assert_int_equal(firewall_new(&firewall, &error), -ENOMEM);
		memory_fail_after(-1);
		assert_null(firewall);
		assert_true(error.what[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(firewall_check_identifier_passes_whole, setup,
						teardown),
		cmocka_unit_test_setup_teardown(firewall_check_other_shapes_are_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			firewall_check_every_byte_is_judged_as_the_pattern_says, setup, teardown),
		cmocka_unit_test_setup_teardown(firewall_check_length_is_by_field, setup, teardown),
		cmocka_unit_test_setup_teardown(
			firewall_check_undeclared_is_refused_whatever_its_shape, setup, teardown),
		cmocka_unit_test_setup_teardown(firewall_check_text_outlives_its_input, setup,
						teardown),
		cmocka_unit_test_setup_teardown(firewall_check_flood_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(firewall_check_without_memory_refuses, setup,
						teardown),
		cmocka_unit_test(firewall_new_without_memory_says_so),
	};

	return cmocka_run_group_tests_name("privacy/firewall", tests, NULL, NULL);
}
