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
		TEST(collector_take_session_ends_with_quiet_and_midnight),
		TEST(collector_restarted_goes_on_in_the_session),
		TEST(collector_take_flood_is_bounded_and_right),
	};

	return cmocka_run_group_tests_name("service/attribution", tests, NULL, NULL);
}
