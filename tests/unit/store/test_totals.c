/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"

static void store_totals_add_leaves_nothing_out(void **state)
{
	const struct store_totals one = { .events = 3,
					  .sessions = 1,
					  .first_us = 50,
					  .last_us = 60,
					  .file_bytes = 4096,
					  .removed_events = 7,
					  .removed_until_us = 40,
					  .people = 1 };
	const struct store_totals erased = {
		.removed_events = 5, .removed_until_us = 45, .file_bytes = 1, .people = 1
	};
	const struct store_totals other = { .events = 2,
					    .sessions = 2,
					    .first_us = 10,
					    .last_us = 20,
					    .removed_until_us = 9,
					    .people = 1 };
	struct store_totals sum = { 0 };

	(void)state;
	store_totals_add(&sum, &one);
	store_totals_add(&sum, &erased);
	store_totals_add(&sum, &other);
	assert_int_equal(sum.events, 5);
	assert_int_equal(sum.sessions, 3);
	assert_int_equal(sum.first_us, 10);
	assert_int_equal(sum.last_us, 60);
	assert_int_equal(sum.file_bytes, 4097);
	assert_int_equal(sum.people, 3);
	assert_int_equal(sum.removed_events, 12);
	assert_int_equal(sum.removed_until_us, 45);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(store_totals_add_leaves_nothing_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
