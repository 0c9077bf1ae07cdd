/* SPDX-License-Identifier: GPL-2.0-only */
/* Man pages of the commands. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "mdoc.h"
#include "reference.h"

static const char description[] =
	"An application carries markers from one header, telprobe.h. While nobody listens a "
	"marker\n"
	"costs one predictable branch. telprobe attaches to the markers from the kernel, keeps\n"
	"what they tell in an SQLite file on this machine, and shows it to you. Nothing leaves "
	"the\n"
	"machine.\n\n"
	"What is kept are names that are constants of the program's file, times, numbers and how "
	"a\n"
	"process ended: nothing a user typed. 'telprobe explain' tells what is collected and what\n"
	"never is.";

static const struct {
	const char *name;
	const char *what;
} variables[] = {
	{ "TELPROBE_DB", "The database of events where --db is not given." },
	{ "TELPROBE_STATE",
	  "Where root's commands find the service's files while none runs: /var/lib/telprobe." },
	{ "DO_NOT_TRACK",
	  "Where this is set to anything but 0 or nothing, telprobe run records nothing." },
	{ "TELPROBE_ENABLED", "Where this is 0 or false, telprobe run records nothing." },
	{ "NO_COLOR", "Where this is set to anything, a terminal is shown no colours." },
};

/* " Fl -db Ar FILE" of the words "--db FILE" before @end. */
static void print_words(FILE *file, const char *at, const char *end)
{
	int length;

	for (; at < end; at += length + (at[length] == ' ')) {
		length = (int)strcspn(at, " ]");
		if (*at == '-')
			fprintf(file, " Fl %.*s", length - 1, at + 1);
		else
			fprintf(file, " Ar %.*s", length, at);
	}
}

static void print_synopsis(FILE *file, const struct cli_command *command)
{
	const char *at, *end;

	fprintf(file, ".Sh SYNOPSIS\n.Nm telprobe %s\n", command->name);
	for (at = command->synopsis; *at; at = end + strspn(end, "] ")) {
		end = at + strcspn(at, *at == '[' ? "]" : " ");
		if (*at == '[') {
			fputs(".Op", file);
			print_words(file, at + 1, end);
		} else {
			fprintf(file, ".Ar %.*s", (int)(end - at), at);
		}
		fputc('\n', file);
	}
}

static void print_option(FILE *file, const struct cli_option *option)
{
	fputs(".It ", file);
	if (option->letter && option->value)
		fprintf(file, "Fl %c Ar %s , ", option->letter, option->value);
	else if (option->letter)
		fprintf(file, "Fl %c , ", option->letter);
	fprintf(file, "Fl -%s", option->name);
	if (option->value)
		fprintf(file, " Ar %s", option->value);
	fputc('\n', file);
	if (option->alias_of)
		fprintf(file, "same as\n.Fl -%s\n", option->alias_of);
	else
		mdoc_text(file, option->help);
}

static void print_examples(FILE *file, const struct cli_example *example)
{
	fputs(".Sh EXAMPLES\n", file);
	for (; example->command; example++) {
		fputc(toupper((unsigned char)example->what[0]), file);
		fprintf(file, "%s%s\n", example->what + 1,
			example->needs == CLI_NEEDS_ROOT ? " (as root):" : ":");
		mdoc_literal(file, example->command);
		if (example[1].command)
			fputs(".Pp\n", file);
	}
}

void man_command(FILE *file, const struct cli_command *command, const char *date)
{
	const struct cli_option *option;
	char name[64];

	snprintf(name, sizeof(name), "telprobe-%s", command->name);
	mdoc_head(file, date, name, 1, command->summary);
	print_synopsis(file, command);
	fputs(".Sh DESCRIPTION\n", file);
	if (command->description)
		mdoc_text(file, command->description);
	if (command->alias)
		fprintf(file, ".Pp\nAlso known as\n.Ic telprobe %s .\n", command->alias);
	fputs(command->description || command->alias ? ".Pp\n" : "", file);
	fputs("The options are:\n.Bl -tag -width Ds\n", file);
	for (option = command->options; option && option->name; option++)
		print_option(file, option);
	print_option(file, &help_option);
	fputs(".El\n", file);
	if (command->examples)
		print_examples(file, command->examples);
	fputs(".Sh SEE ALSO\n.Xr telprobe 1\n", file);
}

static void print_variables(FILE *file)
{
	size_t i;

	fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n", file);
	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		fprintf(file, ".It Ev %s\n", variables[i].name);
		mdoc_text(file, variables[i].what);
	}
	fputs(".El\n", file);
}

static int compare_names(const void *left, const void *right)
{
	const struct cli_command *const *one = left, *const *other = right;

	return strcmp((*one)->name, (*other)->name);
}

/* Pages of one section are named in the order of the alphabet. */
static void print_see_also(FILE *file)
{
	const struct cli_command *commands[64];
	size_t count, i;

	for (count = 0; count < 64 && commands_at(count); count++)
		commands[count] = commands_at(count);
	qsort(commands, count, sizeof(commands[0]), compare_names);
	fputs(".Sh SEE ALSO\n", file);
	for (i = 0; i < count; i++)
		fprintf(file, ".Xr telprobe-%s 1%s\n", commands[i]->name,
			i + 1 < count ? " ," : "");
}

void man_overview(FILE *file, const char *date)
{
	const struct cli_command *command;
	size_t i;

	mdoc_head(file, date, "telprobe", 1,
		  "usage telemetry of command-line programs, kept on your own machine");
	fputs(".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar OPTIONS\n.Op Ar ARGS...\n.Nm\n"
	      ".Fl -help | -version\n.Sh DESCRIPTION\n",
	      file);
	mdoc_text(file, description);
	fputs(".Sh COMMANDS\nEach has a page of its own and answers\n.Fl -help .\n"
	      ".Bl -tag -width Ds\n",
	      file);
	for (i = 0; (command = commands_at(i)); i++) {
		fprintf(file, ".It Xr telprobe-%s 1\n", command->name);
		mdoc_text(file, command->summary);
	}
	fputs(".El\n", file);
	print_variables(file);
	fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\ndone\n.It 1\nfailed\n.It 2\n"
	      "wrong usage\n.El\n.Pp\n.Ic telprobe run\nexits as the command it ran.\n",
	      file);
	print_see_also(file);
}
