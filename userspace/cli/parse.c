/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/parse.h"

#include <errno.h>
#include <string.h>

#include "lib/nearest.h"

static const struct cli_option no_options[] = { { 0 } };

static const struct cli_option *options_of(const struct cli_command *command)
{
	return command->options ? command->options : no_options;
}

static const struct cli_option *find_long(const struct cli_command *command, const char *name,
					  size_t length)
{
	const struct cli_option *option;

	for (option = options_of(command); option->name; option++)
		if (!strncmp(option->name, name, length) && !option->name[length])
			return option;
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter)
{
	const struct cli_option *option;

	for (option = options_of(command); option->name; option++)
		if (option->letter == letter)
			return option;
	return NULL;
}

static void set_option(struct cli *cli, const struct cli_option *option, const char *value)
{
	if (option->alias_of)
		option = find_long(cli->command, option->alias_of, strlen(option->alias_of));
	cli->value[option - options_of(cli->command)] = value ? value : "";
}

static int refuse_unknown(const struct cli *cli, const char *word, size_t length,
			  struct error *error)
{
	const struct cli_option *option;
	struct nearest nearest;

	error_set(error, -EINVAL, "unknown option '%.*s'", (int)length, word);
	if (word[1] == '-') {
		nearest_init(&nearest, word + 2, length - 2);
		for (option = options_of(cli->command); option->name; option++)
			nearest_try(&nearest, option->name);
		if (nearest.best)
			return error_hint(error, "did you mean '--%s'?", nearest.best);
	}
	return error_hint(error, "'telprobe %s --help' lists the options", cli->command->name);
}

/* Return: how many words were used, or negative. */
static int parse_long(struct cli *cli, char **words, struct error *error)
{
	const char *word = words[0], *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct cli_option *option;

	if (!strcmp(word, "--help")) {
		cli->wants_help = true;
		return 1;
	}
	option = find_long(cli->command, word + 2, length - 2);
	if (!option)
		return refuse_unknown(cli, word, length, error);
	if (!option->value && equals)
		return error_set(error, -EINVAL, "option '--%s' takes no value", option->name);
	if (!option->value || equals) {
		set_option(cli, option, equals ? equals + 1 : NULL);
		return 1;
	}
	if (!words[1])
		return error_set(error, -EINVAL, "option '--%s' needs a value: --%s %s",
				 option->name, option->name, option->value);
	set_option(cli, option, words[1]);
	return 2;
}

static int parse_short(struct cli *cli, char **words, struct error *error)
{
	const char *letter;
	const struct cli_option *option;

	for (letter = words[0] + 1; *letter; letter++) {
		if (*letter == 'h' && !find_letter(cli->command, 'h')) {
			cli->wants_help = true;
			continue;
		}
		option = find_letter(cli->command, *letter);
		if (!option) {
			const char unknown[] = { '-', *letter, '\0' };

			return refuse_unknown(cli, unknown, 2, error);
		}
		if (!option->value) {
			set_option(cli, option, NULL);
			continue;
		}
		if (letter[1]) {
			set_option(cli, option, letter + 1);
			return 1;
		}
		if (!words[1])
			return error_set(error, -EINVAL, "option '-%c' needs a value: -%c %s",
					 *letter, *letter, option->value);
		set_option(cli, option, words[1]);
		return 2;
	}
	return 1;
}

static int check_count(const struct cli *cli, struct error *error)
{
	const struct cli_command *command = cli->command;

	if (cli->argc < command->arguments_min)
		error_set(error, -EINVAL, "'%s' needs %s", command->name,
			  command->arguments_min == 1 ? "an argument" : "more arguments");
	else if (command->arguments_max != CLI_ANY && cli->argc > command->arguments_max)
		error_set(error, -EINVAL, "unexpected argument '%s'",
			  cli->argv[command->arguments_max]);
	else
		return 0;
	return error_hint(error, "usage: telprobe %s %s", command->name, command->synopsis);
}

/* "-3" is a number that is too small, which the command says better: no option is a digit. */
static bool is_argument(const char *word)
{
	return word[0] != '-' || !word[1] || (word[1] >= '0' && word[1] <= '9');
}

int parse_arguments(struct cli *cli, const struct cli_command *command, int argc, char **argv,
		    struct error *error)
{
	bool is_over = false;
	int used, at = 0;

	memset(cli, 0, sizeof(*cli));
	cli->command = command;
	cli->argv = argv;
	while (at < argc) {
		if (!is_over && !strcmp(argv[at], "--")) {
			is_over = true;
			at++;
			continue;
		}
		if (is_over || is_argument(argv[at])) {
			is_over |= command->stops_at_first_argument;
			argv[cli->argc++] = argv[at++];
			continue;
		}
		used = argv[at][1] == '-' ? parse_long(cli, argv + at, error)
					  : parse_short(cli, argv + at, error);
		if (used < 0)
			return used;
		at += used;
	}
	argv[cli->argc] = NULL;
	return cli->wants_help ? 0 : check_count(cli, error);
}
