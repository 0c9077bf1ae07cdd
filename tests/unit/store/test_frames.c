/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/store/fixture.h"

#include "store/marked.h"
#include "store/retention.h"

#define DAY_US (24 * 3600 * SECOND_US)

static struct store_frames frames_of(uint8_t build)
{
	struct store_frames frames = { .count = 3 };
	uint32_t i;

	for (i = 0; i < 2; i++) { /* the third is not known */
		frames.frame[i].offset = 0x1139 + i;
		frames.frame[i].flags = TP_FRAME_KNOWN;
		memset(frames.frame[i].build_id, build, STORE_BUILD_ID);
	}
	return frames;
}

/* A crash of the group @name, whose frames are of @build. */
static void store(struct fixture *fixture, const char *name, uint8_t build, int64_t time_us,
		  uint8_t flags)
{
	const struct store_frames frames = frames_of(build);
	struct store_series series = { .type = TP_CRASH, .code = 11, .flags = flags };
	struct store *file = fixture->store;
	struct error *error = &fixture->error;
	struct store_event event = { .time_us = time_us };
	struct store_session session;

	assert_ok(fixture, store_begin(file, error));
	assert_ok(fixture, store_name(file, "demo-app", &series.app, error));
	assert_ok(fixture, store_name(file, name, &series.name[0], error));
	assert_ok(fixture, store_crash_group(file, series.name[0], &frames, error));
	assert_ok(fixture, store_series(file, &series, &event.series, error));
	assert_ok(fixture, store_session(file, series.app, 0, time_us, &session, error));
	assert_ok(fixture, store_context(file, session.id, 7, &event.context, error));
	assert_ok(fixture, store_add(file, &event, error));
	assert_ok(fixture, store_session_extend(file, &session, error));
	assert_ok(fixture, store_commit(file, NULL, 0, 0, error));
}

static int64_t rows(const struct fixture *fixture)
{
	return ask_sql(fixture->path, "SELECT count(*) FROM frames");
}

static int note_build(const struct store_row *row, void *data)
{
	const struct store_frames expected = frames_of(0xa1);

	assert_non_null(row->frames);
	assert_int_equal(row->frames->count, 3);
	assert_memory_equal(row->frames->frame, expected.frame, sizeof(expected.frame));
	(*(int *)data)++;
	return 0;
}

static void frames_of_a_group_are_kept_once_and_come_back(void **state)
{
	struct store_filter all = { 0 };
	struct fixture *fixture = *state;
	int seen = 0;

	fixture_open(fixture);
	store(fixture, "1:00000000000000a1", 0xa1, NOON_US, 0);
	store(fixture, "1:00000000000000a1", 0xb2, NOON_US + 1, 0); /* those of the first stay */
	assert_int_equal(rows(fixture), 3);
	assert_ok(fixture, store_each(fixture->store, &all, note_build, &seen, &fixture->error));
	assert_int_equal(seen, 2);
}

static void frames_without_a_batch_are_refused(void **state)
{
	const struct store_frames frames = frames_of(1);
	struct fixture *fixture = *state;

	fixture_open(fixture);
	assert_int_equal(store_crash_group(fixture->store, 1, &frames, &fixture->error), -EINVAL);
	assert_int_equal(rows(fixture), 0);
}

static void frames_go_with_everything(void **state)
{
	struct fixture *fixture = *state;
	int64_t freed;

	fixture_open(fixture);
	store(fixture, "1:00000000000000a1", 0xa1, NOON_US, 0);
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_int_equal(rows(fixture), 0);
}

static void frames_of_what_is_marked_go_alone(void **state)
{
	struct store_filter all = { 0 };
	struct fixture *fixture = *state;
	bool has_rest = false;
	int seen = 0;

	fixture_open(fixture);
	store(fixture, "1:00000000000000a1", 0xa1, NOON_US, 0);
	store(fixture, "1:00000000000000b2", 0xb2, NOON_US + 1, STORE_MARKED);
	assert_int_equal(rows(fixture), 6);
	assert_ok(fixture, store_delete_marked(fixture->store, &has_rest, &fixture->error));
	assert_true(has_rest);
	assert_int_equal(rows(fixture), 3);
	assert_ok(fixture, store_each(fixture->store, &all, note_build, &seen, &fixture->error));
	assert_int_equal(seen, 1);
}

/* The number of a name that went is given again: what stood under it must be gone. */
static void frames_go_with_their_last_event_for_its_age(void **state)
{
	const struct store_limits limits = { .keep_days = 10 };
	struct fixture *fixture = *state;
	int ret;

	fixture_open(fixture);
	store(fixture, "1:00000000000000b2", 0xb2, NOON_US, 0);
	store(fixture, "1:00000000000000a1", 0xa1, NOON_US + 9 * DAY_US, 0);
	assert_int_equal(rows(fixture), 6);
	/* the clock of a new file begins at its creation, and is believed for a day's watching */
	ret = store_clean_begin(fixture->store, &limits, NOON_US + 12 * DAY_US, DAY_US,
				&fixture->error);
	assert_true(ret >= 0);
	do
		ret = store_clean_slice(fixture->store, SECOND_US, &fixture->error);
	while (ret == 1);
	assert_ok(fixture, ret);
	assert_int_equal(ask_sql(fixture->path, "SELECT count(*) FROM events"), 1);
	assert_int_equal(rows(fixture), 3);
	assert_int_equal(ask_sql(fixture->path,
				 "SELECT count(*) FROM frames WHERE group_name NOT IN"
				 " (SELECT id FROM names)"),
			 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_of_a_group_are_kept_once_and_come_back),
		TEST(frames_without_a_batch_are_refused),
		TEST(frames_go_with_everything),
		TEST(frames_of_what_is_marked_go_alone),
		TEST(frames_go_with_their_last_event_for_its_age),
	};

	return cmocka_run_group_tests_name("store/frames", tests, NULL, NULL);
}
