/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "unit/store/fixture.h"

#include "store/sql.h"
#include "unit/failing_memory.h"

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static void assert_refused(struct fixture *fixture, const char *path, enum store_mode mode,
			   int code, const char *words)
{
	struct store *store = NULL;
	int ret = store_open(path, mode, 1000, &store, &fixture->error);

	if (ret != code)
		fail_msg("'%s': %d instead of %d: %s", path, ret, code, fixture->error.what);
	assert_null(store);
	assert_int_equal(fixture->error.code, code);
	if (!strstr(fixture->error.what, words))
		fail_msg("'%s' does not say '%s'", fixture->error.what, words);
	assert_true(fixture->error.hint[0]);
}

static void store_open_new_file_is_private_and_ours(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	struct fixture *fixture = *state;
	struct stat file;
	char path[160];
	size_t i;

	umask(0);
	fixture_open(fixture);
	fixture_fill(fixture, 1);
	umask(022);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", fixture->path, suffixes[i]);
		assert_int_equal(stat(path, &file), 0);
		assert_int_equal(file.st_mode, S_IFREG | 0600);
	}
	fixture_close(fixture);
	assert_int_equal(ask_sql(fixture->path, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
	assert_int_equal(ask_sql(fixture->path, "PRAGMA user_version"), SCHEMA_VERSION);
	assert_int_equal(ask_sql(fixture->path, "SELECT count(*) FROM sqlite_schema WHERE"
						" type = 'table' AND sql NOT LIKE '%STRICT%'"),
			 0);
}

static void store_open_again_finds_owner_and_events(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(store_owner(fixture_open(fixture)), 1000);
	fixture_fill(fixture, 3);
	fixture_close(fixture);
	assert_ok(fixture,
		  store_open(fixture->path, STORE_WRITE, 7, &fixture->store, &fixture->error));
	assert_int_equal(store_owner(fixture->store), 1000);
	assert_int_equal(fixture_events(fixture), 3);
}

static void store_open_file_with_odd_name_works(void **state)
{
	struct fixture *fixture = *state;

	snprintf(fixture->path, sizeof(fixture->path), "%s/a?b#c%%20d e.db", fixture->directory);
	fixture_open(fixture);
	fixture_fill(fixture, 1);
	fixture_close(fixture);
	assert_int_equal(access(fixture->path, F_OK), 0);
	assert_ok(fixture,
		  store_open(fixture->path, STORE_READ, 0, &fixture->store, &fixture->error));
	assert_int_equal(fixture_events(fixture), 1);
}

static void store_open_in_memory_touches_no_file(void **state)
{
	struct fixture *fixture = *state;

	assert_ok(fixture,
		  store_open(":memory:", STORE_WRITE, 5, &fixture->store, &fixture->error));
	fixture_fill(fixture, 10);
	assert_int_equal(fixture_events(fixture), 10);
	assert_int_not_equal(access(":memory:", F_OK), 0);
}

static void store_open_empty_file_is_migrated(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture->path, "", 0);
	fixture_open(fixture);
	fixture_fill(fixture, 2);
	assert_int_equal(fixture_events(fixture), 2);
}

/* Killed between its creation and its schema. */
static void store_open_half_made_file_is_migrated(void **state)
{
	struct fixture *fixture = *state;

	run_sql(fixture->path, "PRAGMA journal_mode = WAL");
	fixture_open(fixture);
	fixture_fill(fixture, 2);
	assert_int_equal(fixture_events(fixture), 2);
}

static void store_open_newer_schema_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture_open(fixture);
	fixture_fill(fixture, 2);
	fixture_close(fixture);
	run_sql(fixture->path, "PRAGMA user_version = 999");
	assert_refused(fixture, fixture->path, STORE_WRITE, -ENOTSUP, "newer telprobe");
	assert_refused(fixture, fixture->path, STORE_READ, -ENOTSUP, "999");
	run_sql(fixture->path, "PRAGMA user_version = 5");
	fixture_open(fixture);
	assert_int_equal(fixture_events(fixture), 2);
}

