/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/service/world.h"

#include "service/collector_internal.h"
#include "service/messages.h"

#define MINUTE_NS 60000000000ull

static uint8_t left_out[MESSAGE_TARGETS / 8];
static struct collector_build builds[3]; /* by object; of 2 nothing is known */

static const struct collector_build *fake_build(void *data, uint16_t object)
{
	(void)data;
	return object < 3 && builds[object].program ? &builds[object] : NULL;
}

static uint32_t fake_target(void *data, uint16_t object)
{
	(void)data;
	return object;
}

static void set_build(uint64_t program, uint8_t id, const char *version)
{
	builds[1] = (struct collector_build){ .program = program };
	memset(builds[1].id, id, sizeof(builds[1].id));
	snprintf(builds[1].version, sizeof(builds[1].version), "%s", version);
}

static void restart(struct world *world)
{
	collector_restart(world, TP_LEVEL_FULL);
	collector_update(world->collector, left_out);
}

static int begin(void **state)
{
	int ret = setup(state);
	struct world *world = *state;

	memset(left_out, 0, sizeof(left_out));
	memset(builds, 0, sizeof(builds));
	if (ret)
		return ret;
	world->source.build = fake_build;
	world->source.target = fake_target;
	restart(world);
	return 0;
}

static void execute(struct world *world, uint64_t minute)
{
	static uint32_t process;
	struct tp_event event = event_of(TP_EXEC, minute * MINUTE_NS, ++process);

	event.header.object = 0;
	take(world, &event);
}

/* "1.1<1.0 " for each update. */
static const char *told(struct world *world)
{
	static char text[256];
	size_t used = 0;
	int i;

	text[0] = '\0';
	read_all(world);
	for (i = 0; i < world->heard; i++) {
		if (world->rows[i].type != TP_LIFECYCLE)
			continue;
		assert_string_equal(world->name[i][0], "update_completed");
		assert_string_equal(world->app[i], "demo-cli");
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s<%s ",
					 world->name[i][2], world->name[i][3]);
	}
	return text;
}

static void update_is_told_once_with_both_versions(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "1.0");
	execute(world, 0);
	execute(world, 1);
	assert_string_equal(told(world), "");
	set_build(7, 0xa1, "1.1");
	execute(world, 2);
	execute(world, 3);
	assert_string_equal(told(world), "1.1<1.0 ");
	assert_counts(world, 4, 0, 0); /* it comes from no record */
	set_build(7, 0xa0, "1.0");
	execute(world, 4);
	assert_string_equal(told(world), "1.1<1.0 1.0<1.1 ");
}

static void update_without_versions_has_none(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "");
	execute(world, 0);
	set_build(7, 0xa1, "2.0");
	execute(world, 1);
	set_build(7, 0xa2, "");
	execute(world, 2);
	assert_string_equal(told(world), "2.0<- -<2.0 ");
}

static void update_is_of_one_program(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "1.0");
	execute(world, 0);
	set_build(8, 0xa1, "1.1");
	execute(world, 1);
	assert_string_equal(told(world), "");
	set_build(0, 0, "");
	execute(world, 2);
	assert_string_equal(told(world), "");
}

/* A file that was replaced still runs, and a child of it executes it once more, told late. */
static void update_does_not_go_back_by_what_began_before(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "1.0");
	execute(world, 0);
	set_build(7, 0xa1, "1.1");
	execute(world, 5);
	set_build(7, 0xa0, "1.0");
	execute(world, 4);
	set_build(7, 0xa1, "1.1");
	execute(world, 6);
	assert_string_equal(told(world), "1.1<1.0 ");
}

static void update_survives_the_collector(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "1.0");
	execute(world, 0);
	commit(world);
	restart(world);
	set_build(7, 0xa1, "1.1");
	execute(world, 1);
	restart(world); /* before it was committed: the record comes again */
	store_rollback(world->fixture.store);
	execute(world, 1);
	commit(world);
	restart(world);
	execute(world, 2);
	assert_string_equal(told(world), "1.1<1.0 ");
}

/* What was remembered of a batch that is lost is not so. */
static void update_of_a_lost_batch_is_told_by_the_next(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "1.0");
	execute(world, 0);
	commit(world);
	set_build(7, 0xa1, "1.1");
	execute(world, 1);
	collector_give_up(world->collector, 0);
	execute(world, 2);
	assert_string_equal(told(world), "1.1<1.0 ");
}

static void update_is_not_told_of_what_is_left_out(void **state)
{
	struct world *world = *state;

	left_out[0] = 1; /* target 1 */
	set_build(7, 0xa0, "1.0");
	execute(world, 0);
	set_build(7, 0xa1, "1.1");
	execute(world, 1);
	assert_string_equal(told(world), "");
	assert_int_equal(ask_sql(world->fixture.path, "SELECT count(*) FROM builds"), 0);
	left_out[0] = 0;
	execute(world, 2); /* the first that is seen */
	assert_string_equal(told(world), "");
	collector_update(world->collector, NULL);
	set_build(7, 0xa2, "1.2");
	execute(world, 3);
	assert_string_equal(told(world), "");
}

static void update_versions_pass_the_firewall(void **state)
{
	struct world *world = *state;

	set_build(7, 0xa0, "anna@example.org");
	execute(world, 0);
	set_build(7, 0xa1, "/home/anna/build");
	execute(world, 1);
	set_build(7, 0xa2, "1.2-3+deb12u1");
	execute(world, 2);
	assert_string_equal(told(world), "[USER_PATH]<[EMAIL] 1.2-3+deb12u1<[USER_PATH] ");
	assert_int_equal(ask_sql(world->fixture.path, "SELECT count(*) FROM builds"
						      " WHERE version LIKE '%anna%'"),
			 0);
}

#define UPDATE_TEST(function) cmocka_unit_test_setup_teardown(function, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPDATE_TEST(update_is_told_once_with_both_versions),
		UPDATE_TEST(update_without_versions_has_none),
		UPDATE_TEST(update_is_of_one_program),
		UPDATE_TEST(update_does_not_go_back_by_what_began_before),
		UPDATE_TEST(update_survives_the_collector),
		UPDATE_TEST(update_of_a_lost_batch_is_told_by_the_next),
		UPDATE_TEST(update_is_not_told_of_what_is_left_out),
		UPDATE_TEST(update_versions_pass_the_firewall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
