/* SPDX-License-Identifier: GPL-2.0-only */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/bucket.h"

enum { LIMBS = 34 }; /* of 32 bits: (2^53)^16 has 848, and 17 * 32 * 2 leaves room */

struct big {
	uint32_t limb[LIMBS];
};

static void square(struct big *number)
{
	struct big result = { { 0 } };
	uint64_t carry, sum;
	int i, j;

	for (i = 0; i < LIMBS; i++) {
		carry = 0;
		for (j = 0; i + j < LIMBS; j++) {
			sum = (uint64_t)number->limb[i] * number->limb[j] + result.limb[i + j] +
			      carry;
			result.limb[i + j] = (uint32_t)sum;
			carry = sum >> 32;
		}
	}
	*number = result;
}

/* Whether @mantissa^16 <= 2^(52 * 16 + k), with exact integers. */
static bool is_not_above(uint64_t mantissa, int k)
{
	struct big power = { { (uint32_t)mantissa, (uint32_t)(mantissa >> 32) } };
	int bit = 52 * 16 + k, i;

	for (i = 0; i < 4; i++)
		square(&power);
	for (i = LIMBS - 1; i > bit / 32; i--)
		if (power.limb[i])
			return false;
	if (power.limb[i] != 1u << bit % 32)
		return power.limb[i] < 1u << bit % 32;
	while (i--)
		if (power.limb[i])
			return false;
	return true;
}

static int32_t code_of(double value)
{
	int32_t code = INT32_MAX;

	assert_true(bucket_code(value, &code));
	return code;
}

/* The largest double that falls into bucket k of the octave above 1, found by the code itself. */
static uint64_t last_mantissa(int k)
{
	uint64_t low = 1ull << 52, high = (1ull << 53) - 1, middle;

	while (low < high) {
		middle = low + (high - low + 1) / 2;
		if (bucket_index(code_of(ldexp((double)middle, -52))) <= k)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static void bucket_bounds_are_exact(void **state)
{
	uint64_t last;
	int k;

	(void)state;
	for (k = 0; k < BUCKETS_AN_OCTAVE; k++) {
		last = last_mantissa(k);
		assert_true(is_not_above(last, k));
		assert_false(is_not_above(last + 1, k));
	}
}

static void bucket_of_a_power_of_two_ends_there(void **state)
{
	int exponent;

	(void)state;
	for (exponent = -1022; exponent < 1024; exponent++) {
		double value = ldexp(1, exponent);

		assert_int_equal(bucket_index(code_of(value)), exponent * 16);
		assert_int_equal(bucket_index(code_of(nextafter(value, INFINITY))),
				 exponent * 16 + 1);
	}
	assert_int_equal(bucket_index(code_of(1)), 0); /* as Prometheus has it */
	assert_int_equal(bucket_index(code_of(ldexp(1, -1074))), -17184);
}

static void bucket_value_is_near_and_has_the_same_code(void **state)
{
	static const double values[] = { 1e-300, 3.14e-9, 0.1, 0.5,  1,	    1.5,     42,
					 99.9,	 1234.5,  7e9, 1e18, 1e300, DBL_MAX, DBL_MIN };
	double shown;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		shown = bucket_value(code_of(values[i]));
		assert_true(fabs(shown / values[i] - 1) < 0.022);
		assert_int_equal(code_of(shown), code_of(values[i]));
		assert_true(bucket_value(code_of(-values[i])) == -shown);
		assert_true(values[i] <=
			    bucket_upper(bucket_index(code_of(values[i]))) * (1 + 1e-12));
	}
}

static void bucket_codes_are_sorted_as_the_values(void **state)
{
	static const double values[] = { -DBL_MAX, -1e9,   -1, -1e-300, 0,
					 5e-324,   1e-300, 1,  1e9,	DBL_MAX };
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(values) / sizeof(values[0]); i++)
		assert_true(code_of(values[i - 1]) < code_of(values[i]));
	assert_int_equal(code_of(0.0), 0);
	assert_int_equal(code_of(-0.0), 0);
	assert_true(bucket_value(0) == 0);
	assert_int_equal(code_of(DBL_MAX), BUCKET_CODE_MAX);
}

static void bucket_of_what_is_no_number_is_refused(void **state)
{
	int32_t code = 7;

	(void)state;
	assert_false(bucket_code(NAN, &code));
	assert_false(bucket_code(INFINITY, &code));
	assert_false(bucket_code(-INFINITY, &code));
	assert_int_equal(code, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_bounds_are_exact),
		cmocka_unit_test(bucket_of_a_power_of_two_ends_there),
		cmocka_unit_test(bucket_value_is_near_and_has_the_same_code),
		cmocka_unit_test(bucket_codes_are_sorted_as_the_values),
		cmocka_unit_test(bucket_of_what_is_no_number_is_refused),
	};

	return cmocka_run_group_tests_name("store/bucket", tests, NULL, NULL);
}
