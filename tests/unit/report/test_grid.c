/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/report/fixture.h"

#include <math.h>

#include "report/grid.h"
#include "report/text.h"

static const struct grid_column columns[] = {
	{ "name", "name", GRID_TEXT },	 { "runs", "runs", GRID_COUNT },
	{ "took", "ms", GRID_DURATION }, { "share", "share", GRID_SHARE },
	{ "", NULL, GRID_BAR },		 { NULL, "hidden", GRID_NUMBER },
	{ "size", "bytes", GRID_BYTES },
};

static struct grid *filled(void)
{
	struct grid *grid = grid_new(columns, sizeof(columns) / sizeof(columns[0]));

	assert_non_null(grid);
	grid_row(grid);
	grid_text(grid, 0, "sync");
	grid_number(grid, 1, 12);
	grid_number(grid, 2, 1234567);
	grid_number(grid, 3, 0.25);
	grid_number(grid, 4, 0.125);
	grid_number(grid, 5, 0.1);
	grid_number(grid, 6, 999);
	grid_row(grid);
	grid_text(grid, 0, "a\033[2J\n");
	grid_number(grid, 2, NAN);
	return grid;
}

static void grid_prints_aligned_columns(void **state)
{
	struct fixture *fixture = *state;
	struct grid *grid = filled();

	assert_int_equal(grid_print(grid, fixture_stream(fixture)), 0);
	assert_string_equal(fixture_text(fixture),
			    "name    runs     took  share        size\n"
			    "sync      12  1.23 ms   25 %  \u2588\u2588\u258c  999 B\n"
			    "a?[2J?     -        -      -  -        -\n");
	grid_free(grid);
}

static void grid_json_has_the_same_rows(void **state)
{
	struct grid *grid = filled();
	cJSON *json = grid_json(grid);
	char *text = cJSON_PrintUnformatted(json);

	(void)state;
	assert_string_equal(text, "[{\"name\":\"sync\",\"runs\":12,\"ms\":1.234567,\"share\":0.25,"
				  "\"hidden\":0.1,\"bytes\":999},"
				  "{\"name\":\"a\\u001b[2J\\n\",\"runs\":null,\"ms\":null,"
				  "\"share\":null,\"hidden\":null,\"bytes\":null}]");
	free(text);
	cJSON_Delete(json);
	grid_free(grid);
}

static void grid_keep_last_drops_the_first_rows(void **state)
{
	struct fixture *fixture = *state;
	struct grid *grid = filled();

	grid_keep_last(grid, 2);
	assert_int_equal(grid_rows(grid), 2);
	grid_keep_last(grid, 1);
	grid_row(grid);
	grid_text(grid, 0, "new");
	assert_int_equal(grid_print(grid, fixture_stream(fixture)), 0);
	assert_string_equal(fixture_text(fixture), "name    runs  took  share     size\n"
						   "a?[2J?     -     -      -  -     -\n"
						   "new        -     -      -  -     -\n");
	grid_keep_last(grid, 0);
	assert_int_equal(grid_rows(grid), 0);
	grid_free(grid);
}

static void grid_without_rows_prints_its_heading(void **state)
{
	struct fixture *fixture = *state;
	struct grid *grid = grid_new(columns, 2);

	assert_int_equal(grid_print(grid, fixture_stream(fixture)), 0);
	assert_string_equal(fixture_text(fixture), "name  runs\n");
	assert_int_equal(grid_rows(grid), 0);
	grid_free(grid);
}

static void text_durations_keep_three_digits(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} cases[] = {
		{ 0, "0 ns" },
		{ 1, "1 ns" },
		{ 999.4, "999 ns" },
		{ 999.6, "1.00 us" },
		{ 12345, "12.3 us" },
		{ 999499, "999 us" },
		{ 999500, "1.00 ms" },
		{ 99950000, "100 ms" },
		{ 1e9, "1.00 s" },
		{ 119.9e9, "120 s" },
		{ 120e9, "2 min 00 s" },
		{ 7199.9e9, "119 min 59 s" },
		{ 7200e9, "2 h 00 min" },
		{ 1e15, "277 h 46 min" },
		{ 9.3e18, "2583333 h 20 min" },
	};
	char text[24];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_duration(cases[i].ns, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void text_bytes_have_decimal_units(void **state)
{
	static const struct {
		double bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },	      { 999, "999 B" },	     { 1000, "1.00 kB" },
		{ 123456, "123 kB" }, { 999499, "999 kB" },  { 999500, "1.00 MB" },
		{ 1e12, "1.00 TB" },  { 9.2e18, "9200 PB" },
	};
	char text[24];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_bytes(cases[i].bytes, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		TEST(grid_prints_aligned_columns),
		TEST(grid_json_has_the_same_rows),
		TEST(grid_keep_last_drops_the_first_rows),
		TEST(grid_without_rows_prints_its_heading),
		TEST(text_durations_keep_three_digits),
		TEST(text_bytes_have_decimal_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
