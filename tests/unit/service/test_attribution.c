/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/service/world.h"

static void collector_take_app_is_the_named_one_or_the_program(void **state)
{
	struct world *world = *state;
	struct tp_event before = span_of(1000, 1), after = span_of(3000, 1),
			other = span_of(4000, 2);
	struct tp_event named = event_of(TP_SESSION_BEGIN, 2000, 1);

	named.name[0] = 7;
	named.name[1] = 8;
	take(world, &before);
	take(world, &named);
	take(world, &after);
	take(world, &other);
	read_all(world);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->app[1], "named-app"); /* the naming itself too */
	assert_string_equal(world->version[1], "2.1.0");
	assert_string_equal(world->name[1][1], "2.1.0");
	assert_string_equal(world->app[2], "named-app");
	assert_string_equal(world->version[2], "2.1.0");
	assert_string_equal(world->app[3], "demo-cli"); /* another process */
	assert_string_equal(world->session[1], world->session[2]);
	assert_string_not_equal(world->session[0], world->session[1]);
	assert_string_equal(world->session[0], world->session[3]);
	assert_int_not_equal(world->rows[0].context, world->rows[3].context);
}

static void collector_take_refused_app_leaves_the_program(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 2000, 1), bad = span_of(3000, 2);

	named.name[0] = 9;
	named.name[1] = 13;
	take(world, &named);
	bad.header.program = bad.header.object = 3;
	take(world, &bad);
	read_all(world);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->version[0], "");
	assert_string_equal(world->name[0][0], "[REDACTED]");
	assert_string_equal(world->app[1], "[REDACTED]");
	assert_int_equal(collector_counts(world->collector)->names_refused, 2);
}

static void collector_take_version_joins_the_open_session(void **state)
{
	struct world *world = *state;
	struct tp_event first = span_of(1000, 1), named = event_of(TP_SESSION_BEGIN, 2000, 1);
	struct tp_event newer = event_of(TP_SESSION_BEGIN, 3000, 2);

	take(world, &first);
	named.name[1] = 8; /* no app: still the program's */
	take(world, &named);
	newer.name[1] = 10;
	take(world, &newer);
	read_all(world);
	assert_string_equal(world->session[0], world->session[1]);
	assert_string_equal(world->version[0], "2.1.0");
	assert_int_equal(world->rows[0].context, world->rows[1].context);
	assert_string_not_equal(world->session[2], world->session[1]);
	assert_string_equal(world->version[2], "2.2.0");
}

static void collector_take_forked_goes_by_its_parents_name(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 1000, 1), event;
	struct tp_event forked = event_of(TP_FORK, 2000, 2);
	struct tp_exit ended = { .header = event_of(TP_EXIT, 3000, 1).header };
	uint32_t process;

	named.name[0] = 7;
	named.name[1] = 8;
	forked.value = 1;
	take(world, &named);
	take(world, &forked);
	take(world, &ended);
	forked.header.process = 3;
	forked.value = 2; /* a child's child */
	take(world, &forked);
	forked.header.process = 4;
	forked.value = 1; /* who has ended */
	take(world, &forked);
	for (process = 2; process <= 4; process++) {
		event = span_of(4000 + process, process);
		take(world, &event);
	}
	assert_int_equal(collector_counts(world->collector)->noted, 3);
	read_all(world);
	assert_string_equal(world->app[2], "named-app");
	assert_string_equal(world->version[2], "2.1.0");
	assert_string_equal(world->session[2], world->session[0]);
	assert_int_not_equal(world->rows[2].context, world->rows[0].context);
	assert_string_equal(world->app[3], "named-app");
	assert_int_not_equal(world->rows[3].context, world->rows[2].context);
	assert_string_equal(world->app[4], "demo-cli");
}

