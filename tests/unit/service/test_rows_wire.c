/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>

#include "service/rows_wire.h"
#include "service/text_wire.h"
#include "unit/store/fixture.h"

static const struct store_row sample_row = {
	.id = (NOON_US << 10) + 3,
	.time_us = NOON_US,
	.session_id = 4,
	.owner = 4000000000,
	.context = 17,
	.session = "0123456789abcdef",
	.session_started_us = NOON_US - 5,
	.sequence = 8,
	.app = "demo-app",
	.version = "",
	.type = TP_EXIT,
	.kind = 1,
	.outcome = 2,
	.flags = 3,
	.code = -9,
	.name = { "first", NULL, "[REDACTED]", NULL, "last.one" },
	.value = -12345678901234,
	.span = 0xffffffff,
	.parent = 5,
	.has_resources = true,
	.resources = { 1, 2, 3, INT64_MAX },
};

static int setup(void **state)
{
	int ret = fixture_setup(state);

	fixture_open(*state);
	return ret;
}

static void same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(!a && !b);
}

static void row_comes_back_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	uint8_t bytes[ROWS_ROW_MAX];
	struct rows_ids ids;
	struct store_row row;
	char is[37], should[37];
	ssize_t used;
	int i;

	used = rows_pack(fixture->store, &sample_row, bytes, sizeof(bytes));
	assert_true(used > 0);
	assert_int_equal(rows_unpack(bytes, sizeof(bytes), &row, &ids), used);
	same_text(row.session, sample_row.session);
	same_text(row.app, sample_row.app);
	same_text(row.version, sample_row.version);
	for (i = 0; i < 5; i++)
		same_text(row.name[i], sample_row.name[i]);
	store_id_text(ids.event, is);
	store_event_id(fixture->store, sample_row.id, should);
	assert_string_equal(is, should);
	store_id_text(ids.process, is);
	store_event_id(fixture->store, -sample_row.context, should);
	assert_string_equal(is, should);
	assert_true(row.id == sample_row.id && row.time_us == sample_row.time_us &&
		    row.session_id == sample_row.session_id && row.context == sample_row.context &&
		    row.session_started_us == sample_row.session_started_us &&
		    row.sequence == sample_row.sequence && row.value == sample_row.value);
	assert_true(row.type == sample_row.type && row.kind == sample_row.kind &&
		    row.outcome == sample_row.outcome && row.flags == sample_row.flags &&
		    row.code == sample_row.code && row.owner == sample_row.owner &&
		    row.span == sample_row.span && row.parent == sample_row.parent &&
		    row.has_resources);
	assert_memory_equal(&row.resources, &sample_row.resources, sizeof(row.resources));
}

static void frames_of_a_crash_come_back_as_they_were(void **state)
{
	struct fixture *fixture = *state;
	struct store_frames frames = { .count = STORE_FRAMES };
	struct store_row crash = sample_row, row;
	uint8_t bytes[ROWS_ROW_MAX];
	struct rows_ids ids;
	ssize_t used;
	size_t i;

	for (i = 0; i < STORE_FRAMES; i++) {
		frames.frame[i].offset = i << 40;
		frames.frame[i].flags = TP_FRAME_KNOWN;
		memset(frames.frame[i].build_id, (int)i, STORE_BUILD_ID);
	}
	crash.type = TP_CRASH;
	crash.frames = &frames;
	used = rows_pack(fixture->store, &crash, bytes, sizeof(bytes));
	assert_true(used > 0);
	assert_int_equal(rows_unpack(bytes, sizeof(bytes), &row, &ids), used);
	assert_ptr_equal(row.frames, &ids.frames);
	assert_int_equal(row.frames->count, frames.count);
	assert_memory_equal(row.frames->frame, frames.frame, sizeof(frames.frame));
	same_text(row.name[4], sample_row.name[4]);
	for (i = 0; i < (size_t)used; i++)
		assert_int_equal(rows_pack(fixture->store, &crash, bytes, i), 0);
	for (i = 0; i < (size_t)used; i++)
		assert_int_equal(rows_unpack(bytes, i, &row, &ids), -EBADMSG);
	crash.type = TP_ERROR; /* which has none */
	assert_int_equal(rows_pack(fixture->store, &crash, bytes, sizeof(bytes)), -EBADMSG);
}

