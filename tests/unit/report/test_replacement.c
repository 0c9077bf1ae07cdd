/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/report/fixture.h"

#include "report/replacement.h"

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *wanted)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) < sizeof(text));
	fclose(file);
	assert_string_equal(text, wanted);
}

static void replacement_appears_at_commit_only(void **state)
{
	struct fixture *fixture = *state;
	struct replacement replacement;
	struct stat status;

	assert_int_equal(replacement_open(&replacement, fixture->path[0], 0640, &fixture->error),
			 0);
	fputs("new", replacement.file);
	assert_int_equal(access(fixture->path[0], F_OK), -1);
	assert_int_equal(replacement_commit(&replacement, &fixture->error), 0);
	assert_holds(fixture->path[0], "new");
	assert_int_equal(stat(fixture->path[0], &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(fixture_files(fixture, false), 1);
}

static void replacement_takes_the_place_of_a_file(void **state)
{
	struct fixture *fixture = *state;
	struct replacement replacement;

	put(fixture->path[0], "old");
	assert_int_equal(replacement_open(&replacement, fixture->path[0], 0600, &fixture->error),
			 0);
	fputs("new", replacement.file);
	fflush(replacement.file);
	assert_holds(fixture->path[0], "old");
	assert_int_equal(replacement_commit(&replacement, &fixture->error), 0);
	assert_holds(fixture->path[0], "new");
	assert_int_equal(fixture_files(fixture, false), 1);
}

static void replacement_abandoned_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct replacement replacement;

	put(fixture->path[0], "old");
	assert_int_equal(replacement_open(&replacement, fixture->path[0], 0600, &fixture->error),
			 0);
	fputs("new", replacement.file);
	replacement_abandon(&replacement);
	replacement_abandon(&replacement);
	assert_holds(fixture->path[0], "old");
	assert_int_equal(fixture_files(fixture, false), 1);
}

static void replacement_of_what_is_no_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct replacement replacement;

	put(fixture->path[0], "old");
	assert_int_equal(symlink(fixture->path[0], fixture->path[1]), 0);
	assert_int_equal(replacement_open(&replacement, fixture->path[1], 0600, &fixture->error),
			 -ELOOP);
	assert_int_equal(mkfifo(fixture->path[2], 0600), 0);
	assert_int_equal(replacement_open(&replacement, fixture->path[2], 0600, &fixture->error),
			 -EEXIST);
	assert_int_equal(replacement_open(&replacement, fixture->directory, 0600, &fixture->error),
			 -EEXIST);
	assert_int_equal(replacement_open(&replacement, "/dev/null", 0600, &fixture->error),
			 -EEXIST);
	assert_int_equal(replacement_open(&replacement, "", 0600, &fixture->error), -ENAMETOOLONG);
	assert_int_equal(replacement_open(&replacement, "/none/at/all", 0600, &fixture->error),
			 -ENOENT);
	assert_holds(fixture->path[0], "old");
	assert_int_equal(fixture_files(fixture, false), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		TEST(replacement_appears_at_commit_only),
		TEST(replacement_takes_the_place_of_a_file),
		TEST(replacement_abandoned_leaves_nothing),
		TEST(replacement_of_what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
