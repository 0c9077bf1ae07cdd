/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/parse.h"
#include "lib/nearest.h"

static const struct cli_option options[] = {
	{ .name = "db", .value = "FILE", .help = "-" },
	{ .name = "limit", .letter = 'n', .value = "N", .help = "-" },
	{ .name = "lines", .letter = 'l', .value = "N", .alias_of = "limit" },
	{ .name = "json", .letter = 'j', .help = "-" },
	{ .name = "force", .letter = 'f', .help = "-" },
	{ 0 },
};

static const struct cli_command plain = { .name = "plain",
					  .synopsis = "",
					  .options = options,
					  .arguments_max = 2 };
static const struct cli_command runner = { .name = "runner",
					   .synopsis = "",
					   .options = options,
					   .arguments_min = 1,
					   .arguments_max = CLI_ANY,
					   .stops_at_first_argument = true };

enum { WORDS = 12 };

static char words[WORDS][32];
static char *argv[WORDS];

/* @line: words separated by single spaces; "" is no word. */
static int parse(struct cli *cli, const struct cli_command *command, const char *line,
		 struct error *error)
{
	int argc = 0;
	size_t length;

	for (; *line; line += length + (line[length] == ' ')) {
		length = strcspn(line, " ");
		memcpy(words[argc], line, length);
		words[argc][length] = '\0';
		argv[argc] = words[argc];
		argc++;
	}
	argv[argc] = NULL;
	return parse_arguments(cli, command, argc, argv, error);
}

static void parse_options_in_every_spelling(void **state)
{
	static const char *const lines[] = {
		"--limit 5 --json a",
		"--limit=5 --json a",
		"-n 5 -j a",
		"-n5 -j a",
		"-jn5 a",
		"-jn 5 a",
		"a --json --limit 5",
		"--lines 5 a -j",
		"-l5 a --json",
		"-n 9 a -l 5 -j",
		"-j --limit 5 -- a",
	};
	struct error error;
	struct cli cli;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(&cli, &plain, lines[i], &error), 0);
		assert_string_equal(cli_option(&cli, "limit"), "5");
		assert_true(cli_flag(&cli, "json"));
		assert_false(cli_flag(&cli, "force"));
		assert_null(cli_option(&cli, "db"));
		assert_int_equal(cli_argc(&cli), 1);
		assert_string_equal(cli_argv(&cli)[0], "a");
		assert_null(cli_argv(&cli)[1]);
	}
}

static void parse_leaves_the_options_of_another_command_alone(void **state)
{
	static const char *const lines[] = { "-j cmd --json -n 5 -- x",
					     "-j -- cmd --json -n 5 -- x" };
	static const char *const wanted[] = { "cmd", "--json", "-n", "5", "--", "x" };
	struct error error;
	struct cli cli;
	size_t i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(parse(&cli, &runner, lines[i], &error), 0);
		assert_true(cli_flag(&cli, "json"));
		assert_null(cli_option(&cli, "limit"));
		assert_int_equal(cli_argc(&cli), 6);
		for (k = 0; k < 6; k++)
			assert_string_equal(cli_argv(&cli)[k], wanted[k]);
	}
	assert_int_equal(parse(&cli, &runner, "-- --help", &error), 0);
	assert_false(cli.wants_help);
	assert_string_equal(cli_argv(&cli)[0], "--help");
}

static void parse_values_may_look_like_options(void **state)
{
	struct error error;
	struct cli cli;

	(void)state;
	assert_int_equal(parse(&cli, &plain, "--db -- - -x=", &error), -EINVAL);
	assert_int_equal(parse(&cli, &plain, "--db -- -", &error), 0);
	assert_string_equal(cli_option(&cli, "db"), "--");
	assert_string_equal(cli_argv(&cli)[0], "-");
	assert_int_equal(parse(&cli, &plain, "--db= --limit=a=b", &error), 0);
	assert_string_equal(cli_option(&cli, "db"), "");
	assert_string_equal(cli_option(&cli, "limit"), "a=b");
}

static void parse_numbers_below_zero_are_arguments(void **state)
{
	struct error error;
	struct cli cli;

	(void)state;
	assert_int_equal(parse(&cli, &plain, "-j a -3", &error), 0);
	assert_true(cli_flag(&cli, "json"));
	assert_int_equal(cli_argc(&cli), 2);
	assert_string_equal(cli_argv(&cli)[1], "-3");
}

static void parse_mistakes_are_refused(void **state)
{
	static const struct {
		const char *line, *what, *hint;
	} cases[] = {
		{ "--nothing", "unknown option '--nothing'", "'telprobe plain --help'" },
		{ "--limti 5", "unknown option '--limti'", "did you mean '--limit'?" },
		{ "--jso=1", "unknown option '--jso'", "did you mean '--json'?" },
		{ "-x", "unknown option '-x'", "'telprobe plain --help'" },
		{ "-jx", "unknown option '-x'", "'telprobe plain --help'" },
		{ "--json=yes", "option '--json' takes no value", "" },
		{ "--limit", "option '--limit' needs a value: --limit N", "" },
		{ "-jn", "option '-n' needs a value: -n N", "" },
		{ "a b c", "unexpected argument 'c'", "usage: telprobe plain" },
	};
	struct error error;
	struct cli cli;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&cli, &plain, cases[i].line, &error), -EINVAL);
		assert_string_equal(error.what, cases[i].what);
		assert_int_equal(strncmp(error.hint, cases[i].hint, strlen(cases[i].hint)), 0);
	}
	assert_int_equal(parse(&cli, &runner, "", &error), -EINVAL);
	assert_string_equal(error.what, "'runner' needs an argument");
	assert_int_equal(parse(&cli, &runner, "-j --help", &error), 0);
	assert_true(cli.wants_help);
}

static const char *nearest_of(const char *typed)
{
	static const char *const candidates[] = { "show", "metrics", "delete", "doctor",
						  "explain" };
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, typed, strlen(typed));
	for (i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		nearest_try(&nearest, candidates[i]);
	return nearest.best ? nearest.best : "";
}

static void nearest_finds_slips_and_beginnings(void **state)
{
	(void)state;
	assert_string_equal(nearest_of("show"), "show");
	assert_string_equal(nearest_of("sho"), "show");
	assert_string_equal(nearest_of("shwo"), "show");
	assert_string_equal(nearest_of("ex"), "explain");
	assert_string_equal(nearest_of("dokter"), "doctor");
	assert_string_equal(nearest_of("deletes"), "delete");
	assert_string_equal(nearest_of("metrix"), "metrics");
	assert_string_equal(nearest_of("x"), "");
	assert_string_equal(nearest_of(""), "");
	assert_string_equal(nearest_of("banana"), "");
	assert_string_equal(nearest_of("a-word-longer-than-any-command-that-there-is"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_options_in_every_spelling),
		cmocka_unit_test(parse_leaves_the_options_of_another_command_alone),
		cmocka_unit_test(parse_values_may_look_like_options),
		cmocka_unit_test(parse_numbers_below_zero_are_arguments),
		cmocka_unit_test(parse_mistakes_are_refused),
		cmocka_unit_test(nearest_finds_slips_and_beginnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
