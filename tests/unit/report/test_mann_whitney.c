/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/mann_whitney.h"

#define assert_near(found, wanted) assert_true(fabs((found) - (wanted)) < 1e-12)

static void mann_whitney_published_example_agrees(void **state)
{
	/* the example of scipy.stats.mannwhitneyu: U = 17, asymptotic p = 0.111346886533 */
	const double males[] = { 16, 19, 22, 24, 29 }, females[] = { 11, 12, 17, 20 };

	(void)state;
	assert_near(mann_whitney_p(males, 5, females, 4), 0.11134688653314041);
	assert_near(mann_whitney_p(females, 4, males, 5), 0.11134688653314041);
}

static void mann_whitney_ties_shrink_the_variance(void **state)
{
	/* ranks and variance written out by hand: U = 7.5, sum of t^3 - t = 90 */
	const double a[] = { 1, 2, 2, 3, 4, 4, 4, 5 }, b[] = { 3, 4, 5, 6, 6, 7, 8, 8 };

	(void)state;
	assert_near(mann_whitney_p(a, 8, b, 8), 0.01081028345195807);
}

static void mann_whitney_no_difference_is_one(void **state)
{
	const double equal[] = { 5, 5, 5, 5 }, same[] = { 1, 2, 3, 4 };

	(void)state;
	assert_near(mann_whitney_p(equal, 4, equal, 4), 1);
	assert_near(mann_whitney_p(same, 4, same, 4), 1);
	assert_near(mann_whitney_p(same, 0, same, 4), 1);
	assert_near(mann_whitney_p(same, 4, same, 0), 1);
}

static void mann_whitney_apart_is_significant(void **state)
{
	const double a[] = { 1, 2, 3, 4, 5, 6, 7, 8 }, b[] = { 11, 12, 13, 14, 15, 16, 17, 18 };

	(void)state;
	assert_true(mann_whitney_p(a, 8, b, 8) < 0.001);
	assert_true(mann_whitney_p(b, 8, a, 8) < 0.001);
	assert_true(mann_whitney_p(a, 3, b, 3) > 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mann_whitney_published_example_agrees),
		cmocka_unit_test(mann_whitney_ties_shrink_the_variance),
		cmocka_unit_test(mann_whitney_no_difference_is_one),
		cmocka_unit_test(mann_whitney_apart_is_significant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
