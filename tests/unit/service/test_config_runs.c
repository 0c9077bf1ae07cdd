/* SPDX-License-Identifier: GPL-2.0-only */
/* test_config_runs.c - the keys of a target whose programs have no markers. */
#include "unit/privacy/directory.h"

#include "service/config.h"

static int read_target(struct directory *directory, const char *text, struct config_target *out)
{
	directory_write(directory, "a.yaml", text, strlen(text));
	return config_read_target(directory_path(directory, "a.yaml"), out, &directory->error);
}

static void config_read_target_runs_are_off(void **state)
{
	struct config_target target;

	assert_int_equal(read_target(*state, "paths: /a\n", &target), 0);
	assert_false(target.tells_runs);
	assert_int_equal(target.subcommand_count, 0);
	assert_int_equal(target.option_count, 0);
	config_target_clear(&target);
}

static void config_read_target_words_of_runs(void **state)
{
	struct config_target target;

	assert_int_equal(read_target(*state,
				     "paths: /a\noptions: [-v, --all, --no-ff, -0]\n"
				     "subcommands: [add, ls-files]\nprocesses: true\n",
				     &target),
			 0);
	assert_true(target.tells_runs);
	assert_int_equal(target.subcommand_count, 2);
	assert_string_equal(target.subcommands[1], "ls-files");
	assert_int_equal(target.option_count, 4);
	assert_string_equal(target.options[0], "-v");
	assert_false(config_target_declares(&target, "add")); /* that is for markers */
	config_target_clear(&target);
}

static void config_read_target_bad_runs_by_line(void **state)
{
	static const struct {
		const char *text, *what, *hint;
	} cases[] = {
		{ "processes: yes\n", "a.yaml:2: 'processes' must be true or false, not 'yes'",
		  "config explain processes" },
		{ "subcommands: add\n",
		  "a.yaml:2: 'subcommands' has no meaning without 'processes: true'", "names" },
		{ "processes: false\noptions: [-v]\n",
		  "a.yaml:3: 'options' has no meaning without 'processes: true'", "names" },
		{ "processes: true\nsubcommands: []\n", "a.yaml:3: 'subcommands' must be a name",
		  "explain" },
		{ "processes: true\nsubcommands: [a, b c]\n", "a.yaml:3: 'b c' is no name",
		  "letter or digit" },
		{ "processes: true\nsubcommands: [-v]\n", "a.yaml:3: '-v' is no name", "letter" },
		{ "processes: true\noptions: [v]\n", "a.yaml:3: 'v' is no option", "hyphens" },
		{ "processes: true\noptions: [--]\n", "a.yaml:3: '--' is no option", "hyphens" },
		{ "processes: true\noptions: [---a]\n", "a.yaml:3: '---a' is no option",
		  "hyphens" },
		{ "processes: true\noptions: [--a=b]\n", "a.yaml:3: '--a=b' is no option",
		  "values" },
		{ "processes: true\noptions:\n- -v\n- -v\n", "a.yaml:5: '-v' is there twice",
		  "remove one" },
	};
	struct directory *directory = *state;
	struct config_target target;
	char text[160];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "paths: /a\n%s", cases[i].text);
		assert_int_equal(read_target(directory, text, &target), -EINVAL);
		if (!strstr(directory->error.what, cases[i].what) ||
		    !strstr(directory->error.hint, cases[i].hint))
			fail_msg("case %zu: %s; %s", i, directory->error.what,
				 directory->error.hint);
	}
}

static void config_read_target_options_are_as_long_as_a_key(void **state)
{
	static const char fits[] =
		"--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct directory *directory = *state;
	struct config_target target;
	char text[160];

	assert_int_equal(strlen(fits), TP_DECLARED_BYTES - 1);
	snprintf(text, sizeof(text), "paths: /a\nprocesses: true\noptions: %s\n", fits);
	assert_int_equal(read_target(directory, text, &target), 0);
	config_target_clear(&target);
	snprintf(text, sizeof(text), "paths: /a\nprocesses: true\noptions: %sa\n", fits);
	assert_int_equal(read_target(directory, text, &target), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(config_read_target_runs_are_off, directory_setup,
						directory_teardown),
		cmocka_unit_test_setup_teardown(config_read_target_words_of_runs, directory_setup,
						directory_teardown),
		cmocka_unit_test_setup_teardown(config_read_target_bad_runs_by_line,
						directory_setup, directory_teardown),
		cmocka_unit_test_setup_teardown(config_read_target_options_are_as_long_as_a_key,
						directory_setup, directory_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
