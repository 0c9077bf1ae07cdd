/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/commands.h"
#include "reference.h"

/* Inside '...' of the shell and [...] of _arguments. */
static void print_escaped(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs("'\\''", file);
			continue;
		}
		if (strchr("[]:\\", *text))
			fputc('\\', file);
		fputc(*text, file);
	}
}

static void print_action(FILE *file, struct offer offer)
{
	switch (offer.kind) {
	case OFFER_NOTHING:
		fputc(' ', file);
		return;
	case OFFER_FILES:
		fputs("_files", file);
		return;
	case OFFER_PROGRAMS:
		fputs("{_files; _command_names -e}", file);
		return;
	case OFFER_COMMAND_LINE:
		fputs(" _command_names -e' \\\n\t\t\t'*::argument: _normal", file);
		return;
	case OFFER_COMMANDS:
		fputs("_telprobe_commands", file);
		return;
	case OFFER_WORDS:
		fprintf(file, "(%s)", offer.words);
		return;
	case OFFER_WORD_LIST:
		fprintf(file, "_sequence compadd - %s", offer.words);
		return;
	}
}

static void print_option(FILE *file, const struct cli_command *command,
			 const struct cli_option *option, const char *spelling)
{
	fprintf(file, " \\\n\t\t\t'%s", spelling);
	if (option->value)
		fputc(spelling[1] == '-' ? '=' : '+', file);
	fputc('[', file);
	print_escaped(file, option_meaning(command, option)->help);
	fputc(']', file);
	if (option->value) {
		fprintf(file, ":%s:", option->value);
		print_action(file, offer_of_option(command, option));
	}
	fputc('\'', file);
}

static void print_spellings(FILE *file, const struct cli_command *command,
			    const struct cli_option *option)
{
	char spelling[64];

	snprintf(spelling, sizeof(spelling), "--%s", option->name);
	print_option(file, command, option, spelling);
	snprintf(spelling, sizeof(spelling), "-%c", option->letter);
	if (option->letter)
		print_option(file, command, option, spelling);
}

static void print_command(FILE *file, const struct cli_command *command)
{
	const struct cli_option *option;
	struct offer offer = offer_of_arguments(command);

	fprintf(file, "\t\t%s%s%s)\n\t\t\t_arguments -s -S", command->name,
		command->alias ? " | " : "", command->alias ? command->alias : "");
	for (option = command->options; option && option->name; option++)
		print_spellings(file, command, option);
	print_spellings(file, command, &help_option);
	if (offer.kind != OFFER_NOTHING) {
		fprintf(file,
			" \\\n\t\t\t'%s1:argument:", offer.kind == OFFER_COMMAND_LINE ? "(-)" : "");
		print_action(file, offer);
		fputc('\'', file);
	}
	if (offer.kind == OFFER_WORDS) /* behind what to do */
		fputs(" \\\n\t\t\t'*:argument:_files'", file);
	fputs("\n\t\t\t;;\n", file);
}

void completion_zsh(FILE *file)
{
	size_t i;

	fputs("#compdef telprobe\n# Printed from telprobe's tables of commands; do not edit.\n\n"
	      "_telprobe_commands() {\n\tlocal -a commands=(\n",
	      file);
	for (i = 0; commands_at(i); i++) {
		fprintf(file, "\t\t'%s:", commands_at(i)->name);
		print_escaped(file, commands_at(i)->summary);
		fputs("'\n", file);
	}
	fputs("\t)\n\t_describe command commands\n}\n\n"
	      "_telprobe() {\n\tlocal context state state_descr line\n"
	      "\tlocal -A opt_args\n"
	      "\t_arguments '(-)'{-h,--help}'[list the commands]' '(-)--version[show the version]' "
	      "\\\n"
	      "\t\t'1:command:_telprobe_commands' '*::argument:->argument'\n"
	      "\t[[ $state == argument ]] || return\n"
	      "\tcase $words[1] in\n",
	      file);
	for (i = 0; commands_at(i); i++)
		print_command(file, commands_at(i));
	fputs("\tesac\n}\n\n_telprobe \"$@\"\n", file);
}