static void store_open_foreign_database_is_refused_untouched(void **state)
{
	struct fixture *fixture = *state;
	size_t before_size, after_size;
	char *before, *after;

	run_sql(fixture->path, "CREATE TABLE bookmarks(url TEXT)");
	before = read_file(fixture->path, &before_size);
	assert_refused(fixture, fixture->path, STORE_WRITE, -EBADMSG, "another program");
	assert_refused(fixture, fixture->path, STORE_READ, -EBADMSG, "another program");
	after = read_file(fixture->path, &after_size);
	assert_int_equal(before_size, after_size);
	assert_memory_equal(before, after, before_size);
	assert_int_equal(files_in(fixture->directory), 1);
	free(before);
	free(after);
}

static void store_open_text_file_is_refused_untouched(void **state)
{
	static const char text[] =
		"dear diary, this is not a database but it is rather longer than "
		"the hundred bytes that the header of one takes: so it is read";
	struct fixture *fixture = *state;
	size_t size;
	char *after;

	write_file(fixture->path, text, sizeof(text));
	assert_refused(fixture, fixture->path, STORE_WRITE, -EBADMSG, "not a database");
	assert_refused(fixture, fixture->path, STORE_READ, -EBADMSG, "not a database");
	after = read_file(fixture->path, &size);
	assert_int_equal(size, sizeof(text));
	assert_memory_equal(after, text, size);
	free(after);
}

static void store_open_truncated_file_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture_open(fixture);
	fixture_fill(fixture, 5000);
	fixture_close(fixture);
	assert_int_equal(truncate(fixture->path, 8192), 0);
	assert_refused(fixture, fixture->path, STORE_WRITE, -EBADMSG, "damaged");
	assert_refused(fixture, fixture->path, STORE_READ, -EBADMSG, "damaged");
}

static int ignore_row(const struct store_row *row, void *data)
{
	(void)row;
	(void)data;
	return 0;
}

static void store_open_overwritten_page_is_reported(void **state)
{
	struct store_filter filter = { 0 };
	struct fixture *fixture = *state;
	char junk[4096];
	int fd, ret;

	fixture_open(fixture);
	fixture_fill(fixture, 5000);
	fixture_close(fixture);
	memset(junk, 0x5a, sizeof(junk));
	fd = open(fixture->path, O_WRONLY);
	for (off_t page = 12; page < 24; page++) /* among the pages of the events */
		assert_int_equal(pwrite(fd, junk, sizeof(junk), page * 4096), 4096);
	close(fd);
	ret = store_open(fixture->path, STORE_WRITE, 0, &fixture->store, &fixture->error);
	if (!ret)
		ret = store_each(fixture->store, &filter, ignore_row, NULL, &fixture->error);
	assert_int_equal(ret, -EBADMSG);
	assert_non_null(strstr(fixture->error.what, "damaged"));
}

static void store_open_what_is_no_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char path[256];

	snprintf(path, sizeof(path), "%s/link.db", fixture->directory);
	fixture_open(fixture);
	fixture_close(fixture);
	assert_int_equal(symlink(fixture->path, path), 0);
	assert_refused(fixture, path, STORE_WRITE, -ELOOP, "symbolic link");
	assert_refused(fixture, path, STORE_READ, -ELOOP, "symbolic link");
	unlink(path);
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	assert_refused(fixture, path, STORE_WRITE, -ELOOP, "symbolic link");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(fixture, path, STORE_WRITE, -EBADMSG, "a pipe");
	assert_refused(fixture, path, STORE_READ, -EBADMSG, "a pipe");
	unlink(path);
	assert_refused(fixture, fixture->directory, STORE_WRITE, -EBADMSG, "a directory");
	assert_refused(fixture, "/dev/null", STORE_WRITE, -EBADMSG, "a device");
	snprintf(path, sizeof(path), "%s/no/such/events.db", fixture->directory);
	assert_refused(fixture, path, STORE_WRITE, -ENOENT, "no directory");
	assert_refused(fixture, fixture_path(fixture, "missing.db"), STORE_READ, -ENOENT,
		       "no such file");
	assert_int_not_equal(access(fixture_path(fixture, "missing.db"), F_OK), 0);
}

