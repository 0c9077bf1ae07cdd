/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture/capture_internal.h"
#include "service/totals.h"
#include "telprobe/bucket.h"

enum { ANNA = 1000, BERT = 2000 };

struct told {
	uint32_t uid;
	uint64_t spans, sum_ns, source;
	size_t buckets;
	int calls;
};

struct world { /* the kernel side's memory, and who stores it */
	struct capture capture;
	struct tp_totals *halves;
	struct tp_totals_state state;
	struct totals *totals;
	struct told told[2]; /* ANNA, BERT */
	uint32_t refused;    /* uid whose recall, */
	uint32_t unbegun;    /* begin, */
	uint32_t failing;    /* or done fails */
	int recalls;
	uint64_t remembered[2]; /* place and value for ANNA */
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		return -1;
	world->halves = calloc(TP_HALVES, sizeof(*world->halves));
	world->state.source[0] = 7;
	world->capture.totals = world->halves;
	world->capture.totals_state = &world->state;
	if (!world->halves || totals_new(&world->capture, &world->totals, NULL))
		return -1;
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	totals_free(world->totals);
	free(world->halves);
	free(world);
	return 0;
}

/* As the programs leave it: @spans durations in @bucket, in any free cell. */
static void add(struct world *world, int half, uint32_t series, uint32_t uid, uint32_t bucket,
		uint64_t spans)
{
	struct tp_totals *sums = &world->halves[half];
	uint64_t key = TP_CELL(series, bucket);
	int i = (int)((series * 31 + bucket * 7) % TP_CELLS);

	sums->series[series].tag = 1 | (uint64_t)series << 8;
	sums->series[series].key.uid = uid;
	sums->series[series].sum_ns += spans * 100;
	while (sums->cells[i].key && sums->cells[i].key != key)
		i = (i + 1) % TP_CELLS;
	sums->cells[i].key = key;
	sums->cells[i].count += spans;
}

static struct told *told_of(struct world *world, uint32_t uid)
{
	return &world->told[uid == BERT];
}

static int recall(void *data, uint32_t uid, uint64_t source, struct totals *totals)
{
	struct world *world = data;

	world->recalls++;
	assert_int_not_equal(source, 0);
	if (uid == ANNA && world->remembered[1])
		totals_remember((uint32_t)world->remembered[0], world->remembered[1], totals);
	return uid == world->refused ? -EACCES : 0;
}

static int begin(void *data, uint32_t uid)
{
	struct world *world = data;

	return uid == world->unbegun ? -EIO : 0;
}

static int take(void *data, uint32_t uid, const struct totals_added *added)
{
	struct told *told = told_of(data, uid);

	assert_int_equal(added->key->uid, uid);
	told->spans += totals_spans(added);
	told->sum_ns += added->sum_ns.now - added->sum_ns.old;
	told->buckets += added->bucket_count;
	told->source = added->source;
	return 0;
}

static int done(void *data, uint32_t uid, int ret)
{
	struct world *world = data;

	assert_int_equal(ret, 0);
	told_of(world, uid)->calls++;
	return uid == world->failing ? -ENOSPC : 0;
}

static size_t look(struct world *world, uint32_t half)
{
	const struct totals_taker taker = { world, recall, begin, take, done };

	memset(world->told, 0, sizeof(world->told));
	return totals_look(world->totals, half, &taker);
}

static void totals_tell_each_owner_what_was_added(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	add(world, 0, 3, ANNA, 6, 1);
	add(world, 0, 900, ANNA, 5, 2);
	add(world, 0, 4, BERT, TP_BUCKET_ZERO, 4);
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(world->recalls, 2);
	assert_int_equal(told_of(world, ANNA)->spans, 13);
	assert_int_equal(told_of(world, ANNA)->sum_ns, 1300);
	assert_int_equal(told_of(world, ANNA)->buckets, 3);
	assert_int_equal(told_of(world, ANNA)->calls, 1);
	assert_int_equal(told_of(world, BERT)->spans, 4);
	assert_int_equal(told_of(world, BERT)->source, 7);
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->calls + told_of(world, BERT)->calls, 0);
	add(world, 0, 4, BERT, 8, 1);
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->calls, 0);
	assert_int_equal(told_of(world, BERT)->spans, 1);
	assert_int_equal(world->recalls, 2); /* not asked again */
}

static void totals_of_two_slots_of_one_series_are_both_told(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	add(world, 0, 4, ANNA, 5, 7); /* the key is the same */
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 17);
}

