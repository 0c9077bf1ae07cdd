/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/commands.h"
#include "reference.h"

static void print_quoted(FILE *file, const char *text)
{
	fputc('\'', file);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
	fputc('\'', file);
}

static void print_condition(FILE *file, const struct cli_command *command)
{
	fprintf(file, "complete -c telprobe -n '__fish_seen_subcommand_from %s%s%s'", command->name,
		command->alias ? " " : "", command->alias ? command->alias : "");
}

/* fish looks for the command behind the options and their values. It would take what begins with
 * two hyphens for an option of its own, but for the lone hyphen in front. */
static void print_subcommand(FILE *file, const struct cli_command *command)
{
	const struct cli_option *option;

	fputs(" -a '(__fish_complete_subcommand --fcs-skip=2 -", file);
	for (option = command->options; option && option->name; option++) {
		if (option->value)
			fprintf(file, " --%s", option->name);
		if (option->value && option->letter)
			fprintf(file, " -%c", option->letter);
	}
	fputs(")'", file);
}

static void print_offer(FILE *file, const struct cli_command *command, struct offer offer)
{
	switch (offer.kind) {
	case OFFER_NOTHING:
		return;
	case OFFER_FILES:
		fputs(" -F", file);
		return;
	case OFFER_PROGRAMS:
		fputs(" -F -a '(__fish_complete_command)'", file);
		return;
	case OFFER_COMMAND_LINE:
		print_subcommand(file, command);
		return;
	case OFFER_COMMANDS:
		fputs(" -a \"$telprobe_commands\"", file);
		return;
	case OFFER_WORDS:
		fprintf(file, " -a '%s'", offer.words);
		return;
	case OFFER_WORD_LIST:
		fprintf(file, " -a '(__fish_complete_list , \"printf %%s\\\\\\\\n %s\")'",
			offer.words);
		return;
	}
}

/* To fish -x means no file, whatever else is said. */
static bool takes_file(enum offer_kind kind)
{
	return kind == OFFER_FILES || kind == OFFER_PROGRAMS;
}

static void print_option(FILE *file, const struct cli_command *command,
			 const struct cli_option *option)
{
	print_condition(file, command);
	fprintf(file, " -l %s", option->name);
	if (option->letter)
		fprintf(file, " -s %c", option->letter);
	if (option->value)
		fputs(takes_file(offer_of_option(command, option).kind) ? " -r" : " -x", file);
	print_offer(file, command, offer_of_option(command, option));
	fputs(" -d ", file);
	print_quoted(file, option_meaning(command, option)->help);
	fputc('\n', file);
}

static void print_command(FILE *file, const struct cli_command *command)
{
	const struct cli_option *option;
	struct offer offer = offer_of_arguments(command);

	fprintf(file, "complete -c telprobe -n __fish_use_subcommand -a %s -d ", command->name);
	print_quoted(file, command->summary);
	fputc('\n', file);
	for (option = command->options; option && option->name; option++)
		print_option(file, command, option);
	print_option(file, command, &help_option);
	if (offer.kind == OFFER_NOTHING)
		return;
	print_condition(file, command);
	print_offer(file, command, offer);
	fputc('\n', file);
}

void completion_fish(FILE *file)
{
	size_t i;

	fputs("# Printed from telprobe's tables of commands; do not edit.\n"
	      "complete -c telprobe -f\n"
	      "complete -c telprobe -n __fish_use_subcommand -s h -l help -d 'list the commands'\n"
	      "complete -c telprobe -n __fish_use_subcommand -l version -d 'show the version'\n"
	      "set -l telprobe_commands",
	      file);
	for (i = 0; commands_at(i); i++)
		fprintf(file, " %s", commands_at(i)->name);
	fputc('\n', file);
	for (i = 0; commands_at(i); i++)
		print_command(file, commands_at(i));
}
