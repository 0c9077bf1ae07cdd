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
#include "privacy/firewall_options.h"
#include "unit/failing_memory.h"

static void fill(struct firewall_options *options)
{
	firewall_options_init(options);
	options->blocks_sensitive = true;
	options->redacts_paths = false;
	assert_int_equal(text_list_add(&options->patterns, "a+", 2), 0);
	assert_int_equal(text_list_add(&options->fields, "zebra", 5), 0);
	assert_int_equal(text_list_add(&options->ignores, "noise*", 6), 0);
	assert_int_equal(text_list_add(&options->domains, "example.org", 11), 0);
	assert_int_equal(text_list_add(&options->names, "anna", 4), 0);
	assert_int_equal(text_list_add(&options->names, "bert", 4), 0);
}

static void firewall_options_survive_packing(void **state)
{
	struct firewall_options options, again;
	char *bytes;
	size_t size;

	(void)state;
	fill(&options);
	assert_int_equal(firewall_options_pack(&options, &bytes, &size), 0);
	assert_int_equal(firewall_options_unpack(bytes, size, &again), 0);
	free(bytes);
	assert_true(again.strips_pii && !again.redacts_paths && again.blocks_sensitive);
	assert_int_equal(again.patterns.count, 1);
	assert_string_equal(again.patterns.items[0], "a+");
	assert_string_equal(again.fields.items[0], "zebra");
	assert_string_equal(again.ignores.items[0], "noise*");
	assert_string_equal(again.domains.items[0], "example.org");
	assert_int_equal(again.names.count, 2);
	assert_string_equal(again.names.items[1], "bert");
	firewall_options_clear(&options);
	firewall_options_clear(&again);
}

static void firewall_options_unpack_refuses_what_pack_never_makes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bad[] = { { "11", 2 },     { "112", 3 },    { "211", 3 },
		    { "110x\0", 5 }, { "110pab", 6 }, { "110", FIREWALL_OPTIONS_BYTES + 1 } };
	struct firewall_options options;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(firewall_options_unpack(bad[i].bytes, bad[i].size, &options),
				 -EBADMSG);
}

static void firewall_options_pack_refuses_what_is_too_much(void **state)
{
	struct firewall_options options;
	char *large = malloc(FIREWALL_OPTIONS_BYTES), *bytes;
	size_t size;

	(void)state;
	assert_non_null(large);
	memset(large, 'x', FIREWALL_OPTIONS_BYTES);
	firewall_options_init(&options);
	assert_int_equal(text_list_add(&options.names, large, FIREWALL_OPTIONS_BYTES), 0);
	assert_int_equal(firewall_options_pack(&options, &bytes, &size), -E2BIG);
	free(large);
	firewall_options_clear(&options);
}

static void firewall_options_without_memory(void **state)
{
	struct firewall_options options, again;
	char *bytes;
	size_t size;
	int i;

	(void)state;
	if (!memory_can_fail())
		skip();
	fill(&options);
	memory_fail_after(0);
	assert_int_equal(firewall_options_pack(&options, &bytes, &size), -ENOMEM);
	memory_fail_after(-1);
	assert_int_equal(firewall_options_pack(&options, &bytes, &size), 0);
	for (i = 0; i < 2; i++) {
		memory_fail_after(i);
		assert_int_equal(firewall_options_unpack(bytes, size, &again), -ENOMEM);
		memory_fail_after(-1);
	}
	free(bytes);
	firewall_options_clear(&options);
}

static void text_list_sorts_and_finds_each_once(void **state)
{
	static const char *const words[] = { "c", "a", "b", "a", "c" };
	struct text_list list = { 0 };
	char text[8];
	int i;

	(void)state;
	text_list_sort(&list);
	assert_false(text_list_has(&list, "a"));
	for (i = 0; i < 5; i++)
		assert_int_equal(text_list_add(&list, words[i], 1), 0);
	text_list_sort(&list);
	assert_int_equal(list.count, 3);
	assert_true(text_list_has(&list, "a") && text_list_has(&list, "c"));
	assert_false(text_list_has(&list, "d"));
	for (i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(text_list_add(&list, text, strlen(text)), 0);
	}
	assert_int_equal(list.count, 43);
	text_list_clear(&list);
	assert_int_equal(list.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(firewall_options_survive_packing),
		cmocka_unit_test(firewall_options_unpack_refuses_what_pack_never_makes),
		cmocka_unit_test(firewall_options_pack_refuses_what_is_too_much),
		cmocka_unit_test(firewall_options_without_memory),
		cmocka_unit_test(text_list_sorts_and_finds_each_once),
	};

	return cmocka_run_group_tests_name("privacy/firewall_options", tests, NULL, NULL);
}
