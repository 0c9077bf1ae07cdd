/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/commands.h"
#include "reference.h"

static const char *const kinds[] = {
	[OFFER_NOTHING] = "nothing",	 [OFFER_FILES] = "files",
	[OFFER_PROGRAMS] = "programs",	 [OFFER_COMMAND_LINE] = "command_line",
	[OFFER_COMMANDS] = "commands",	 [OFFER_WORDS] = "words",
	[OFFER_WORD_LIST] = "word_list",
};

static void print_names(FILE *file, const struct cli_option *option)
{
	fprintf(file, " --%s", option->name);
	if (option->letter)
		fprintf(file, " -%c", option->letter);
}

static void print_options(FILE *file, const struct cli_command *command)
{
	const struct cli_option *option;

	fprintf(file, "\t%s) echo '", command->name);
	for (option = command->options; option && option->name; option++)
		print_names(file, option);
	print_names(file, &help_option);
	fputs(" ' ;;\n", file);
}

static void print_values(FILE *file, const struct cli_command *command)
{
	const struct cli_option *option;
	struct offer offer;

	for (option = command->options; option && option->name; option++) {
		if (!option->value)
			continue;
		offer = offer_of_option(command, option);
		fprintf(file, "\t'%s --%s'", command->name, option->name);
		if (option->letter)
			fprintf(file, " | '%s -%c'", command->name, option->letter);
		fprintf(file, ") echo '%s", kinds[offer.kind]);
		fprintf(file, "%s%s' ;;\n", offer.words ? " " : "", offer.words ? offer.words : "");
	}
}

static void print_arguments(FILE *file, const struct cli_command *command)
{
	struct offer offer = offer_of_arguments(command);

	fprintf(file, "\t%s) echo '%s%s%s' ;;\n", command->name, kinds[offer.kind],
		offer.words ? " " : "", offer.words ? offer.words : "");
}

static void print_table(FILE *file, const char *name, const char *subject,
			void (*print)(FILE *file, const struct cli_command *command))
{
	size_t i;

	fprintf(file, "\n_telprobe_%s() {\n\tcase $%s in\n", name, subject);
	for (i = 0; commands_at(i); i++)
		print(file, commands_at(i));
	fputs("\tesac\n}\n", file);
}

static void print_alias(FILE *file, const struct cli_command *command)
{
	if (command->alias)
		fprintf(file, "\t%s) echo %s ;;\n", command->alias, command->name);
}

void completion_bash(FILE *file)
{
	size_t i;

	fputs("# shellcheck shell=bash\n"
	      "# Printed from telprobe's tables of commands; do not edit.\n\n"
	      "_telprobe_commands() {\n\techo '",
	      file);
	for (i = 0; commands_at(i); i++)
		fprintf(file, "%s ", commands_at(i)->name);
	fputs("'\n}\n", file);
	print_table(file, "alias", "1", print_alias);
	print_table(file, "options", "1", print_options);
	print_table(file, "value", "{*}", print_values);
	print_table(file, "arguments", "1", print_arguments);
}