static void no_room_is_told_for_every_size(void **state)
{
	struct fixture *fixture = *state;
	uint8_t whole[ROWS_ROW_MAX], *bytes;
	ssize_t used = rows_pack(fixture->store, &sample_row, whole, sizeof(whole)), room;

	for (room = 0; room < used; room++) {
		bytes = malloc((size_t)room + 1); /* a sanitizer sees one byte too many */
		assert_non_null(bytes);
		assert_int_equal(rows_pack(fixture->store, &sample_row, bytes, (size_t)room), 0);
		free(bytes);
	}
	assert_int_equal(rows_pack(fixture->store, &sample_row, whole, (size_t)used), used);
}

static void row_no_firewall_passed_is_not_packed(void **state)
{
	struct fixture *fixture = *state;
	uint8_t bytes[ROWS_ROW_MAX];
	char longest[TEXT_WIRE_MAX + 1];
	struct store_row bad[6];
	int i;

	memset(longest, 'x', TEXT_WIRE_MAX);
	longest[TEXT_WIRE_MAX] = '\0';
	for (i = 0; i < 6; i++)
		bad[i] = sample_row;
	bad[0].app = "\x1b[2J";
	bad[1].name[0] = longest;
	bad[2].context = -1;
	bad[3].type = TP_TYPES;
	bad[4].time_us = -1;
	bad[5].version = "caf\xc3\xa9";
	for (i = 0; i < 6; i++)
		assert_int_equal(rows_pack(fixture->store, &bad[i], bytes, sizeof(bytes)),
				 -EBADMSG);
}

static void every_cut_is_refused(void **state)
{
	struct fixture *fixture = *state;
	uint8_t whole[ROWS_ROW_MAX], *bytes;
	ssize_t used = rows_pack(fixture->store, &sample_row, whole, sizeof(whole)), count;
	struct rows_ids ids;
	struct store_row row;

	for (count = 0; count < used; count++) {
		bytes = malloc((size_t)count + 1);
		assert_non_null(bytes);
		memcpy(bytes, whole, (size_t)count);
		assert_int_equal(rows_unpack(bytes, (size_t)count, &row, &ids), -EBADMSG);
		free(bytes);
	}
}

/* Whatever a row's bytes are, it is refused or can be printed and counted with. */
static void check_harmless(const struct store_row *row)
{
	const char *texts[] = { row->session, row->app,	    row->version, row->name[0],
				row->name[1], row->name[2], row->name[3], row->name[4] };
	size_t i, j;

	assert_int_equal(strlen(row->session), 16);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!texts[i])
			continue;
		assert_true(strlen(texts[i]) < TEXT_WIRE_MAX);
		for (j = 0; texts[i][j]; j++)
			assert_true(texts[i][j] >= 0x20 && texts[i][j] < 0x7f);
	}
	assert_true(row->type > TP_NONE && row->type < TP_TYPES);
	assert_true(row->context >= 0 && row->id >= 0 && row->time_us >= 0);
}

static void every_changed_byte_is_refused_or_harmless(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x1b, 0x7f, 0x80, 0xff };
	struct fixture *fixture = *state;
	uint8_t whole[ROWS_ROW_MAX], *bytes;
	ssize_t used = rows_pack(fixture->store, &sample_row, whole, sizeof(whole)), i;
	struct rows_ids ids;
	struct store_row row;
	int refused = 0;
	size_t j;

	bytes = malloc((size_t)used);
	assert_non_null(bytes);
	for (i = 0; i < used; i++)
		for (j = 0; j < sizeof(values); j++) {
			memcpy(bytes, whole, (size_t)used);
			bytes[i] = values[j];
			if (rows_unpack(bytes, (size_t)used, &row, &ids) < 0)
				refused++;
			else
				check_harmless(&row);
		}
	free(bytes);
	assert_true(refused > 200);
}

static void random_bytes_are_refused_or_harmless(void **state)
{
	uint8_t bytes[512];
	struct rows_ids ids;
	struct store_row row;
	size_t i;
	int round;

	(void)state;
	srand(1);
	for (round = 0; round < 100000; round++) {
		for (i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)rand();
		bytes[2] = bytes[3] = 0;
		bytes[1] &= 1;
		if (rows_unpack(bytes, sizeof(bytes), &row, &ids) >= 0)
			check_harmless(&row);
	}
}

#define WITH_STORE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(row_comes_back_as_it_was),
		WITH_STORE(frames_of_a_crash_come_back_as_they_were),
		WITH_STORE(no_room_is_told_for_every_size),
		WITH_STORE(row_no_firewall_passed_is_not_packed),
		WITH_STORE(every_cut_is_refused),
		WITH_STORE(every_changed_byte_is_refused_or_harmless),
		cmocka_unit_test(random_bytes_are_refused_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
