/* SPDX-License-Identifier: GPL-2.0-only */
/* A program without end of names: every place from ENDLESS on is another one. */
#include <malloc.h>

#include "unit/service/world.h"

enum { ENDLESS = 1000, BUDGET = 50, FLOOD = 80000 };

static struct collector_budget budgets[4];

static int endless_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	if (place < ENDLESS || place >= TP_PLACE_DECLARED)
		return fake_text(data, object, place, out);
	((struct world *)data)->text_calls++;
	snprintf(out, 64, "name-%u", place);
	return 0;
}

static struct collector_budget fake_budget(void *data, uint16_t object)
{
	(void)data;
	return budgets[object];
}

static int setup_endless(void **state)
{
	struct world *world;
	int i;

	if (setup(state))
		return -1;
	world = *state;
	for (i = 0; i < 4; i++)
		budgets[i] =
			(struct collector_budget){ .origin = 10 + (uint32_t)i, .names = BUDGET };
	world->source.text = endless_text;
	world->source.budget = fake_budget;
	collector_restart(world, TP_LEVEL_FULL);
	return 0;
}

static void count_named(struct world *world, uint16_t object, uint32_t place)
{
	static uint64_t time_ns;
	struct tp_event event = event_of(TP_COUNT, time_ns += 1000, 1);

	event.header.object = object;
	event.value = 1;
	event.name[0] = place;
	take(world, &event);
}

static void count_endless(struct world *world, uint16_t object, uint32_t from, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		count_named(world, object, ENDLESS + from + i);
}

static int64_t names_in(const struct world *world)
{
	return ask_sql(world->fixture.path, "SELECT count(*) FROM names");
}

static uint64_t others(const struct world *world)
{
	return collector_counts(world->collector)->names_other;
}

static void vocabulary_find_beyond_the_budget_is_other(void **state)
{
	struct world *world = *state;

	count_endless(world, 1, 0, BUDGET - 1); /* and the program's name is one */
	commit(world);
	assert_int_equal(others(world), 0);
	assert_int_equal(names_in(world), BUDGET);
	count_endless(world, 1, BUDGET, 7);
	assert_int_equal(others(world), 7);
	assert_int_equal(collector_counts(world->collector)->names_refused, 7);
	commit(world);
	assert_int_equal(names_in(world), BUDGET + 1); /* [OTHER] */
	assert_int_equal(ask_sql(world->fixture.path,
				 "SELECT count(*) FROM events e JOIN series s ON s.id = e.series"
				 " JOIN names n ON n.id = s.n0 WHERE n.text = '[OTHER]'"),
			 7);
}

static void vocabulary_find_known_names_go_on_beyond_it(void **state)
{
	struct world *world = *state;

	count_endless(world, 1, 0, BUDGET + 10);
	commit(world);
	assert_int_equal(others(world), 11);
	count_endless(world, 1, 0, BUDGET - 1); /* known by their place */
	assert_int_equal(others(world), 11);
	collector_restart(world, TP_LEVEL_FULL); /* and by the file */
	count_endless(world, 1, 0, BUDGET - 1);
	assert_int_equal(others(world), 0);
	count_endless(world, 1, BUDGET, 3); /* which knows, too, that there is no room */
	assert_int_equal(others(world), 3);
}

static void vocabulary_find_placeholders_and_declared_words_need_no_budget(void **state)
{
	struct world *world = *state;

	count_endless(world, 1, 0, BUDGET + 1);
	commit(world);
	count_named(world, 1, 5);		      /* "a b c" */
	count_named(world, 1, TP_PLACE_UNDECLARED);   /* made at run time */
	count_named(world, 1, TP_PLACE_DECLARED + 1); /* the administrator's */
	assert_int_equal(others(world), 2);
	commit(world);
	assert_int_equal(ask_sql(world->fixture.path,
				 "SELECT count(*) FROM names WHERE text IN"
				 " ('[REDACTED]', '[UNDECLARED]', 'declared-1', '[OTHER]')"),
			 4);
}

static void vocabulary_find_one_target_takes_no_room_of_another(void **state)
{
	struct world *world = *state;

	count_endless(world, 1, 0, 10 * BUDGET);
	count_endless(world, 2, 10 * BUDGET, BUDGET);
	assert_int_equal(others(world), 10 * BUDGET - (BUDGET - 1));
	commit(world);
	assert_int_equal(names_in(world), 2 * BUDGET + 1);
}

static void vocabulary_judge_by_asks_for_the_room_again(void **state)
{
	struct world *world = *state;

	count_endless(world, 1, 0, BUDGET);
	assert_int_equal(others(world), 1);
	budgets[1].names++;
	count_endless(world, 1, BUDGET - 1, 1);
	assert_int_equal(others(world), 2); /* remembered */
	commit(world);
	collector_judge_by(world->collector, world->firewall);
	count_endless(world, 1, BUDGET - 1, 1);
	assert_int_equal(others(world), 2);
}

/* Return: the most memory that was in use meanwhile. */
static size_t flood(struct world *world, uint32_t from)
{
	size_t now, most = 0;
	uint32_t i;

	for (i = 0; i < FLOOD; i++) {
		count_named(world, 1, ENDLESS + from + i);
		now = mallinfo2().uordblks + mallinfo2().hblkhd;
		most = now > most ? now : most;
	}
	commit(world);
	return most;
}

/* More than the firewall, the places and the series that are remembered, twice. */
static void vocabulary_find_flood_is_bounded(void **state)
{
	struct world *world = *state;
	size_t first = flood(world, 0), second;
	int64_t series = ask_sql(world->fixture.path, "SELECT count(*) FROM series");

	second = flood(world, FLOOD);
	if (second > first + (1 << 20))
		fail_msg("%zu bytes, then %zu", first, second);
	assert_int_equal(ask_sql(world->fixture.path, "SELECT count(*) FROM series"), series);
	assert_int_equal(names_in(world), BUDGET + 1);
	assert_int_equal(others(world), 2 * FLOOD - (BUDGET - 1));
	count_named(world, 2, ENDLESS + 751000); /* a new name of another target */
	assert_int_equal(others(world), 2 * FLOOD - (BUDGET - 1));
	commit(world);
	assert_int_equal(ask_sql(world->fixture.path,
				 "SELECT count(*) FROM names WHERE text = 'name-752000'"),
			 1);
}

#define ENDLESS_TEST(name) cmocka_unit_test_setup_teardown(name, setup_endless, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENDLESS_TEST(vocabulary_find_beyond_the_budget_is_other),
		ENDLESS_TEST(vocabulary_find_known_names_go_on_beyond_it),
		ENDLESS_TEST(vocabulary_find_placeholders_and_declared_words_need_no_budget),
		ENDLESS_TEST(vocabulary_find_one_target_takes_no_room_of_another),
		ENDLESS_TEST(vocabulary_judge_by_asks_for_the_room_again),
		ENDLESS_TEST(vocabulary_find_flood_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
