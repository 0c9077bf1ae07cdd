/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "cli/emit_around.h"
#include "telprobe.h"

enum { WORDS = 12 };

static const char *profile; /* as the option names it */

static int parse(const char *line, struct emit_around *out, struct error *error)
{
	static char copy[512], *words[WORDS + 1];
	char *at = copy, *word;
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	while (count < WORDS && (word = strsep(&at, " ")))
		words[count++] = word;
	words[count] = NULL;
	return emit_around_parse(count, words, profile, out, error);
}

static void assert_parsed(const char *line, const char *name, const char *subcommand,
			  const char *expected_profile, const char *first)
{
	const char *const expected[] = { name, subcommand, expected_profile };
	struct emit_around around;
	struct error error = { 0 };
	int i;

	if (parse(line, &around, &error))
		fail_msg("'%s': %s", line, error.what);
	assert_int_equal(around.begin.marker, TP_MARKER_COMMAND_BEGIN);
	for (i = 0; i < 3; i++) {
		const char *text = around.begin.value[i].text;

		if (!text != !expected[i] || (text && strcmp(text, expected[i]) != 0))
			fail_msg("'%s': name %d is '%s'", line, i, text ? text : "(none)");
	}
	assert_string_equal(around.argv[0], first);
}

static void emit_around_parse_names_and_command(void **state)
{
	(void)state;
	assert_parsed("command backup -- cp a b", "backup", NULL, NULL, "cp");
	assert_parsed("command backup push -- ./x -v", "backup", "push", NULL, "./x");
	assert_parsed("command backup --profile fast push -- x", "backup", "push", "fast", "x");
	assert_parsed("command --profile=fast backup -- --", "backup", NULL, "fast", "--");
	assert_parsed("command backup - -- x -- y", "backup", NULL, NULL, "x");
	profile = "slow";
	assert_parsed("command backup -- x", "backup", NULL, "slow", "x");
	assert_parsed("command backup --profile fast -- x", "backup", NULL, "fast", "x");
	profile = NULL;
}

static void emit_around_parse_refuses_what_is_wrong(void **state)
{
	static const char *const cases[][2] = {
		{ "command", "needs a NAME" },
		{ "command --", "needs a NAME" },
		{ "command -- x", "needs a NAME" },
		{ "command backup", "needs a command behind --" },
		{ "command backup --", "needs a command behind --" },
		{ "command backup cp a b", "'a' is one name too many" },
		{ "command a b c -- x", "'c' is one name too many" },
		{ "command a --profile", "'--profile' needs a value" },
		{ "command a --profile -- x", "'--profile' needs a value" },
		{ "command a --profil=b -- x", "unknown option '--profil=b'" },
		{ "command a -x -- x", "unknown option '-x'" },
		{ "command a/b -- x", "COMMAND 'a/b' is no name" },
		{ "command a --profile=a@b -- x", "PROFILE 'a@b' is no name" },
	};
	struct emit_around around;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i][0], &around, &error) != -EINVAL)
			fail_msg("'%s' is taken", cases[i][0]);
		if (!strstr(error.what, cases[i][1]) || !error.hint[0])
			fail_msg("'%s': %s; %s", cases[i][0], error.what, error.hint);
	}
}

static void emit_around_outcome_of_each_end(void **state)
{
	static const struct {
		int status;
		int64_t outcome;
		const char *category;
	} cases[] = {
		{ W_EXITCODE(0, 0), TELPROBE_OK, NULL },
		{ W_EXITCODE(1, 0), TELPROBE_FAILED, "exit-1" },
		{ W_EXITCODE(2, 0), TELPROBE_FAILED, "exit-2" },
		{ W_EXITCODE(3, 0), TELPROBE_FAILED, "exit-other" },
		{ W_EXITCODE(128, 0), TELPROBE_FAILED, "exit-other" },
		{ W_EXITCODE(126, 0), TELPROBE_FAILED, "not-executable" },
		{ W_EXITCODE(127, 0), TELPROBE_FAILED, "not-found" },
		{ W_EXITCODE(130, 0), TELPROBE_CANCELLED, NULL },
		{ W_EXITCODE(137, 0), TELPROBE_FAILED, "signal" },
		{ W_EXITCODE(255, 0), TELPROBE_FAILED, "exit-other" },
		{ W_EXITCODE(0, SIGINT), TELPROBE_CANCELLED, NULL },
		{ W_EXITCODE(0, SIGKILL), TELPROBE_FAILED, "signal" },
		{ W_EXITCODE(0, SIGSEGV) | WCOREFLAG, TELPROBE_FAILED, "signal" },
	};
	const char *category;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(emit_around_outcome(cases[i].status, &category), cases[i].outcome);
		if (!cases[i].category)
			assert_null(category);
		else
			assert_string_equal(category, cases[i].category);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emit_around_parse_names_and_command),
		cmocka_unit_test(emit_around_parse_refuses_what_is_wrong),
		cmocka_unit_test(emit_around_outcome_of_each_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
