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
	return firewall_new(NULL, (struct firewall **)state, NULL);
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
		"",	 " ",	  "a b",	 "-x",	       ".x",   "_x",  ":x",  "+x",
		"a\n",	 "a\x01", "caf\xc3\xa9", "\xff",       "a,b",  "a;b", "a'b", "$(1)",
		"a%20b", "a\x7f", "a~b",	 "[REDACTED]", "a\tb", "(a)",
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
		memset(text, 'o', sizeof(text)); /* no chance, no digest */
		text[limits[field]] = '\0';
		assert_verdict(*state, field, text, FIREWALL_PASSED, text);
		text[limits[field]] = 'o';
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
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_DECLARED, "backup");
	assert_int_equal(verdict.layer, FIREWALL_PASSED);
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_DECLARED, "a b"); /* as others */
	assert_int_equal(verdict.layer, FIREWALL_SHAPE);
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

/* 65,536 verdicts are remembered; a name beyond is judged all the same, and is never confused. */
static void firewall_check_flood_is_bounded(void **state)
{
	struct firewall_verdict verdict;
	char text[32];
	int i, kept = 0;

	for (i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "bad name %d", i);
		verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		assert_int_equal(verdict.layer, FIREWALL_SHAPE);
		assert_true(verdict.is_kept); /* the placeholder */
	}
	for (i = 0; i < 70000; i++) {
		snprintf(text, sizeof(text), "name.%d", i);
		verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		assert_int_equal(verdict.layer, FIREWALL_PASSED);
		assert_string_equal(verdict.text, text);
		kept += verdict.is_kept;
	}
	assert_int_equal(kept, 65536 - 16384);
	assert_verdict(*state, FIREWALL_NAME, "name.0", FIREWALL_PASSED, "name.0");
	assert_verdict(*state, FIREWALL_NAME, "10.9.8.7", FIREWALL_PATTERN, "[IP]");
	assert_verdict(*state, FIREWALL_NAME, "bad name 19999", FIREWALL_SHAPE, "[REDACTED]");
}

/* What was refused is found again however often the table has grown: it takes one place. */
static void firewall_check_refused_is_remembered_once(void **state)
{
	char text[32];
	int i, again, kept = 0;

	for (again = 0; again < 3; again++)
		for (i = 0; i < 10000; i++) {
			snprintf(text, sizeof(text), "bad name %d", i);
			firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		}
	for (i = 0; i < 70000; i++) {
		snprintf(text, sizeof(text), "name.%d", i);
		kept += firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text).is_kept;
	}
	assert_int_equal(kept, 65536 - 10000);
}

static void firewall_check_without_memory_remembers_nothing(void **state)
{
	struct firewall_verdict verdict;
	char text[32];
	int i, kept = 0;

	if (!memory_can_fail())
		skip();
	firewall_explain(*state, FIREWALL_NAME, "warm", 4); /* what a search needs is kept */
	memory_fail_after(0);
	for (i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "name.%d", i);
		verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		assert_int_equal(verdict.layer, FIREWALL_PASSED);
		assert_string_equal(verdict.text, text);
		kept += verdict.is_kept;
	}
	assert_verdict(*state, FIREWALL_NAME, "10.1.2.3", FIREWALL_PATTERN, "[IP]");
	memory_fail_after(-1);
	assert_int_equal(kept, 0);
	for (i = 0; i < 128; i++) { /* then there is no room for one more verdict */
		snprintf(text, sizeof(text), "kept.%d", i);
		verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, text);
		assert_true(verdict.is_kept);
	}
	memory_fail_after(0);
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, "one-more");
	assert_string_equal(verdict.text, "one-more");
	assert_false(verdict.is_kept);
	assert_verdict(*state, FIREWALL_NAME, "10.1.2.3", FIREWALL_PATTERN, "[IP]");
	memory_fail_after(-1);
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, "name.0");
	assert_true(verdict.is_kept);
}

