/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/sums_wire.h"
#include "telprobe/record.h"

static const struct store_bucket buckets[] = { { 0, 1 },
					       { 16876, 5 },
					       { 16900, INT64_C(1) << 40 } };

static const struct store_sum sample = {
	.series = 12,
	.owner = 4000000000,
	.app = "demo-app",
	.kind = TP_KIND_COMMAND,
	.outcome = TP_OUTCOME_ABANDONED,
	.name = { "sync", NULL, "[REDACTED]", "" },
	.spans = (INT64_C(1) << 40) + 10,
	.sum_ns = 12345678901234.5,
	.buckets = buckets,
	.bucket_count = 3,
};

static void sum_comes_back_as_it_was(void **state)
{
	static struct store_bucket back[STORE_BUCKETS_MAX];
	static uint8_t bytes[SUMS_SUM_MAX];
	struct store_sum sum;
	ssize_t used;

	(void)state;
	assert_int_equal(sums_pack(&sample, bytes, sizeof(bytes) - 1), 0); /* room for any sum */
	used = sums_pack(&sample, bytes, sizeof(bytes));
	assert_true(used > 0);
	assert_int_equal(sums_unpack(bytes, sizeof(bytes), &sum, back), used);
	assert_int_equal(sum.series, sample.series);
	assert_int_equal(sum.owner, sample.owner);
	assert_int_equal(sum.outcome, sample.outcome);
	assert_int_equal(sum.spans, sample.spans);
	assert_true(sum.sum_ns == sample.sum_ns);
	assert_string_equal(sum.app, "demo-app");
	assert_string_equal(sum.name[0], "sync");
	assert_null(sum.name[1]);
	assert_string_equal(sum.name[3], "");
	assert_int_equal(sum.bucket_count, 3);
	assert_memory_equal(sum.buckets, buckets, sizeof(buckets));
}

static void sum_that_is_cut_or_bent_is_refused(void **state)
{
	static struct store_bucket back[STORE_BUCKETS_MAX];
	static uint8_t bytes[SUMS_SUM_MAX], bent[SUMS_SUM_MAX];
	struct store_sum sum;
	ssize_t used, ret;
	size_t i;

	(void)state;
	used = sums_pack(&sample, bytes, sizeof(bytes));
	for (i = 0; i < (size_t)used; i++)
		assert_int_equal(sums_unpack(bytes, i, &sum, back), -EBADMSG);
	for (i = 0; i < (size_t)used; i++) {
		memcpy(bent, bytes, sizeof(bent));
		bent[i] ^= 0x80;
		ret = sums_unpack(bent, (size_t)used, &sum, back);
		assert_true(ret == used || ret == -EBADMSG); /* a number may be another number */
	}
	memcpy(bent, bytes, sizeof(bent));
	bent[used - 3] = '\x1b'; /* of a text */
	assert_int_equal(sums_unpack(bent, (size_t)used, &sum, back), -EBADMSG);
}

static void sum_of_impossible_numbers_is_refused(void **state)
{
	static const struct store_bucket backwards[] = { { 9, 1 }, { 8, 1 } };
	static const struct store_bucket too_many[] = { { 9, INT64_MAX } };
	static struct store_bucket back[STORE_BUCKETS_MAX];
	static uint8_t bytes[SUMS_SUM_MAX];
	struct store_sum bad[6] = { sample, sample, sample, sample, sample, sample };
	struct store_sum sum;
	ssize_t used;
	size_t i;

	(void)state;
	bad[0].series = 0;
	bad[1].spans = -1;
	bad[2].sum_ns = NAN;
	bad[3].kind = TP_SPAN_KINDS;
	bad[4].outcome = TP_OUTCOMES;
	bad[5].app = "a\nb";
	for (i = 0; i < 6; i++)
		assert_int_equal(sums_pack(&bad[i], bytes, sizeof(bytes)), -EBADMSG);
	bad[0] = bad[1] = sample;
	bad[0].buckets = backwards;
	bad[0].bucket_count = 2;
	bad[1].buckets = too_many;
	bad[1].bucket_count = 1;
	for (i = 0; i < 2; i++) {
		used = sums_pack(&bad[i], bytes, sizeof(bytes));
		assert_true(used > 0);
		assert_int_equal(sums_unpack(bytes, (size_t)used, &sum, back), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_comes_back_as_it_was),
		cmocka_unit_test(sum_that_is_cut_or_bent_is_refused),
		cmocka_unit_test(sum_of_impossible_numbers_is_refused),
	};

	return cmocka_run_group_tests_name("service/sums_wire", tests, NULL, NULL);
}
