/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "service/losses.h"
#include "telprobe/record.h"

static const char *const of_the_kernel[] = {
#define TP_X(constant, name, text) #name,
	TP_COUNTERS_TABLE(TP_X)
#undef TP_X
};

/* Both stand in one object of `telprobe status --json`. */
static void loss_name_each_is_one(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < LOSSES; i++) {
		assert_true(loss_name((enum loss)i)[0] && loss_text((enum loss)i)[0]);
		for (k = 0; k < i; k++)
			assert_string_not_equal(loss_name((enum loss)i), loss_name((enum loss)k));
		for (k = 0; k < TP_COUNTERS; k++)
			assert_string_not_equal(loss_name((enum loss)i), of_the_kernel[k]);
	}
	assert_string_equal(loss_name(LOSSES), "");
	assert_string_equal(loss_text(LOSSES), "");
}

static void kept_lost_is_what_nobody_wanted(void **state)
{
	struct kept_counts sum = { .stored = 1 };
	const struct kept_counts more = { .stored = 2,
					  .lost = { [LOSS_BLOCKED] = 4,
						    [LOSS_IGNORED] = 8,
						    [LOSS_NO_CONSENT] = 16,
						    [LOSS_NO_SPACE] = 32,
						    [LOSS_BAD_RECORD] = 64 } };

	(void)state;
	kept_add(&sum, &more);
	kept_add(&sum, &more);
	assert_int_equal(sum.stored, 5);
	assert_int_equal(sum.lost[LOSS_IGNORED], 16);
	assert_int_equal(kept_lost(&sum), 2 * (32 + 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_name_each_is_one),
		cmocka_unit_test(kept_lost_is_what_nobody_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
