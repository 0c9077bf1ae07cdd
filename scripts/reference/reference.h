/* SPDX-License-Identifier: GPL-2.0-only */
/* reference.h - man pages and completions, printed from the tables that parse the command line and
 * print --help (userspace/cli/command.h) and the configuration (userspace/service/config.h), so that
 * they cannot differ.
 * A program of the build: it is not installed.
 *
 * To add a placeholder such as "FILE" to a synopsis or an option: its row in offers.c, which says
 * what a shell offers for it. One without a row stops the build. */
#ifndef TELPROBE_REFERENCE_H
#define TELPROBE_REFERENCE_H

#include <stdio.h>

#include "cli/command.h"

enum offer_kind {
	OFFER_NOTHING, /* a number, a time */
	OFFER_FILES,
	OFFER_PROGRAMS,	    /* a file or a command in PATH */
	OFFER_COMMAND_LINE, /* a command in PATH, then what it takes */
	OFFER_COMMANDS,	    /* of telprobe */
	OFFER_WORDS,	    /* one of a few */
	OFFER_WORD_LIST,    /* some of a few, with commas between them */
};

struct offer {
	enum offer_kind kind;
	const char *words; /* of OFFER_WORDS and OFFER_WORD_LIST, separated by spaces; static */
};

/** offer_of_option() - for the value of an option; an alias offers what it stands for.
 * @option: a row of @command's table. Exits where the tables say nothing. */
struct offer offer_of_option(const struct cli_command *command, const struct cli_option *option);

/** offer_of_arguments() - for what is no option: the actions a synopsis begins with ("[list|check]"),
 * for the first of them, else by its first placeholder that is none of an option. */
struct offer offer_of_arguments(const struct cli_command *command);

/** option_meaning() - the row an alias stands for, else the row itself. */
const struct cli_option *option_meaning(const struct cli_command *command,
					const struct cli_option *option);

extern const struct cli_option help_option;

/** man_overview(), man_command() - pages telprobe(1) and telprobe-COMMAND(1), in mdoc(7).
 * @date: "2026-11-21" */
void man_overview(FILE *file, const char *date);
void man_command(FILE *file, const struct cli_command *command, const char *date);

/** man_config(), man_service() - pages telprobe.yaml(5) and telprobe.service(8). */
void man_config(FILE *file, const char *date);
void man_service(FILE *file, const char *date);

/** sample_config() - a telprobe.yaml of comments: each key of its table, and the default. */
void sample_config(FILE *file);

/** completion_bash() - tables only; what reads them is completion.bash. */
void completion_bash(FILE *file);
void completion_zsh(FILE *file);
void completion_fish(FILE *file);

#endif
