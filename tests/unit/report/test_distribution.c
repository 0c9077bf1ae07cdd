/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/distribution.h"
#include "report/tally.h"
#include "unit/failing_memory.h"

static void fill(struct distribution *distribution, int64_t count)
{
	int64_t i;

	for (i = count; i >= 1; i--)
		assert_int_equal(distribution_add(distribution, i * 1000), 0);
}

static void distribution_empty_has_no_values(void **state)
{
	struct distribution distribution = { 0 };

	(void)state;
	assert_true(isnan(distribution_percentile(&distribution, 0.5)));
	assert_true(isnan(distribution_mean(&distribution)));
	distribution_clear(&distribution);
}

static void distribution_few_values_are_exact(void **state)
{
	struct distribution distribution = { 0 };

	(void)state;
	fill(&distribution, DISTRIBUTION_EXACT);
	assert_true(distribution_percentile(&distribution, 0) == 1000);
	assert_true(distribution_percentile(&distribution, 0.5) == 512000);
	assert_true(distribution_percentile(&distribution, 0.95) == 973000);
	assert_true(distribution_percentile(&distribution, 1) == 1024000);
	assert_true(distribution_mean(&distribution) == 512500);
	assert_null(distribution.buckets);
	distribution_clear(&distribution);
	fill(&distribution, 1);
	assert_true(distribution_percentile(&distribution, 0.01) == 1000);
	assert_true(distribution_percentile(&distribution, 0.99) == 1000);
	distribution_clear(&distribution);
}

static void distribution_many_values_are_within_a_bucket(void **state)
{
	static const double shares[] = { 0.001, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999 };
	struct distribution distribution = { 0 };
	double found, wanted;
	size_t i;

	(void)state;
	fill(&distribution, 100000);
	assert_non_null(distribution.buckets);
	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		wanted = shares[i] * 100000 * 1000;
		found = distribution_percentile(&distribution, shares[i]);
		assert_true(fabs(found / wanted - 1) < 0.022);
	}
	assert_int_equal(distribution.count, 100000);
	assert_int_equal(distribution.smallest, 1000);
	assert_int_equal(distribution.largest, 100000000);
	assert_true(distribution_mean(&distribution) == 50000500);
	assert_true(distribution_percentile(&distribution, 1) == 100000000);
	distribution_clear(&distribution);
}

/* Known by their buckets alone, as level basic has them. */
static void distribution_of_buckets_is_within_one(void **state)
{
	static const double shares[] = { 0.001, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
	struct distribution distribution = { 0 };
	double found, wanted;
	int64_t i;
	size_t j;

	(void)state;
	for (i = 1; i <= 100000; i++) {
		assert_int_equal(
			distribution_add_bucket(&distribution, tp_bucket((uint64_t)i * 977), 1), 0);
		distribution.sum += (double)i * 977;
	}
	for (j = 0; j < sizeof(shares) / sizeof(shares[0]); j++) {
		wanted = shares[j] * 100000 * 977;
		found = distribution_percentile(&distribution, shares[j]);
		assert_true(fabs(found / wanted - 1) < 0.022);
	}
	assert_true(distribution_mean(&distribution) == 50000.5 * 977);
	distribution.unplaced = 100000; /* in the sum alone */
	assert_true(distribution_mean(&distribution) == 50000.5 * 977 / 2);
	assert_int_equal(distribution_add(&distribution, 5), 0); /* and one that is known */
	assert_int_equal(distribution.smallest, 5);
	assert_int_equal(distribution.count, 100001);
	distribution_clear(&distribution);
}

static void distribution_extreme_values_are_kept(void **state)
{
	struct distribution distribution = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 2 * DISTRIBUTION_EXACT; i++)
		assert_int_equal(distribution_add(&distribution, i % 2 ? INT64_MAX : -5), 0);
	assert_int_equal(distribution.smallest, 0);
	assert_int_equal(distribution.largest, INT64_MAX);
	assert_true(distribution_percentile(&distribution, 0.4) <= 1);
	assert_true(distribution_percentile(&distribution, 0.9) > 9e18);
	distribution_clear(&distribution);
}

static void distribution_without_memory_is_unchanged(void **state)
{
	struct distribution distribution = { 0 };
	int64_t before;

	(void)state;
	if (!memory_can_fail())
		skip();
	fill(&distribution, DISTRIBUTION_EXACT);
	before = (int64_t)distribution.count;
	memory_fail_after(0);
	assert_int_equal(distribution_add(&distribution, 7), -ENOMEM);
	memory_fail_after(-1);
	assert_int_equal(distribution.count, before);
	assert_true(distribution_percentile(&distribution, 0.5) == 512000);
	assert_int_equal(distribution_add(&distribution, 7), 0);
	distribution_clear(&distribution);
}

static void tally_rows_beyond_the_limit_share_one(void **state)
{
	struct tally tally;
	struct tally_row *row;
	char name[32];
	int i;

	(void)state;
	tally_init(&tally);
	for (i = 0; i < TALLY_ROWS + 1000; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		row = tally_row(&tally, name, i % 2 ? "odd" : NULL);
		assert_non_null(row);
		row->total++;
	}
	tally_row(&tally, "name-7", "odd")->total += 5000;
	assert_int_equal(tally.count, TALLY_ROWS + 1);
	assert_int_equal(tally_total(&tally), TALLY_ROWS + 6000);
	tally_sort(&tally);
	assert_string_equal(tally.rows[0].name, "name-7");
	assert_string_equal(tally.rows[0].detail, "odd");
	assert_string_equal(tally.rows[1].name, "(other)");
	assert_int_equal(tally.rows[1].total, 1000);
	assert_string_equal(tally.rows[2].name, "name-0");
	tally_clear(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distribution_empty_has_no_values),
		cmocka_unit_test(distribution_few_values_are_exact),
		cmocka_unit_test(distribution_many_values_are_within_a_bucket),
		cmocka_unit_test(distribution_of_buckets_is_within_one),
		cmocka_unit_test(distribution_extreme_values_are_kept),
		cmocka_unit_test(distribution_without_memory_is_unchanged),
		cmocka_unit_test(tally_rows_beyond_the_limit_share_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
