/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/report/fixture.h"

#include "report/expectation.h"
#include "report/lines.h"

static void start(struct sample *sample, const char *path, int64_t time_us)
{
	sample_open(sample, path, time_us);
	sample->time_us = time_us;
}

/* Two processes, each with a tool inside a command; @swap: in the other order, all other values. */
static void fill(struct sample *sample, bool swap, const char *error)
{
	int i;

	for (i = 0; i < 2; i++) {
		sample_process(sample, (i != 0) == swap ? "first" : "second", "1.0");
		sample_add(sample, (struct sample_event){ .type = TP_TAG,
							  .parent = swap ? 9 : 2,
							  .name = { "model", "small" } });
		sample_count(sample, "calls", 2);
		sample_add(sample, (struct sample_event){ .type = TP_SPAN,
							  .kind = TP_KIND_TOOL,
							  .span = swap ? 9 : 2,
							  .parent = 1,
							  .value = swap ? 5 : 6,
							  .name = { "http" } });
		sample_add(sample, (struct sample_event){ .type = TP_SPAN,
							  .span = 1,
							  .outcome = TP_OUTCOME_FAILED,
							  .value = swap ? 5 : 6,
							  .name = { "sync", NULL, NULL, error } });
		sample_exit(sample, 1 << 8, 0);
	}
	sample_commit(sample);
}

static void expectation_of_another_run_is_the_same(void **state)
{
	struct fixture *fixture = *state;
	struct sample one, two;
	struct stat status;

	start(&one, fixture->path[0], NOON_US);
	fill(&one, false, "network");
	start(&two, fixture->path[1], NOON_US + 77 * SAMPLE_S);
	fill(&two, true, "network");
	umask(022);
	assert_int_equal(expectation_record(one.store, 0, fixture->path[2], &fixture->error), 0);
	assert_int_equal(stat(fixture->path[2], &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(expectation_check(two.store, 0, fixture->path[2], fixture_stream(fixture),
					   &fixture->error),
			 0);
	assert_string_equal(fixture_text(fixture), "");
	store_close(one.store);
	store_close(two.store);
}

static void expectation_differences_are_told_line_by_line(void **state)
{
	struct fixture *fixture = *state;
	struct sample one, two;

	start(&one, fixture->path[0], NOON_US);
	fill(&one, false, "network");
	start(&two, fixture->path[1], NOON_US);
	fill(&two, false, "disk");
	assert_int_equal(expectation_record(one.store, 0, fixture->path[2], &fixture->error), 0);
	assert_int_equal(expectation_check(two.store, 0, fixture->path[2], fixture_stream(fixture),
					   &fixture->error),
			 -EBADMSG);
	assert_contains(fixture->error.what, "in 4 lines");
	assert_string_equal(fixture_text(fixture),
			    "   tool_completed name=http outcome=ok in=command:sync\n"
			    "-  command_failed name=sync outcome=failed error_category=network\n"
			    "+  command_failed name=sync outcome=failed error_category=disk\n"
			    "-  command_failed name=sync outcome=failed error_category=network\n"
			    "+  command_failed name=sync outcome=failed error_category=disk\n");
	store_close(one.store);
	store_close(two.store);
}

static void expectation_sees_only_this_run(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	struct lines lines = { 0 };

	start(&sample, fixture->path[0], NOON_US);
	fill(&sample, false, "network");
	assert_int_equal(
		expectation_record(sample.store, sample.time_us, fixture->path[2], &fixture->error),
		0);
	assert_int_equal(lines_read(&lines, fixture->path[2], 10, &fixture->error), 0);
	assert_int_equal(lines.count, 1);
	lines_clear(&lines);
	store_close(sample.store);
}

static void expectation_bad_files_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	FILE *file;

	start(&sample, fixture->path[0], NOON_US);
	fill(&sample, false, NULL);
	assert_int_equal(expectation_check(sample.store, 0, fixture->path[2],
					   fixture_stream(fixture), &fixture->error),
			 -ENOENT);
	file = fopen(fixture->path[2], "w");
	assert_non_null(file);
	fputs("something else\n", file);
	fclose(file);
	assert_int_equal(expectation_check(sample.store, 0, fixture->path[2],
					   fixture_stream(fixture), &fixture->error),
			 -EINVAL);
	assert_contains(fixture->error.hint, "--record");
	assert_string_equal(fixture_text(fixture), "");
	store_close(sample.store);
}

static void add(struct lines *lines, const char *text)
{
	for (; *text; text++)
		assert_int_equal(lines_add(lines, strndup(text, 1)), 0);
}

static void lines_diff_is_the_shortest(void **state)
{
	static const struct {
		const char *expected, *actual, *diff;
	} cases[] = {
		{ "abcabba", "abcabba", "" },	  { "", "", "" },
		{ "", "ab", "+a\n+b\n" },	  { "ab", "", "-a\n-b\n" },
		{ "abc", "ac", " a\n-b\n" },	  { "ac", "abc", " a\n+b\n" },
		{ "xay", "xby", " x\n-a\n+b\n" }, { "abcdef", "abXcef", " b\n+X\n-d\n" },
		{ "aab", "ab", " a\n-a\n" },
	};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lines expected = { 0 }, actual = { 0 };

		add(&expected, cases[i].expected);
		add(&actual, cases[i].actual);
		assert_true(lines_diff(&expected, &actual, fixture_stream(fixture)) >= 0);
		assert_string_equal(fixture_text(fixture), cases[i].diff);
		lines_clear(&expected);
		lines_clear(&actual);
	}
}

static void lines_diff_of_long_lists_ends(void **state)
{
	struct fixture *fixture = *state;
	struct lines expected = { 0 }, actual = { 0 };
	int i;

	for (i = 0; i < 50000; i++) {
		assert_int_equal(lines_add(&expected, strdup("a")), 0);
		assert_int_equal(lines_add(&actual, strdup("b")), 0);
	}
	assert_int_equal(lines_diff(&expected, &actual, fixture_stream(fixture)), 100000);
	lines_clear(&expected);
	lines_clear(&actual);
}

static void lines_diff_replaces_control_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct lines expected = { 0 }, actual = { 0 };

	add(&expected, "\x1b");
	assert_int_equal(lines_diff(&expected, &actual, fixture_stream(fixture)), 1);
	assert_string_equal(fixture_text(fixture), "-?\n");
	lines_clear(&expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		TEST(expectation_of_another_run_is_the_same),
		TEST(expectation_differences_are_told_line_by_line),
		TEST(expectation_sees_only_this_run),
		TEST(expectation_bad_files_are_refused),
		TEST(lines_diff_is_the_shortest),
		TEST(lines_diff_of_long_lists_ends),
		TEST(lines_diff_replaces_control_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