static void store_open_through_linked_directory_works(void **state)
{
	struct fixture *fixture = *state;
	char link[96];

	snprintf(link, sizeof(link), "%s/elsewhere", fixture->directory);
	assert_int_equal(symlink(fixture->directory, link), 0);
	snprintf(fixture->path, sizeof(fixture->path), "%s/events.db", link);
	fixture_open(fixture);
	fixture_fill(fixture, 1);
	fixture_close(fixture);
	assert_int_equal(access(fixture_path(fixture, "events.db"), F_OK), 0);
}

static void store_open_to_read_creates_nothing(void **state)
{
	struct fixture *fixture = *state;
	char beside[160];

	fixture_open(fixture);
	fixture_fill(fixture, 3);
	fixture_close(fixture);
	snprintf(beside, sizeof(beside), "%s-wal", fixture->path);
	assert_int_equal(unlink(beside), 0);
	snprintf(beside, sizeof(beside), "%s-shm", fixture->path);
	assert_int_equal(unlink(beside), 0);
	assert_ok(fixture,
		  store_open(fixture->path, STORE_READ, 0, &fixture->store, &fixture->error));
	assert_int_equal(fixture_events(fixture), 3);
	assert_int_equal(files_in(fixture->directory), 1);
	fixture_close(fixture);
	assert_int_equal(files_in(fixture->directory), 1);
}

static void store_open_copy_without_its_index_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char copy[128], copy_log[160], log[160];
	size_t size, log_size;
	char *bytes, *log_bytes;

	fixture_open(fixture);
	fixture_fill(fixture, 3);
	snprintf(log, sizeof(log), "%s-wal", fixture->path);
	snprintf(copy, sizeof(copy), "%s/copy.db", fixture->directory);
	snprintf(copy_log, sizeof(copy_log), "%s-wal", copy);
	bytes = read_file(fixture->path, &size);
	log_bytes = read_file(log, &log_size);
	assert_true(log_size > 0);
	write_file(copy, bytes, size);
	write_file(copy_log, log_bytes, log_size);
	free(bytes);
	free(log_bytes);
	assert_refused(fixture, copy, STORE_READ, -EBADMSG, "no index");
}

static int fill_small_disk(struct fixture *fixture)
{
	struct rlimit limit = { .rlim_cur = 8192, .rlim_max = RLIM_INFINITY };
	struct store *store;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 1;
	if (store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error) != -ENOSPC) {
		fprintf(stderr, "%s\n", fixture->error.what);
		return 2;
	}
	if (!strstr(fixture->error.what, "no space left") || !fixture->error.hint[0])
		return 3;
	limit.rlim_cur = RLIM_INFINITY; /* what was left half made is no obstacle */
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 4;
	if (store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error))
		return 5;
	store_close(store);
	return 0;
}

static void store_open_on_full_disk_works_when_there_is_room(void **state)
{
	struct fixture *fixture = *state;

	chmod(fixture->directory, 0777);
	assert_int_equal(without_root(fill_small_disk, fixture), 0);
}