/* Five minutes lie between two heartbeats of a process. */
static void collector_take_heartbeat_is_for_a_session_that_is_quiet(void **state)
{
	static const struct {
		int64_t second;
		uint32_t process;
		bool is_stored;
	} beats[] = {
		{ 60, 1, false },  { 300, 1, true },	  { 301, 2, false },
		{ 599, 1, true },  { 600, 2, false },	  { 900, 3, true },
		{ 900, 1, false }, { 721 * 60, 1, true }, /* after midnight another session */
	};
	struct world *world = *state;
	struct tp_event event = span_of(1000, 1);
	size_t i, stored = 0;

	take(world, &event);
	for (i = 0; i < sizeof(beats) / sizeof(beats[0]); i++) {
		event = event_of(TP_HEARTBEAT, (uint64_t)beats[i].second * 1000000000,
				 beats[i].process);
		event.value = 300000000000;
		take(world, &event);
		stored += beats[i].is_stored;
		if (collector_pending(world->collector) != 1 + stored)
			fail_msg("at %d s: %zu", (int)beats[i].second,
				 collector_pending(world->collector));
	}
	assert_int_equal(collector_counts(world->collector)->noted, i - stored);
	read_all(world);
	assert_int_equal(world->heard, 1 + stored);
	assert_int_equal(world->rows[1].type, TP_HEARTBEAT);
	assert_int_equal(world->rows[1].value, 0);
	assert_string_equal(world->app[1], "demo-cli");
	assert_string_equal(world->session[1], world->session[0]);
	assert_string_equal(world->session[3], world->session[0]);
	assert_string_not_equal(world->session[4], world->session[0]);
}

static void collector_take_session_ends_with_quiet_and_midnight(void **state)
{
	static const int64_t minutes[] = { 0, 29, 58, 89, 710, 721 };
	static const int sessions[] = { 0, 0, 0, 1, 2, 3 };
	struct world *world = *state;
	struct tp_event event;
	int i, j;

	for (i = 0; i < 6; i++) {
		event = span_of((uint64_t)(minutes[i] * MINUTE_US) * 1000, 1);
		take(world, &event);
		if (i % 2)
			commit(world);
	}
	read_all(world);
	for (i = 0; i < 6; i++)
		for (j = 0; j < 6; j++)
			assert_int_equal(!strcmp(world->session[i], world->session[j]),
					 sessions[i] == sessions[j]);
	assert_int_equal(world->rows[0].session_started_us, NOON_US);
}

static void collector_restarted_goes_on_in_the_session(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(1000, 1);

	take(world, &event);
	commit(world);
	collector_restart(world, TP_LEVEL_FULL);
	event.header.time_ns = 20 * MINUTE_US * 1000;
	take(world, &event);
	commit(world);
	collector_restart(world, TP_LEVEL_FULL);
	event.header.time_ns = 45 * MINUTE_US * 1000; /* 25 after the last: that was written */
	take(world, &event);
	read_all(world);
	assert_string_equal(world->session[0], world->session[1]);
	assert_string_equal(world->session[0], world->session[2]);
}

/* As kill -9 does: what was not committed is gone, from the file and from memory. */
static void kill_collector(struct world *world)
{
	collector_free(world->collector);
	world->collector = NULL;
	fixture_close(&world->fixture);
	fixture_open(&world->fixture);
	collector_restart(world, TP_LEVEL_FULL);
}

static void take_span(struct world *world, int64_t minutes, uint32_t process)
{
	struct tp_event event = span_of((uint64_t)(minutes * MINUTE_US) * 1000, process);

	take(world, &event);
}

static void read_numbered(struct world *world)
{
	struct store_filter filter = { .with_sequence = true };

	commit(world);
	world->heard = 0;
	assert_ok(&world->fixture,
		  store_each(world->fixture.store, &filter, hear, world, &world->fixture.error));
}

static void collector_killed_takes_up_the_session_and_its_numbers(void **state)
{
	struct world *world = *state;
	int i;

	take_span(world, 0, 1);
	commit(world);
	for (i = 1; i <= 20; i++) {
		take_span(world, i, 1);
		kill_collector(world);
		take_span(world, i, 1); /* the ring still holds it */
		commit(world);
	}
	read_numbered(world);
	assert_int_equal(world->heard, 21);
	for (i = 0; i < world->heard; i++) {
		assert_string_equal(world->session[i], world->session[0]);
		assert_int_equal(world->rows[i].sequence, i + 1);
		assert_int_equal(world->rows[i].session_started_us, NOON_US);
	}
}

static void collector_killed_begins_a_session_after_quiet_and_midnight(void **state)
{
	static const int64_t minutes[] = { 0, 29, 59, 719, 720 };
	static const int sessions[] = { 0, 0, 1, 2, 3 };
	struct world *world = *state;
	int i, j;

	for (i = 0; i < 5; i++) {
		take_span(world, minutes[i], 1);
		commit(world);
		kill_collector(world);
	}
	read_numbered(world);
	assert_int_equal(world->heard, 5);
	for (i = 0; i < 5; i++)
		for (j = 0; j < 5; j++)
			assert_int_equal(!strcmp(world->session[i], world->session[j]),
					 sessions[i] == sessions[j]);
	assert_int_equal(world->rows[1].sequence, 2);
	for (i = 2; i < 5; i++)
		assert_int_equal(world->rows[i].sequence, 1);
}

