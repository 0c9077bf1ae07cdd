/* SPDX-License-Identifier: GPL-2.0-only */
/* Names and verdicts of what came in totals; what is added is service/totals.c's. */
#include "unit/service/world.h"

#include "service/totals.h"
#include "store/bucket.h"
#include "store/daily.h"
#include "telprobe/bucket.h"

enum { DAY = 20000, GENERATION = 3, SOURCE = 77 };

struct heard_sum {
	int count;
	int64_t spans, buckets;
	double sum_ns;
	int32_t code;
	uint8_t outcome;
	char app[64], name[4][64];
};

static int hear_sum(const struct store_sum *sum, void *data)
{
	struct heard_sum *heard = data;
	size_t i;

	heard->count++;
	heard->spans += sum->spans;
	heard->sum_ns += sum->sum_ns;
	heard->outcome = sum->outcome;
	for (i = 0; i < sum->bucket_count; i++)
		heard->buckets += sum->buckets[i].spans;
	if (sum->bucket_count)
		heard->code = sum->buckets[0].code;
	copy_text(heard->app, sizeof(heard->app), sum->app);
	for (i = 0; i < 4; i++)
		copy_text(heard->name[i], sizeof(heard->name[i]), sum->name[i]);
	return 0;
}

static struct heard_sum read_sums(struct world *world)
{
	const struct store_sum_filter all = { 0 };
	struct heard_sum heard = { 0 };

	commit(world);
	assert_ok(&world->fixture, store_each_sum(world->fixture.store, &all, hear_sum, &heard,
						  &world->fixture.error));
	return heard;
}

static uint32_t fake_generation(void *data, uint16_t object)
{
	const struct world *world = data;

	if (object > 3)
		return TP_GENERATIONS;
	return GENERATION + (object == 1 && world->is_replaced);
}

/* Rises on each call, as in the kernel. */
static struct totals_added some(const union tp_series_key *key, struct totals_bucket *bucket,
				uint64_t old, uint64_t now)
{
	bucket->spans = (struct totals_value){ 5, old, now };
	bucket->bucket = tp_bucket(1500);
	return (struct totals_added){
		.key = key,
		.source = SOURCE,
		.sum_ns = { 6, old * 1500, now * 1500 },
		.unbucketed = { 7, 0, 0 },
		.buckets = bucket,
		.bucket_count = 1,
	};
}

static union tp_series_key key_of(uint16_t object)
{
	return (union tp_series_key){ .uid = 1000,
				      .file = (uint32_t)GENERATION << 16 | object,
				      .program = (uint32_t)GENERATION << 16 | 1,
				      .name = { 1, 2, 3 },
				      .error = 4,
				      .outcome = TP_OUTCOME_FAILED };
}

static int take_totals(struct world *world, const struct totals_added *added)
{
	return collector_take_totals(world->collector, added, SOURCE, DAY, &world->fixture.error);
}

static void collector_take_totals_are_rows_of_a_day(void **state)
{
	const union tp_series_key key = key_of(1);
	struct world *world = *state;
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 10);
	struct heard_sum heard;

	assert_ok(&world->fixture, take_totals(world, &added));
	heard = read_sums(world);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.spans, 10);
	assert_int_equal(heard.buckets, 10);
	assert_true(heard.sum_ns == 15000);
	assert_int_equal(heard.outcome, TP_OUTCOME_FAILED);
	assert_string_equal(heard.app, "demo-cli");
	assert_string_equal(heard.name[0], "think");
	assert_string_equal(heard.name[1], "run");
	assert_string_equal(heard.name[2], "balanced");
	assert_string_equal(heard.name[3], "timeout");
	/* 1500 ns are in the bucket that store/bucket.h has them in */
	assert_true(bucket_upper(bucket_index(heard.code)) >= 1.5e-6);
	assert_true(bucket_upper(bucket_index(heard.code) - 1) < 1.5e-6);
	added = some(&key, &bucket, 10, 12);
	added.unbucketed.now = 1;
	assert_ok(&world->fixture, take_totals(world, &added));
	heard = read_sums(world);
	assert_int_equal(heard.spans, 13);
	assert_int_equal(heard.buckets, 12);
	assert_int_equal(collector_counts(world->collector)->added, 13);
	assert_counts(world, 0, 0, 0); /* they are no records */
}

