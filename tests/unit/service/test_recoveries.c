/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>

#include "unit/service/world.h"

#include "service/collector_internal.h"
#include "service/messages.h"

#define MINUTE_NS 60000000000ull

enum { RUN = 2, PUSH = 3 }; /* sub-commands: places */

static uint8_t left_out[MESSAGE_TARGETS / 8];

static void restart(struct world *world)
{
	collector_restart(world, TP_LEVEL_FULL);
	collector_recover(world->collector, left_out);
}

static int begin(void **state)
{
	int ret = setup(state);

	memset(left_out, 0, sizeof(left_out));
	if (!ret)
		restart(*state);
	return ret;
}

static struct tp_event run_of(uint64_t time_ns, enum tp_outcome outcome, uint32_t subcommand)
{
	static uint32_t process;
	struct tp_event event = span_of(time_ns, ++process);

	event.header.kind = TP_KIND_COMMAND;
	event.header.outcome = (uint8_t)outcome;
	event.span = 7;
	event.name[0] = TP_PLACE_FILE;
	event.name[1] = subcommand;
	return event;
}

static void run(struct world *world, uint64_t minute, enum tp_outcome outcome, uint32_t subcommand)
{
	struct tp_event event = run_of(minute * MINUTE_NS, outcome, subcommand);

	take(world, &event);
}

static void run_killed(struct world *world, uint64_t minute, enum tp_flag by, int32_t code)
{
	struct tp_event event = run_of(minute * MINUTE_NS, TP_OUTCOME_ABANDONED, RUN);

	event.header.flags = (uint8_t)by;
	event.code = code;
	take(world, &event);
}

/* Attempts of each recovery, as "3 1 ". */
static const char *told(struct world *world)
{
	static char text[256];
	size_t used = 0;
	int i;

	text[0] = '\0';
	read_all(world);
	for (i = 0; i < world->heard; i++)
		if (world->rows[i].type == TP_RECOVERED)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%d ",
						 (int)world->rows[i].value);
	return text;
}

static void recovery_is_told_with_the_failures_before(void **state)
{
	struct world *world = *state;
	const struct store_row *row;
	int i;

	for (i = 0; i < 3; i++)
		run(world, (uint64_t)i, TP_OUTCOME_FAILED, RUN);
	assert_string_equal(told(world), "");
	run(world, 3, TP_OUTCOME_OK, RUN);
	run(world, 4, TP_OUTCOME_OK, RUN);
	run(world, 5, TP_OUTCOME_FAILED, RUN);
	run(world, 6, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "3 1 ");
	assert_counts(world, 7, 7, 0); /* it comes from no record */
	assert_int_equal(world->heard, 9);
	row = &world->rows[4];
	assert_int_equal(row->type, TP_RECOVERED);
	assert_int_equal(row->context, world->rows[3].context);
	assert_int_equal(row->time_us, world->rows[3].time_us);
	assert_int_equal(row->parent, 7);
	assert_string_equal(world->app[4], "demo-cli");
	assert_string_equal(world->name[4][0], "-");
	assert_string_equal(world->name[4][1], "-");
}

static void recovery_takes_failures_and_a_success(void **state)
{
	struct world *world = *state;
	int i;

	for (i = 0; i < 3; i++)
		run(world, (uint64_t)i, TP_OUTCOME_OK, RUN);
	for (i = 0; i < 3; i++)
		run(world, (uint64_t)i + 3, TP_OUTCOME_FAILED, PUSH);
	run(world, 7, TP_OUTCOME_OK, TP_PLACE_ABSENT);
	assert_string_equal(told(world), "");
}

