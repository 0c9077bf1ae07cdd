/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/store/fixture.h"

#include "store/builds.h"
#include "store/marked.h"
#include "store/retention.h"

#define DAY_US (24 * 3600 * SECOND_US)

static struct store_build build_of(uint64_t program, int64_t since_us, uint8_t flags)
{
	struct store_build build = { .program = program, .since_us = since_us, .flags = flags };

	memset(build.id, (int)program & 0xff, sizeof(build.id));
	snprintf(build.version, sizeof(build.version), "1.%d", (int)program);
	return build;
}

static void set(struct fixture *fixture, uint64_t program, int64_t since_us, uint8_t flags)
{
	const struct store_build build = build_of(program, since_us, flags);

	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	assert_ok(fixture, store_build_set(fixture->store, &build, &fixture->error));
	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));
}

static int get(struct fixture *fixture, uint64_t program, struct store_build *out)
{
	int ret;

	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	ret = store_build_get(fixture->store, program, out, &fixture->error);
	store_rollback(fixture->store);
	return ret;
}

static int64_t rows(const struct fixture *fixture)
{
	return ask_sql(fixture->path, "SELECT count(*) FROM builds");
}

static void store_build_get_is_what_was_set(void **state)
{
	struct fixture *fixture = *state;
	const struct store_build expected = build_of(3, NOON_US, 0);
	struct store_build found;

	fixture_open(fixture);
	assert_int_equal(get(fixture, 3, &found), 0);
	set(fixture, 3, NOON_US - 5, 0);
	set(fixture, 3, NOON_US, 0);
	assert_int_equal(get(fixture, 3, &found), 1);
	assert_memory_equal(found.id, expected.id, sizeof(found.id));
	assert_string_equal(found.version, "1.3");
	assert_int_equal(found.since_us, NOON_US);
	assert_int_equal(get(fixture, 4, &found), 0);
	/* the number that stands for a program is not what stands in the file */
	assert_int_equal(ask_sql(fixture->path, "SELECT count(*) FROM builds WHERE program = 3"),
			 0);
}

static void store_build_set_needs_a_batch(void **state)
{
	struct fixture *fixture = *state;
	struct store_build build = build_of(3, NOON_US, 0);

	fixture_open(fixture);
	assert_int_equal(store_build_set(fixture->store, &build, &fixture->error), -EINVAL);
	assert_int_equal(store_build_get(fixture->store, 3, &build, &fixture->error), -EINVAL);
}

static void store_build_set_keeps_those_that_were_updated_last(void **state)
{
	struct fixture *fixture = *state;
	struct store_build build;
	int i;

	fixture_open(fixture);
	assert_ok(fixture, store_begin(fixture->store, &fixture->error));
	for (i = 0; i < STORE_BUILDS + 10; i++) {
		build = build_of((uint64_t)i + 1, NOON_US + i, 0);
		assert_ok(fixture, store_build_set(fixture->store, &build, &fixture->error));
	}
	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));
	assert_int_equal(rows(fixture), STORE_BUILDS);
	assert_int_equal(get(fixture, 10, &build), 0);
	assert_int_equal(get(fixture, 11, &build), 1);
}

static void store_delete_all_takes_builds(void **state)
{
	struct fixture *fixture = *state;
	int64_t freed;

	fixture_open(fixture);
	set(fixture, 3, NOON_US, 0);
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_int_equal(rows(fixture), 0);
}

static void store_delete_marked_takes_marked_builds(void **state)
{
	struct fixture *fixture = *state;
	struct store_build build;
	bool has_rest = true;

	fixture_open(fixture);
	set(fixture, 3, NOON_US, 0);
	set(fixture, 4, NOON_US, STORE_MARKED);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_int_equal(get(fixture, 3, &build), 1);
	assert_int_equal(get(fixture, 4, &build), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_build_get_is_what_was_set),
		TEST(store_build_set_needs_a_batch),
		TEST(store_build_set_keeps_those_that_were_updated_last),
		TEST(store_delete_all_takes_builds),
		TEST(store_delete_marked_takes_marked_builds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
