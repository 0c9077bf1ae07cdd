/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/printable.h"

static void printable_has_what_is_only_drawn(void **state)
{
	static const uint32_t drawn[] = { ' ',	 '~',	 0xa0,	 0xe4,	 0x5d0,
					  0x627, 0x200d, 0x2192, 0x2588, 0x1f600 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++)
		assert_true(printable_has(drawn[i]));
}

static void printable_has_not_what_steers(void **state)
{
	static const uint32_t steering[] = { 0,	     '\t',   '\r',   0x1b,   0x1f,   0x7f,   0x80,
					     0x85,   0x9b,   0x9f,   0x61c,  0x200e, 0x200f, 0x2028,
					     0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfffd };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(steering) / sizeof(steering[0]); i++)
		assert_false(printable_has(steering[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_has_what_is_only_drawn),
		cmocka_unit_test(printable_has_not_what_steers),
	};

	return cmocka_run_group_tests_name("lib/printable", tests, NULL, NULL);
}
