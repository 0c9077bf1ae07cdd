/* SPDX-License-Identifier: GPL-2.0-only */
#include <sodium.h>

#include "unit/store/fixture.h"

#include "unit/limit_files.h"

static void store_delete_all_leaves_no_byte_of_a_name(void **state)
{
	struct fixture *fixture = *state;
	struct store_totals totals;
	struct sample sample;
	uint8_t session[8];
	int64_t freed = -1;

	fixture_open(fixture);
	fixture_fill(fixture, 20000);
	sample_begin(fixture, &sample, NOON_US);
	assert_int_equal(sodium_hex2bin(session, sizeof(session), sample.session.public_id, 16,
					NULL, NULL, NULL),
			 0);
	assert_true(files_with(fixture, "think-hard") > 0);
	assert_true(files_with_bytes(fixture, session, sizeof(session)) > 0);
	store_rollback(fixture->store);
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_true(freed > 20000 * 20);
	assert_int_equal(files_with(fixture, "think-hard"), 0);
	assert_int_equal(files_with(fixture, "demo-app"), 0);
	assert_int_equal(files_with_bytes(fixture, session, sizeof(session)), 0);
	assert_ok(fixture, store_totals(fixture->store, &totals, NULL));
	assert_int_equal(totals.events, 0);
	assert_int_equal(totals.sessions, 0);
	assert_true(totals.file_bytes < 100000);
	fixture_close(fixture);
	assert_int_equal(files_with(fixture, "think-hard"), 0);
	fixture_open(fixture); /* and it goes on */
	fixture_fill(fixture, 5);
	assert_int_equal(fixture_events(fixture), 5);
}

static void store_delete_all_keeps_what_identifies_nobody(void **state)
{
	const struct store_ring ring = { .boot_id = "b", .ring_id = "r" };
	struct fixture *fixture = *state;
	char before[37], after[37];
	uint64_t position;
	int64_t freed;

	store_event_id(fixture_open(fixture), 1, before);
	assert_ok(fixture, store_commit(fixture->store, &ring, 0, 640, NULL));
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_ok(fixture, store_ring_position(fixture->store, &ring, &position, NULL));
	assert_int_equal(position, 640);
	assert_int_equal(store_owner(fixture->store), 1000);
	fixture_close(fixture);
	store_event_id(fixture_open(fixture), 1, after);
	assert_string_equal(before, after);
}

static int delete_meanwhile(const struct store_row *row, void *data)
{
	struct fixture *writer = data;
	int64_t freed;

	(void)row;
	assert_int_equal(store_delete_all(writer->store, &freed, &writer->error), -EBUSY);
	return 1;
}

static void store_delete_all_beside_a_reader_says_so(void **state)
{
	struct fixture *fixture = *state, reader = *fixture;
	struct store_filter filter = { 0 };
	int64_t freed;

	fixture_open(fixture);
	fixture_fill(fixture, 100);
	assert_ok(&reader, store_open(fixture->path, STORE_READ, 0, &reader.store, &reader.error));
	assert_int_equal(store_each(reader.store, &filter, delete_meanwhile, fixture, NULL), 1);
	assert_non_null(strstr(fixture->error.what, "another process still reads it"));
	assert_true(fixture->error.hint[0]);
	assert_int_equal(fixture_events(fixture), 0); /* deleted, not yet overwritten in the log */
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_int_equal(files_with(fixture, "think-hard"), 0);
	store_close(reader.store);
}

/* As the service erases: the reader meets a file that is cut and gone, which is no damage. */
static void a_file_removed_under_a_reader_was_deleted(void **state)
{
	struct fixture *fixture = *state, reader = { .store = NULL };
	struct store_totals totals;

	fixture_open(fixture);
	fixture_fill(fixture, 2000);
	fixture_close(fixture);
	assert_ok(&reader, store_open(fixture->path, STORE_READ, 0, &reader.store, &reader.error));
	assert_int_equal(truncate(fixture->path, 4096), 0);
	assert_int_equal(store_totals(reader.store, &totals, &reader.error), -EBADMSG);
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(store_totals(reader.store, &totals, &reader.error), -ESTALE);
	assert_non_null(strstr(reader.error.what, "the events were deleted"));
	store_close(reader.store);
}

static void store_delete_all_on_full_disk_deletes_nothing(void **state)
{
	struct fixture *fixture = *state;
	int64_t freed;

	fixture_open(fixture);
	fixture_fill(fixture, 20000);
	fixture_close(fixture);
	fixture_open(fixture);
	limit_files(65536);
	assert_int_equal(store_delete_all(fixture->store, &freed, &fixture->error), -ENOSPC);
	limit_files(RLIM_INFINITY);
	assert_non_null(strstr(fixture->error.hint, "nothing was deleted"));
	assert_int_equal(fixture_events(fixture), 20000);
	assert_ok(fixture, store_delete_all(fixture->store, &freed, &fixture->error));
	assert_int_equal(fixture_events(fixture), 0);
}

static void store_delete_all_during_a_batch_is_refused(void **state)
{
	struct fixture *fixture = *state;
	int64_t freed = 7;

	fixture_open(fixture);
	assert_ok(fixture, store_begin(fixture->store, NULL));
	assert_int_equal(store_delete_all(fixture->store, &freed, &fixture->error), -EINVAL);
	assert_int_equal(freed, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_delete_all_leaves_no_byte_of_a_name),
		TEST(store_delete_all_keeps_what_identifies_nobody),
		TEST(store_delete_all_beside_a_reader_says_so),
		TEST(a_file_removed_under_a_reader_was_deleted),
		TEST(store_delete_all_on_full_disk_deletes_nothing),
		TEST(store_delete_all_during_a_batch_is_refused),
	};

	return cmocka_run_group_tests_name("store/erase", tests, NULL, NULL);
}