static void firewall_check_sensitive_is_told_by_kind(void **state)
{
	struct firewall_verdict verdict;

	assert_verdict(*state, FIREWALL_NAME, "10.1.2.3", FIREWALL_PATTERN, "[IP]");
	assert_verdict(*state, FIREWALL_NAME, "/etc/passwd", FIREWALL_PATTERN, "[USER_PATH]");
	assert_verdict(*state, FIREWALL_NAME, "me@example.org", FIREWALL_PATTERN, "[EMAIL]");
	assert_verdict(*state, FIREWALL_NAME, "bWVAZXhhbXBsZS5vcmc", FIREWALL_PATTERN, "[SECRET]");
	assert_verdict(*state, FIREWALL_NAME, "user.email", FIREWALL_PATTERN, "[REDACTED]");
	verdict = firewall_check(*state, FIREWALL_NAME, FIREWALL_CONSTANT, "user.email");
	assert_true(verdict.hides_value);
	assert_string_equal(verdict.rule, "sensitive word");
	assert_verdict(*state, FIREWALL_NAME, "tokens.input", FIREWALL_PASSED, "tokens.input");
	assert_verdict(*state, FIREWALL_NAME, "reset-password", FIREWALL_PASSED, "reset-password");
	assert_false(firewall_drops(*state));
	firewall_speed_up(*state);
	assert_verdict(*state, FIREWALL_NAME, "10.1.2.4", FIREWALL_PATTERN, "[IP]");
}

static void firewall_explain_any_bytes(void **state)
{
	struct firewall_verdict verdict;
	char *large = malloc(1 << 20);

	assert_non_null(large);
	memset(large, ' ', 1 << 20);
	verdict = firewall_explain(*state, FIREWALL_NAME, large, 1 << 20);
	assert_int_equal(verdict.layer, FIREWALL_SHAPE);
	assert_string_equal(verdict.rule, "length");
	memcpy(large + 100, "me@example.org", 14);
	assert_string_equal(firewall_explain(*state, FIREWALL_NAME, large, 1 << 20).text,
			    "[EMAIL]");
	free(large);
	assert_string_equal(firewall_explain(*state, FIREWALL_NAME, "a\0b", 3).rule, "identifier");
	assert_string_equal(firewall_explain(*state, FIREWALL_NAME, "", 0).rule, "length");
	verdict = firewall_explain(*state, FIREWALL_NAME, "think", 5);
	assert_int_equal(verdict.layer, FIREWALL_PASSED);
	assert_null(verdict.text);
	assert_int_equal(firewall_refused(*state, FIREWALL_LAYERS), 0);
}

static void set_options(struct firewall_options *options)
{
	firewall_options_init(options);
	assert_int_equal(text_list_add(&options->patterns, "^acme-", 6), 0);
	assert_int_equal(text_list_add(&options->fields, "zebra", 5), 0);
	assert_int_equal(text_list_add(&options->ignores, "noise*", 6), 0);
	assert_int_equal(text_list_add(&options->domains, "example.org", 11), 0);
	assert_int_equal(text_list_add(&options->names, "bert", 4), 0);
	assert_int_equal(text_list_add(&options->names, "anna", 4), 0);
}

static void firewall_new_by_options(void **state)
{
	struct firewall_options options;
	struct firewall *firewall;

	(void)state;
	set_options(&options);
	assert_int_equal(firewall_new(&options, &firewall, NULL), 0);
	assert_true(firewall_drops(firewall));
	assert_verdict(firewall, FIREWALL_NAME, "acme-plan", FIREWALL_PATTERN, "[REDACTED]");
	assert_verdict(firewall, FIREWALL_NAME, "a-zebra", FIREWALL_PATTERN, "[REDACTED]");
	assert_verdict(firewall, FIREWALL_NAME, "noise-one", FIREWALL_IGNORE, "[IGNORED]");
	assert_verdict(firewall, FIREWALL_NAME, "anna.report", FIREWALL_PATTERN, "[USER]");
	assert_verdict(firewall, FIREWALL_NAME, "think", FIREWALL_PASSED, "think");
	firewall_free(firewall);
	options.strips_pii = false;
	options.blocks_sensitive = true;
	text_list_clear(&options.ignores);
	assert_int_equal(firewall_new(&options, &firewall, NULL), 0);
	assert_true(firewall_drops(firewall));
	assert_verdict(firewall, FIREWALL_NAME, "anna.report", FIREWALL_PASSED, "anna.report");
	assert_verdict(firewall, FIREWALL_NAME, "10.1.2.3", FIREWALL_PASSED, "10.1.2.3");
	assert_verdict(firewall, FIREWALL_NAME, "acme-plan", FIREWALL_BLOCK, "[REDACTED]");
	assert_verdict(firewall, FIREWALL_NAME, "reset-password", FIREWALL_BLOCK, "[REDACTED]");
	assert_int_equal(firewall_refused(firewall, FIREWALL_BLOCK), 4);
	firewall_free(firewall);
	firewall_options_clear(&options);
}

