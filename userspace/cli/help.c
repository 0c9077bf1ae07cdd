/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/help.h"

#include <string.h>

#include "cli/commands.h"

static int option_usage(char *out, size_t size, const struct cli_option *option)
{
	char letter[] = { '-', option->letter, ',', ' ', '\0' };

	return snprintf(out, size, "%s--%s%s%s", option->letter ? letter : "    ", option->name,
			option->value ? " " : "", option->value ? option->value : "");
}

static void print_option(FILE *file, const struct cli_option *option, int width)
{
	char usage[80];

	option_usage(usage, sizeof(usage), option);
	if (option->alias_of)
		fprintf(file, "  %-*s  same as --%s\n", width, usage, option->alias_of);
	else
		fprintf(file, "  %-*s  %s\n", width, usage, option->help);
}

static void print_options(FILE *file, const struct cli_option *options)
{
	static const struct cli_option help = { .name = "help",
						.letter = 'h',
						.help = "show this help" };
	const struct cli_option *option;
	int width = (int)strlen("-h, --help"), length;
	char usage[80];

	for (option = options; option && option->name; option++) {
		length = option_usage(usage, sizeof(usage), option);
		if (length > width)
			width = length;
	}
	fputs("\nOptions:\n", file);
	for (option = options; option && option->name; option++)
		print_option(file, option, width);
	print_option(file, &help, width);
}

static void print_examples(FILE *file, const struct cli_example *example)
{
	fputs("\nExamples:\n", file);
	for (; example->command; example++)
		fprintf(file, "  %s\n      %s%s\n", example->command, example->what,
			example->needs == CLI_NEEDS_ROOT      ? " (as root)"
			: example->needs == CLI_NEEDS_SERVICE ? " (with the service)"
							      : "");
}

void help_print_command(FILE *file, const struct cli_command *command)
{
	fprintf(file, "usage: telprobe %s%s%s\n\n%s\n", command->name,
		*command->synopsis ? " " : "", command->synopsis, command->summary);
	if (command->alias)
		fprintf(file, "Also known as: telprobe %s\n", command->alias);
	if (command->description)
		fprintf(file, "\n%s\n", command->description);
	print_options(file, command->options);
	if (command->examples)
		print_examples(file, command->examples);
}

void help_print_overview(FILE *file)
{
	const struct cli_command *command;
	size_t i;

	fputs("usage: telprobe COMMAND [OPTIONS] [ARGS...]\n\n"
	      "Usage telemetry of command-line programs, captured by the kernel, kept on your own\n"
	      "machine.\n\nCommands:\n",
	      file);
	for (i = 0; (command = commands_at(i)); i++)
		fprintf(file, "  %-10s  %s\n", command->name, command->summary);
	fputs("\n'telprobe COMMAND --help' explains one, 'telprobe --version' tells the version. "
	      "Exit\n"
	      "status: 0 done, 1 failed, 2 wrong usage.\n",
	      file);
}
