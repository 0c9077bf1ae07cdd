/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/store/fixture.h"

#define MIDNIGHT_US (NOON_US + 12 * 60 * MINUTE_US)

struct world {
	struct fixture *fixture;
	int64_t app, other_app, version, newer;
};

static struct world begin(void **state)
{
	struct world world = { .fixture = *state };
	struct store *store = fixture_open(world.fixture);
	struct error *error = &world.fixture->error;

	assert_ok(world.fixture, store_begin(store, error));
	assert_ok(world.fixture, store_name(store, "app", &world.app, error));
	assert_ok(world.fixture, store_name(store, "other-app", &world.other_app, error));
	assert_ok(world.fixture, store_name(store, "1.0.0", &world.version, error));
	assert_ok(world.fixture, store_name(store, "1.1.0", &world.newer, error));
	return world;
}

/* The session at @time_us, which is written as its last moment. */
static struct store_session at(struct world *world, int64_t app, int64_t version, int64_t time_us)
{
	struct store_session session;
	struct error *error = &world->fixture->error;

	assert_ok(world->fixture,
		  store_session(world->fixture->store, app, version, time_us, &session, error));
	assert_true(store_session_covers(&session, time_us));
	session.last_us = time_us > session.last_us ? time_us : session.last_us;
	assert_ok(world->fixture, store_session_extend(world->fixture->store, &session, error));
	return session;
}

static void store_session_goes_on_within_30_minutes(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, NOON_US), next;
	int i;

	for (i = 1; i < 10; i++) {
		next = at(&world, world.app, 0, NOON_US + i * 29 * MINUTE_US);
		assert_int_equal(next.id, first.id);
		assert_string_equal(next.public_id, first.public_id);
		assert_int_equal(next.started_us, NOON_US);
	}
}

static void store_session_ends_after_30_minutes_of_quiet(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, NOON_US), next;

	assert_int_equal(at(&world, world.app, 0, NOON_US + 30 * MINUTE_US - 1).id, first.id);
	next = at(&world, world.app, 0, NOON_US + 60 * MINUTE_US);
	assert_int_not_equal(next.id, first.id);
	assert_string_not_equal(next.public_id, first.public_id);
	assert_int_equal(strspn(next.public_id, "0123456789abcdef"), 16);
}

static void store_session_ends_at_midnight_utc(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, MIDNIGHT_US - 2), next;

	assert_int_equal(at(&world, world.app, 0, MIDNIGHT_US - 1).id, first.id);
	next = at(&world, world.app, 0, MIDNIGHT_US);
	assert_int_not_equal(next.id, first.id);
	/* a late record of before midnight finds the session of its day */
	assert_int_equal(at(&world, world.app, 0, MIDNIGHT_US - 1).id, first.id);
	assert_int_equal(at(&world, world.app, 0, MIDNIGHT_US + 1).id, next.id);
}

static void store_session_of_another_app_is_another(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, NOON_US);

	assert_int_not_equal(at(&world, world.other_app, 0, NOON_US).id, first.id);
	assert_int_equal(at(&world, world.app, 0, NOON_US + 1).id, first.id);
}

static void store_session_takes_the_first_known_version(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, NOON_US), next;

	assert_int_equal(first.version, 0);
	next = at(&world, world.app, world.version, NOON_US + 1);
	assert_int_equal(next.id, first.id);
	assert_int_equal(next.version, world.version);
	next = at(&world, world.app, 0, NOON_US + 2);
	assert_int_equal(next.id, first.id);
	assert_int_equal(next.version, world.version);
}

static void store_session_of_two_versions_stays_two(void **state)
{
	struct world world = begin(state);
	struct store_session old = at(&world, world.app, world.version, NOON_US), new;
	int i;

	new = at(&world, world.app, world.newer, NOON_US + 1);
	assert_int_not_equal(new.id, old.id);
	for (i = 2; i < 10; i += 2) {
		assert_int_equal(at(&world, world.app, world.version, NOON_US + i).id, old.id);
		assert_int_equal(at(&world, world.app, world.newer, NOON_US + i + 1).id, new.id);
	}
}

static void store_session_takes_records_out_of_order(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, NOON_US), early;

	early = at(&world, world.app, 0, NOON_US - 50);
	assert_int_equal(early.id, first.id);
	early = at(&world, world.app, 0, NOON_US - 40 * MINUTE_US); /* the date was set back */
	assert_int_not_equal(early.id, first.id);
}

static void store_session_survives_the_writer(void **state)
{
	struct world world = begin(state);
	struct store_session first = at(&world, world.app, 0, NOON_US);
	struct fixture *fixture = world.fixture;

	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));
	fixture_close(fixture);
	fixture_open(fixture);
	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	assert_string_equal(at(&world, world.app, 0, NOON_US + 1).public_id, first.public_id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_session_goes_on_within_30_minutes),
		TEST(store_session_ends_after_30_minutes_of_quiet),
		TEST(store_session_ends_at_midnight_utc),
		TEST(store_session_of_another_app_is_another),
		TEST(store_session_takes_the_first_known_version),
		TEST(store_session_of_two_versions_stays_two),
		TEST(store_session_takes_records_out_of_order),
		TEST(store_session_survives_the_writer),
	};

	return cmocka_run_group_tests_name("store/session", tests, NULL, NULL);
}
