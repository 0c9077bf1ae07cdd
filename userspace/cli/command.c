/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/parse.h"

static size_t row_of(const struct cli *cli, const char *name)
{
	const struct cli_option *options = cli->command->options;
	size_t i;

	for (i = 0; options && options[i].name; i++)
		if (!strcmp(options[i].name, name) && !options[i].alias_of)
			return i;
	abort(); /* a command asks for an option its own table does not have */
}

const char *cli_option(const struct cli *cli, const char *name)
{
	return cli->value[row_of(cli, name)];
}

bool cli_flag(const struct cli *cli, const char *name)
{
	return cli_option(cli, name) != NULL;
}

int cli_number(struct cli *cli, const char *name, int64_t min, int64_t max, int64_t *out)
{
	const char *text = cli_option(cli, name);
	long long number;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end || number < min || number > max)
		return cli_misuse(cli, "'--%s %s' must be a whole number from %lld to %lld", name,
				  text, (long long)min, (long long)max);
	*out = number;
	return 0;
}

int cli_argc(const struct cli *cli)
{
	return cli->argc;
}

char **cli_argv(const struct cli *cli)
{
	return cli->argv;
}

const struct cli_command *cli_command(const struct cli *cli)
{
	return cli->command;
}

static void tell(const struct error *error)
{
	fflush(stdout); /* what was found before the error comes before it */
	fprintf(stderr, "telprobe: %s\n", error->what);
	if (error->hint[0])
		fprintf(stderr, "hint: %s\n", error->hint);
}

int cli_fail(const struct cli *cli, const struct error *error)
{
	(void)cli;
	tell(error);
	return CLI_FAILED;
}

int cli_misuse_error(const struct cli *cli, const struct error *error)
{
	struct error told = *error;

	if (!told.hint[0] && cli)
		error_hint(&told, "'telprobe %s --help' shows what is possible",
			   cli->command->name);
	tell(&told);
	return CLI_MISUSE;
}

int cli_misuse(const struct cli *cli, const char *format, ...)
{
	struct error error;
	char text[sizeof(error.what)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	error_set(&error, -EINVAL, "%s", text);
	return cli_misuse_error(cli, &error);
}

static int dispatch(int argc, char **argv)
{
	const struct cli_command *command;
	struct error error;
	struct cli cli;

	if (argc < 2) {
		help_print_overview(stderr);
		return CLI_MISUSE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("telprobe " TELPROBE_VERSION);
		return CLI_DONE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_print_overview(stdout);
		return CLI_DONE;
	}
	command = commands_find(argv[1], &error);
	if (!command || parse_arguments(&cli, command, argc - 2, argv + 2, &error))
		return cli_misuse_error(command ? &cli : NULL, &error);
	if (cli.wants_help) {
		help_print_command(stdout, command);
		return CLI_DONE;
	}
	return command->run(&cli);
}

int cli_main(int argc, char **argv)
{
	int status = dispatch(argc, argv);
	struct error error;
	bool was_bad = ferror(stdout);

	errno = 0;
	if ((fflush(stdout) || was_bad) && status == CLI_DONE) {
		error_set(&error, -EIO, "cannot write to standard output: %s",
			  error_text(errno ? errno : EIO));
		error_hint(&error, "what was printed is not complete");
		tell(&error);
		status = CLI_FAILED;
	}
	return status;
}