static void totals_without_bucket_are_counted(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	world->halves[0].series[3].unbucketed = 6;
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 16);
	world->halves[0].series[3].unbucketed = 7;
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 1);
}

static void totals_that_were_not_stored_are_told_again(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	add(world, 0, 4, BERT, 5, 20);
	world->failing = ANNA;
	assert_int_equal(look(world, 0), 1);
	assert_int_equal(told_of(world, BERT)->spans, 20);
	world->failing = 0;
	world->unbegun = ANNA;
	assert_int_equal(look(world, 0), 1);
	assert_int_equal(told_of(world, ANNA)->spans, 0);
	world->unbegun = 0;
	add(world, 0, 3, ANNA, 5, 1);
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 11);
	assert_int_equal(told_of(world, BERT)->spans, 0);
}

static void totals_of_who_cannot_be_asked_wait(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	world->refused = ANNA;
	assert_int_equal(look(world, 0), 1);
	assert_int_equal(told_of(world, ANNA)->calls, 0);
	world->refused = 0;
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 10);
}

static void totals_remembered_are_not_told_again(void **state)
{
	struct world *world = *state;
	int i;

	add(world, 0, 3, ANNA, 5, 10);
	for (i = 0; !world->halves[0].cells[i].key; i++)
		;
	world->remembered[0] = (uint64_t)i; /* places of cells are their numbers */
	world->remembered[1] = 8;
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 2);
}

static void totals_of_a_half_begin_anew_with_its_source(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	assert_int_equal(look(world, 1), 0); /* nothing is in it */
	assert_int_equal(told_of(world, ANNA)->calls, 0);
	assert_int_equal(look(world, 0), 0);
	world->state.source[1] = 9;
	world->state.half = 1;
	add(world, 1, 3, ANNA, 5, 1);
	assert_int_equal(look(world, 1), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 1);
	assert_int_equal(told_of(world, ANNA)->source, 9);
	memset(&world->halves[0], 0, sizeof(world->halves[0]));
	world->state.source[0] = 11;
	add(world, 0, 3, ANNA, 5, 10);
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 10);
	assert_int_equal(world->recalls, 3);
}

static void totals_of_an_unfinished_series_wait(void **state)
{
	struct world *world = *state;

	add(world, 0, 3, ANNA, 5, 10);
	world->halves[0].series[3].tag = TP_SERIES_TAKEN;
	assert_int_equal(look(world, 0), 0);
	assert_false(totals_has(world->totals, ANNA, true));
	world->halves[0].series[3].tag = 1;
	assert_int_equal(look(world, 0), 0);
	assert_int_equal(told_of(world, ANNA)->spans, 10);
}

static void totals_know_who_is_in_them_and_how_full_they_are(void **state)
{
	struct world *world = *state;
	uint32_t i;

	assert_false(totals_has(world->totals, ANNA, true));
	add(world, 0, 3, ANNA, 5, 1);
	assert_true(totals_has(world->totals, ANNA, false));
	assert_false(totals_has(world->totals, BERT, false));
	assert_true(totals_has(world->totals, BERT, true));
	assert_false(totals_is_filling(world->totals));
	for (i = 0; i < TP_SERIES * 8 / 10; i++)
		add(world, 0, i, BERT, 5, 1);
	assert_true(totals_is_filling(world->totals));
	memset(world->halves, 0, sizeof(*world->halves));
	assert_false(totals_is_filling(world->totals));
	add(world, 0, TP_SERIES, ANNA, 5, 1); /* one of the others: something found no room */
	assert_true(totals_is_filling(world->totals));
	memset(world->halves, 0, sizeof(*world->halves));
	for (i = 0; i < TP_CELLS * 8 / 10; i++)
		world->halves[0].cells[i].key = 1;
	assert_true(totals_is_filling(world->totals));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(totals_tell_each_owner_what_was_added),
		TEST(totals_of_two_slots_of_one_series_are_both_told),
		TEST(totals_without_bucket_are_counted),
		TEST(totals_that_were_not_stored_are_told_again),
		TEST(totals_of_who_cannot_be_asked_wait),
		TEST(totals_remembered_are_not_told_again),
		TEST(totals_of_a_half_begin_anew_with_its_source),
		TEST(totals_of_an_unfinished_series_wait),
		TEST(totals_know_who_is_in_them_and_how_full_they_are),
	};

	return cmocka_run_group_tests_name("service/totals", tests, NULL, NULL);
}