static void collector_take_totals_reads_names_where_they_stand(void **state)
{
	struct world *world = *state;
	union tp_series_key key = key_of(2);
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 1);
	struct heard_sum heard;

	key.flags = TP_FLAG_NAME_IN_PROGRAM << 1;
	assert_ok(&world->fixture, take_totals(world, &added));
	heard = read_sums(world);
	assert_string_equal(heard.app, "demo-cli");
	assert_string_equal(heard.name[0], "think-lib");
	assert_string_equal(heard.name[1], "run");
}

static void collector_take_totals_judges_names(void **state)
{
	struct world *world = *state;
	union tp_series_key key = key_of(1);
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 4);
	struct heard_sum heard;

	key.name[0] = 5; /* "a b c" */
	key.name[1] = TP_PLACE_UNDECLARED;
	assert_ok(&world->fixture, take_totals(world, &added));
	heard = read_sums(world);
	assert_string_equal(heard.name[0], "[REDACTED]");
	assert_string_equal(heard.name[1], "[UNDECLARED]");
	assert_int_equal(collector_counts(world->collector)->names_refused, 4);
}

static void collector_take_totals_of_no_room_are_other(void **state)
{
	struct world *world = *state;
	union tp_series_key key = { .uid = 1000, .is_other = 1, .outcome = TP_OUTCOME_OK };
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 2);
	struct heard_sum heard;

	world->source.generation = fake_generation;
	collector_restart(world, TP_LEVEL_FULL);
	assert_ok(&world->fixture, take_totals(world, &added));
	heard = read_sums(world);
	assert_int_equal(heard.spans, 2);
	assert_string_equal(heard.name[0], "[OTHER]");
	assert_int_equal(world->text_calls, 0);
}

/* The number means another file by now: its names would be others. */
static void collector_take_totals_of_a_file_that_is_gone_are_lost(void **state)
{
	const union tp_series_key key = key_of(1);
	struct world *world = *state;
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 10);

	world->source.generation = fake_generation;
	collector_restart(world, TP_LEVEL_FULL);
	assert_ok(&world->fixture, take_totals(world, &added));
	assert_int_equal(read_sums(world).spans, 10);
	world->is_replaced = true;
	added = some(&key, &bucket, 10, 13);
	assert_ok(&world->fixture, take_totals(world, &added));
	assert_int_equal(read_sums(world).spans, 10);
	assert_int_equal(collector_counts(world->collector)->lost_spans[LOSS_FILE_GONE], 3);
	assert_int_equal(world->text_calls, 4);
}

static void collector_take_totals_twice_is_stale(void **state)
{
	const union tp_series_key key = key_of(1);
	struct world *world = *state;
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 10);

	assert_ok(&world->fixture, take_totals(world, &added));
	assert_int_equal(read_sums(world).spans, 10);
	collector_restart(world,
			  TP_LEVEL_FULL); /* another one, which did not ask what was stored */
	assert_int_equal(take_totals(world, &added), -ESTALE);
	assert_int_equal(read_sums(world).spans, 10);
	assert_int_equal(collector_counts(world->collector)->added, 0);
}

static void collector_take_totals_beside_events_of_one_series(void **state)
{
	struct world *world = *state;
	union tp_series_key key = key_of(1);
	struct totals_bucket bucket;
	struct totals_added added = some(&key, &bucket, 0, 2);
	struct tp_event event = span_of(1, 1);

	key.name[1] = key.name[2] = key.error = 0;
	key.outcome = TP_OUTCOME_OK;
	take(world, &event);
	assert_ok(&world->fixture, take_totals(world, &added));
	read_all(world);
	assert_int_equal(world->heard, 1);
	assert_int_equal(read_sums(world).spans, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(collector_take_totals_are_rows_of_a_day),
		TEST(collector_take_totals_reads_names_where_they_stand),
		TEST(collector_take_totals_judges_names),
		TEST(collector_take_totals_of_no_room_are_other),
		TEST(collector_take_totals_of_a_file_that_is_gone_are_lost),
		TEST(collector_take_totals_twice_is_stale),
		TEST(collector_take_totals_beside_events_of_one_series),
	};

	return cmocka_run_group_tests_name("service/collector_totals", tests, NULL, NULL);
}