static void firewall_check_domains_of_the_configuration_are_told(void **state)
{
	struct firewall_options options;
	struct firewall *firewall;

	(void)state;
	firewall_options_init(&options);
	options.blocks_sensitive = true;
	assert_int_equal(text_list_add(&options.domains, "example.org", 11), 0);
	assert_int_equal(firewall_new(&options, &firewall, NULL), 0);
	firewall_options_clear(&options);
	assert_verdict(firewall, FIREWALL_VALUE, "https://eu.example.org/a?key=x", FIREWALL_PATTERN,
		       "example.org");
	assert_string_equal(firewall_check(firewall, FIREWALL_VALUE, FIREWALL_CONSTANT,
					   "https://eu.example.org/")
				    .rule,
			    "url_domains");
	assert_verdict(firewall, FIREWALL_VALUE, "example.org", FIREWALL_PATTERN, "example.org");
	assert_verdict(firewall, FIREWALL_VALUE, "https://example.com/", FIREWALL_BLOCK, "[URL]");
	firewall_free(firewall);
}

static void firewall_new_bad_expression_is_refused(void **state)
{
	struct firewall_options options;
	struct firewall *firewall = NULL;
	struct error error = { 0 };

	(void)state;
	firewall_options_init(&options);
	assert_int_equal(text_list_add(&options.patterns, "(", 1), 0);
	assert_int_equal(firewall_new(&options, &firewall, &error), -EINVAL);
	assert_null(firewall);
	firewall_options_clear(&options);
}

static void firewall_layer_name_has_one_for_each(void **state)
{
	int layer;

	(void)state;
	for (layer = 0; layer < FIREWALL_LAYERS; layer++)
		assert_true(firewall_layer_name((enum firewall_layer)layer)[0]);
}

static void firewall_new_without_memory_says_so(void **state)
{
	struct firewall *firewall = NULL;
	struct firewall_options options;
	struct error error = { 0 };
	int i, ret = -ENOMEM;

	(void)state;
	if (!memory_can_fail())
		skip();
	set_options(&options);
	for (i = 0; ret; i++) {
		memory_fail_after(i);
		ret = firewall_new(&options, &firewall, &error);
		memory_fail_after(-1);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_null(firewall);
		assert_true(error.what[0]);
	}
	assert_true(i > 8);
	firewall_free(firewall);
	firewall_options_clear(&options);
}

static void firewall_has_shape_by_field_and_length(void **state)
{
	char longest[65] = { 0 };
	size_t length = firewall_length_max(FIREWALL_ERROR);

	(void)state;
	assert_int_equal(length, 48);
	memset(longest, 'a', length);
	assert_true(firewall_has_shape(FIREWALL_ERROR, longest));
	longest[length] = 'a';
	assert_false(firewall_has_shape(FIREWALL_ERROR, longest));
	assert_true(firewall_has_shape(FIREWALL_NAME, longest));
	assert_false(firewall_has_shape(FIREWALL_NAME, ""));
	assert_false(firewall_has_shape(FIREWALL_NAME, "two words"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(firewall_has_shape_by_field_and_length),
		cmocka_unit_test(firewall_check_domains_of_the_configuration_are_told),
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
		cmocka_unit_test_setup_teardown(firewall_check_refused_is_remembered_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(firewall_check_without_memory_remembers_nothing,
						setup, teardown),
		cmocka_unit_test_setup_teardown(firewall_check_sensitive_is_told_by_kind, setup,
						teardown),
		cmocka_unit_test_setup_teardown(firewall_explain_any_bytes, setup, teardown),
		cmocka_unit_test(firewall_new_by_options),
		cmocka_unit_test(firewall_new_bad_expression_is_refused),
		cmocka_unit_test(firewall_layer_name_has_one_for_each),
		cmocka_unit_test(firewall_new_without_memory_says_so),
	};

	return cmocka_run_group_tests_name("privacy/firewall", tests, NULL, NULL);
}
