/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/report/fixture.h"

#include "report/compare.h"
#include "report/summary.h"

struct run { /* of each process of one side */
	const char *name;
	int64_t first_ns; /* of its first process; each next one is 1 % of it slower */
	int processes;
	int spans; /* in each process; all but one of them are a tenth as long */
};

static void fill(struct sample *sample, const char *path, const struct run *runs)
{
	int64_t ns;
	int i, k;

	sample_open(sample, path, NOON_US);
	for (; runs->name; runs++)
		for (i = 0; i < runs->processes; i++) {
			sample_process(sample, "app", NULL);
			for (k = 0; k < runs->spans; k++) {
				ns = runs->first_ns + i * runs->first_ns / 100;
				sample_add(sample,
					   (struct sample_event){ .type = TP_SPAN,
								  .name = { runs->name, "now" },
								  .span = (uint32_t)k + 1,
								  .value = k ? ns : ns / 10 });
			}
		}
	sample_commit(sample);
}

static const char *compared(struct fixture *fixture, const struct run *a, const struct run *b,
			    bool is_json)
{
	struct sample left, right;

	fill(&left, fixture->path[0], a);
	fill(&right, fixture->path[1], b);
	assert_int_equal(compare_print(fixture_stream(fixture), left.store, right.store, is_json,
				       &fixture->error),
			 0);
	store_close(left.store);
	store_close(right.store);
	return fixture_text(fixture);
}

static void compare_slower_and_faster_and_neither(void **state)
{
	const struct run a[] = { { "slow", 1000000, 10, 3 },
				 { "quick", 1000000, 10, 3 },
				 { "even", 1000000, 10, 3 },
				 { "gone", 1000, 10, 3 },
				 { 0 } };
	const struct run b[] = { { "slow", 1200000, 10, 3 },
				 { "quick", 800000, 10, 3 },
				 { "even", 1001000, 10, 3 },
				 { "new", 1000, 10, 3 },
				 { 0 } };
	const char *text = compared(*state, a, b, false);

	assert_contains(text, "command  slow now       10      10   1.04 ms   1.25 ms        20");
	assert_contains(text, " slower\n");
	assert_contains(text, "command  quick now      10      10   1.04 ms    836 us       -20");
	assert_contains(text, " faster\n");
	assert_contains(text, " no difference\n");
	assert_contains(text, " only in A\n");
	assert_contains(text, " only in B\n");
}

static void compare_small_changes_are_no_difference(void **state)
{
	/* far apart in p, less than 2 % in size: all of b lies above all of a */
	struct run many[41] = { 0 }, more[41] = { 0 };
	const char *text;
	int i;

	for (i = 0; i < 40; i++) {
		many[i] = (struct run){ "flat", 1000000 + i, 1, 1 };
		more[i] = (struct run){ "flat", 1010000 + i, 1, 1 };
	}
	text = compared(*state, many, more, true);
	assert_contains(text, "\"verdict\":\t\"no difference\"");
	assert_contains(text, "\"runs_a\":\t40");
}

static void compare_few_runs_give_no_verdict(void **state)
{
	const struct run a[] = { { "rare", 1000000, COMPARE_RUNS_MIN - 1, 500 }, { 0 } };
	const struct run b[] = { { "rare", 9000000, COMPARE_RUNS_MIN, 500 }, { 0 } };

	assert_contains(compared(*state, a, b, false), " too few runs\n");
}

static void compare_empty_stores_have_no_rows(void **state)
{
	const struct run none[] = { { 0 } };

	assert_string_equal(compared(*state, none, none, true), "[]\n");
}

static void summary_counts_since_a_moment(void **state)
{
	struct fixture *fixture = *state;
	struct sample sample;
	const char *text;

	sample_open(&sample, fixture->path[0], NOON_US);
	sample_fill(&sample, NOON_US);
	assert_int_equal(summary_print(fixture_stream(fixture), sample.store,
				       NOON_US - 3600 * SAMPLE_S, &fixture->error),
			 0);
	text = fixture_text(fixture);
	assert_contains(text, "sync     push           1       1          0          0");
	assert_contains(text, "mailer           1  exit code 3");
	assert_null(strstr(text, "lister"));
	assert_int_equal(summary_print(fixture_stream(fixture), sample.store, 0, &fixture->error),
			 0);
	text = fixture_text(fixture);
	assert_contains(text, "list     -            100       0          0          0  50.0 ms  "
			      "95.0 ms   100 ms\n");
	assert_contains(text, "lister           1  crashed with SIGSEGV");
	assert_contains(text, "lister           1  killed by SIGINT");
	assert_int_equal(
		summary_print(fixture_stream(fixture), sample.store, NOON_US, &fixture->error), 0);
	assert_string_equal(fixture_text(fixture), "");
	store_close(sample.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		TEST(compare_slower_and_faster_and_neither),
		TEST(compare_small_changes_are_no_difference),
		TEST(compare_few_runs_give_no_verdict),
		TEST(compare_empty_stores_have_no_rows),
		TEST(summary_counts_since_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