static void recovery_is_of_one_subcommand(void **state)
{
	struct world *world = *state;

	run(world, 0, TP_OUTCOME_FAILED, RUN);
	run(world, 1, TP_OUTCOME_FAILED, PUSH);
	run(world, 2, TP_OUTCOME_FAILED, PUSH);
	run(world, 3, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
	run(world, 4, TP_OUTCOME_OK, PUSH);
	assert_string_equal(told(world), "1 2 ");
}

static void recovery_of_what_is_not_known_is_not_told(void **state)
{
	struct world *world = *state;
	struct tp_event event;

	run(world, 0, TP_OUTCOME_FAILED, TP_PLACE_UNDECLARED);
	run(world, 1, TP_OUTCOME_OK, TP_PLACE_UNDECLARED);
	event = run_of(2 * MINUTE_NS, TP_OUTCOME_FAILED, RUN);
	event.name[0] = 1; /* a marker's, or a span's */
	take(world, &event);
	event = run_of(3 * MINUTE_NS, TP_OUTCOME_OK, RUN);
	event.name[0] = 1;
	take(world, &event);
	assert_string_equal(told(world), "");
}

static void recovery_does_not_see_what_somebody_ended(void **state)
{
	struct world *world = *state;

	run(world, 0, TP_OUTCOME_CANCELLED, RUN);
	run_killed(world, 1, TP_FLAG_BY_EXIT, SIGTERM);
	run_killed(world, 2, TP_FLAG_BY_EXEC, 0);
	run(world, 3, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "");
	run(world, 4, TP_OUTCOME_FAILED, RUN);
	run(world, 5, TP_OUTCOME_CANCELLED, RUN);
	run_killed(world, 6, TP_FLAG_BY_EXIT, SIGSEGV);
	run_killed(world, 7, TP_FLAG_BY_EXIT, SIGKILL);
	run(world, 8, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "2 ");
}

static void recovery_ends_with_the_session(void **state)
{
	struct world *world = *state;

	run(world, 0, TP_OUTCOME_FAILED, RUN);
	run(world, 29, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
	run(world, 30, TP_OUTCOME_FAILED, RUN);
	run(world, 61, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
	run(world, 62, TP_OUTCOME_FAILED, RUN);
	restart(world); /* what was before is not found either */
	run(world, 93, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
}

static void recovery_outlives_the_collector(void **state)
{
	struct world *world = *state;
	uint64_t i;

	for (i = 0; i < 3; i++) {
		run(world, 4 * i, TP_OUTCOME_FAILED, RUN);
		commit(world);
		restart(world);
		run(world, 4 * i + 1, TP_OUTCOME_FAILED, RUN);
		commit(world);
		restart(world);
		run(world, 4 * i + 2, TP_OUTCOME_OK, RUN);
		store_rollback(world->fixture.store); /* killed before it committed */
		restart(world);
		run(world, 4 * i + 2, TP_OUTCOME_OK, RUN); /* from the ring, again */
		commit(world);
		restart(world);
		run(world, 4 * i + 3, TP_OUTCOME_OK, RUN);
	}
	assert_string_equal(told(world), "2 2 2 ");
}

static void recovery_of_more_commands_than_are_kept_is_read_again(void **state)
{
	struct world *world = *state;
	struct store_command command = { .session = 1 };
	const struct store_ended ended = { .time_us = NOON_US, .outcome = TP_OUTCOME_FAILED };
	int64_t failures;
	int i;

	run(world, 0, TP_OUTCOME_FAILED, RUN);
	run(world, 1, TP_OUTCOME_FAILED, RUN);
	for (i = 0; i < RECOVERIES_KEPT; i++) {
		command.app = 1000 + i;
		assert_int_equal(recoveries_see(&world->collector->recoveries, &command, &ended,
						&failures, NULL),
				 0);
	}
	assert_true(world->collector->recoveries.commands.count <= RECOVERIES_KEPT);
	run(world, 2, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "2 ");
}

static void recovery_is_not_invented_by_what_comes_late(void **state)
{
	struct world *world = *state;

	run(world, 2, TP_OUTCOME_OK, RUN);
	run(world, 1, TP_OUTCOME_FAILED, RUN); /* before that */
	run(world, 3, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "");
	run(world, 5, TP_OUTCOME_FAILED, RUN);
	run(world, 7, TP_OUTCOME_FAILED, RUN);
	run(world, 6, TP_OUTCOME_OK, RUN); /* between them */
	assert_string_equal(told(world), "");
	run(world, 8, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
}

static uint32_t fake_target(void *data, uint16_t object)
{
	(void)data;
	return object == 1 ? 9 : 0;
}

static void recovery_is_left_out_of_targets(void **state)
{
	struct world *world = *state;
	struct tp_event event;

	world->source.target = fake_target;
	restart(world);
	left_out[1] = 1; /* 9 */
	run(world, 0, TP_OUTCOME_FAILED, RUN);
	run(world, 1, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "");
	left_out[1] = 2; /* 10 */
	run(world, 2, TP_OUTCOME_FAILED, RUN);
	run(world, 3, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
	world->source.program = fake_program;
	event = run_of(4 * MINUTE_NS, TP_OUTCOME_FAILED, RUN);
	event.header.object = 2; /* of a target nobody knows */
	take(world, &event);
	event = run_of(5 * MINUTE_NS, TP_OUTCOME_OK, RUN);
	event.header.object = 2;
	take(world, &event);
	collector_recover(world->collector, NULL);
	run(world, 6, TP_OUTCOME_FAILED, RUN);
	run(world, 7, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 ");
}

static void recovery_of_who_tells_errors_is_left_to_him(void **state)
{
	struct world *world = *state;
	struct tp_event event = event_of(TP_RECOVERED, 10 * MINUTE_NS, 100);

	run(world, 0, TP_OUTCOME_FAILED, RUN);
	run(world, 1, TP_OUTCOME_OK, RUN);
	run(world, 2, TP_OUTCOME_FAILED, RUN);
	run(world, 3, TP_OUTCOME_OK, RUN); /* what was derived is no marker's */
	assert_string_equal(told(world), "1 1 ");
	run(world, 9, TP_OUTCOME_FAILED, RUN);
	event.value = 5;
	event.name[0] = 11;
	take(world, &event);
	run(world, 10, TP_OUTCOME_OK, RUN);
	assert_string_equal(told(world), "1 1 5 ");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(recovery_is_told_with_the_failures_before),
		CASE(recovery_takes_failures_and_a_success),
		CASE(recovery_is_of_one_subcommand),
		CASE(recovery_of_what_is_not_known_is_not_told),
		CASE(recovery_does_not_see_what_somebody_ended),
		CASE(recovery_ends_with_the_session),
		CASE(recovery_outlives_the_collector),
		CASE(recovery_of_more_commands_than_are_kept_is_read_again),
		CASE(recovery_is_not_invented_by_what_comes_late),
		CASE(recovery_is_left_out_of_targets),
		CASE(recovery_of_who_tells_errors_is_left_to_him),
	};

	return cmocka_run_group_tests_name("service/recoveries", tests, NULL, NULL);
}