static void store_open_two_at_once_make_one_schema(void **state)
{
	struct fixture *fixture = *state;
	int status, i;

	for (i = 0; i < 8; i++) {
		if (fork())
			continue;
		_exit(store_open(fixture->path, STORE_WRITE, 0, &fixture->store, NULL) ? 1 : 0);
	}
	for (i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(ask_sql(fixture->path, "SELECT count(*) FROM meta"), 1);
}

static void store_open_without_memory_says_so_at_every_place(void **state)
{
	struct fixture *fixture = *state;
	struct store *store;
	long allocations;
	int ret = -1;

	if (!memory_can_fail())
		skip();
	fixture_open(fixture);
	fixture_fill(fixture, 3);
	fixture_close(fixture);
	for (allocations = 0; ret && allocations < 5000; allocations++) {
		store = NULL;
		memory_fail_after(allocations);
		ret = store_open(fixture->path, STORE_WRITE, 0, &store, &fixture->error);
		memory_fail_after(-1);
		if (ret) {
			assert_null(store);
			assert_int_equal(ret, -ENOMEM);
		}
		store_close(store);
	}
	assert_int_equal(ret, 0);
	assert_true(allocations > 10);
	fixture_open(fixture);
	assert_int_equal(fixture_events(fixture), 3);
}

static int sum_up(const struct store_row *row, void *data)
{
	char *text = data;
	size_t used = strlen(text);

	snprintf(text + used, 512 - used, "%d %s %s %s %s %lld %u %u %lld\n", row->type, row->app,
		 row->version, row->name[0] ? row->name[0] : "-", row->name[3] ? row->name[3] : "-",
		 (long long)row->value, row->span, row->parent,
		 (long long)row->resources.peak_rss_kib);
	return 0;
}

/* tests/fixtures/store_vN.db is what a collector of that release wrote. */
static void store_open_every_released_schema_keeps_its_events(void **state)
{
	static const char *const expected = "10 named-app 2.1.0 named-app - 0 0 0 0\n"
					    "2 named-app 2.1.0 think - 0 0 2 0\n"
					    "4 named-app 2.1.0 think - 17244 0 2 0\n"
					    "1 named-app 2.1.0 think timeout 1500 2 1 0\n"
					    "14 named-app 2.1.0 - - 2999000 0 0 2048\n";
	struct fixture *fixture = *state;
	struct store_filter all = { 0 };
	char released[64], text[512];
	int version, mode;
	size_t size;
	char *bytes;

	for (version = 1; version <= SCHEMA_VERSION; version++) {
		snprintf(released, sizeof(released), "tests/fixtures/store_v%d.db", version);
		bytes = read_file(released, &size);
		if (!bytes)
			fail_msg("no '%s': run from the top of the tree", released);
		write_file(fixture->path, bytes, size);
		free(bytes);
		for (mode = STORE_WRITE; mode >= STORE_READ; mode--) {
			text[0] = '\0';
			assert_ok(fixture, store_open(fixture->path, mode, 0, &fixture->store,
						      &fixture->error));
			assert_int_equal(store_owner(fixture->store), 1000);
			assert_ok(fixture,
				  store_each(fixture->store, &all, sum_up, text, &fixture->error));
			assert_string_equal(text, expected);
			fixture_close(fixture);
		}
	}
}

static void store_event_id_is_a_stable_uuid_of_version_8(void **state)
{
	struct fixture *fixture = *state, other = *fixture;
	char id[37], again[37], elsewhere[37];

	store_event_id(fixture_open(fixture), 1234567, id);
	assert_int_equal(strlen(id), 36);
	assert_int_equal(id[14], '8');
	assert_non_null(strchr("89ab", id[19]));
	assert_int_equal(strspn(id, "0123456789abcdef-"), 36);
	store_event_id(fixture->store, 1234568, again);
	assert_string_not_equal(id, again);
	fixture_close(fixture);
	store_event_id(fixture_open(fixture), 1234567, again);
	assert_string_equal(id, again);
	snprintf(other.path, sizeof(other.path), "%s/other.db", fixture->directory);
	store_event_id(fixture_open(&other), 1234567, elsewhere);
	assert_string_not_equal(id, elsewhere); /* another file, another key */
	fixture_close(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(store_open_new_file_is_private_and_ours),
		TEST(store_open_again_finds_owner_and_events),
		TEST(store_open_file_with_odd_name_works),
		TEST(store_open_in_memory_touches_no_file),
		TEST(store_open_empty_file_is_migrated),
		TEST(store_open_half_made_file_is_migrated),
		TEST(store_open_newer_schema_is_refused),
		TEST(store_open_foreign_database_is_refused_untouched),
		TEST(store_open_text_file_is_refused_untouched),
		TEST(store_open_truncated_file_is_refused),
		TEST(store_open_overwritten_page_is_reported),
		TEST(store_open_what_is_no_file_is_refused),
		TEST(store_open_through_linked_directory_works),
		TEST(store_open_to_read_creates_nothing),
		TEST(store_open_copy_without_its_index_is_refused),
		TEST(store_open_on_full_disk_works_when_there_is_room),
		TEST(store_open_two_at_once_make_one_schema),
		TEST(store_open_without_memory_says_so_at_every_place),
		TEST(store_open_every_released_schema_keeps_its_events),
		TEST(store_event_id_is_a_stable_uuid_of_version_8),
	};

	return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