static void collector_take_numbers_each_session_apart(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 1, 3);
	int i, counts[2] = { 0 };
	bool is_named;

	named.name[0] = 7;
	take(world, &named);
	for (i = 1; i <= 30; i++) {
		take_span(world, i, 1 + (uint32_t)i % 3); /* 1 and 2 share, 3 is another app */
		if (i % 7 == 0)
			commit(world);
	}
	read_numbered(world);
	assert_int_equal(world->heard, 31);
	for (i = 0; i < world->heard; i++) {
		is_named = !strcmp(world->app[i], "named-app");
		assert_int_equal(is_named, !strcmp(world->session[i], world->session[0]));
		assert_int_equal(world->rows[i].sequence, ++counts[is_named]);
	}
	assert_int_equal(counts[true], 11);
	assert_int_equal(counts[false], 20);
}

static void collector_take_of_another_owner_is_another_session(void **state)
{
	struct world *world = *state, *other;
	void *other_state;

	assert_int_equal(setup(&other_state), 0);
	other = other_state;
	take_span(world, 0, 1);
	take_span(other, 0, 1);
	read_all(world);
	read_all(other);
	assert_string_equal(world->app[0], other->app[0]);
	assert_string_not_equal(world->session[0], other->session[0]);
	assert_int_equal(teardown(&other_state), 0);
}

/* The machine slept, or somebody set the date: no session may end before it began. */
static void collector_take_clock_jumps_leave_no_negative_duration(void **state)
{
	static const int64_t minutes[] = { 30, 40, 35, 10, 330, 331, 310, 230 };
	struct world *world = *state;
	struct store_row *row;
	int i;

	for (i = 0; i < 8; i++) {
		take_span(world, minutes[i], 1);
		commit(world);
		if (i % 3 == 0)
			kill_collector(world);
	}
	read_numbered(world);
	assert_int_equal(world->heard, 8);
	for (i = 0; i < world->heard; i++) {
		row = &world->rows[i];
		assert_true(row->time_us >= row->session_started_us);
	}
	/* in the order of time: 10 30 35 40, 230, 310 330 331 */
	for (i = 1; i < world->heard; i++)
		assert_int_equal(strcmp(world->session[i], world->session[i - 1]) != 0,
				 i == 4 || i == 5);
	assert_int_equal(world->rows[3].session_started_us, NOON_US + 10 * MINUTE_US);
	assert_int_equal(world->rows[7].session_started_us, NOON_US + 310 * MINUTE_US);
	assert_int_equal(world->rows[7].sequence, 3);
}

static void collector_take_flood_is_bounded_and_right(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 1, 1), event;
	uint64_t i, count = 150000;

	named.name[0] = 7;
	take(world, &named);
	for (i = 2; i <= count; i++) {
		event = span_of(i * 1000, (uint32_t)i);
		event.name[1] = (uint32_t)(1000 + i); /* a place that cannot be read */
		take(world, &event);
		if (i % 1000 == 0) {
			event = span_of(i * 1000, 1); /* the named process lives on */
			take(world, &event);
		}
		if (i % 20000 == 0)
			commit(world);
	}
	commit(world);
	assert_counts(world, count + 150, count + 150, 0);
	event = span_of((count + 1) * 1000, 1);
	take(world, &event);
	commit(world);
	world->heard = 0;
	assert_ok(&world->fixture,
		  store_each(world->fixture.store, &(struct store_filter){ .limit = 1 }, hear,
			     world, &world->fixture.error));
	assert_string_equal(world->app[0], "named-app");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(collector_take_app_is_the_named_one_or_the_program),
		TEST(collector_take_refused_app_leaves_the_program),
		TEST(collector_take_version_joins_the_open_session),
		TEST(collector_take_forked_goes_by_its_parents_name),
		TEST(collector_take_session_ends_with_quiet_and_midnight),
		TEST(collector_take_heartbeat_is_for_a_session_that_is_quiet),
		TEST(collector_restarted_goes_on_in_the_session),
		TEST(collector_killed_takes_up_the_session_and_its_numbers),
		TEST(collector_killed_begins_a_session_after_quiet_and_midnight),
		TEST(collector_take_numbers_each_session_apart),
		TEST(collector_take_of_another_owner_is_another_session),
		TEST(collector_take_clock_jumps_leave_no_negative_duration),
		TEST(collector_take_flood_is_bounded_and_right),
	};

	return cmocka_run_group_tests_name("service/attribution", tests, NULL, NULL);
}
