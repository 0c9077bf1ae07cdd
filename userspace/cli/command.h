/* SPDX-License-Identifier: GPL-2.0-only */
/* command.h - what a command of `telprobe` is: options, help and exit statuses from tables.
 * Owns the parsing of command lines and the printing of errors.
 *
 * To add a command: cmd_<name>.c with a `const struct cli_command <name>_command`, its name in
 * CLI_COMMANDS (commands.h), its cases in tests/cli/cases.py, a line in README.md. Its --help, man
 * page and completions are printed from the tables here (scripts/reference), and the examples in
 * it are run by tests/cli/run. */
#ifndef TELPROBE_CLI_COMMAND_H
#define TELPROBE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct cli; /* a parsed command line */

enum cli_status { CLI_DONE, CLI_FAILED, CLI_MISUSE };

enum { CLI_OPTIONS = 24 }; /* most rows of one command's options table, --help not counted */

struct cli_option {	     /* a table of them ends with an empty row */
	const char *name;    /* long form, without the dashes */
	char letter;	     /* short form; 0: none */
	const char *value;   /* what its value is called in the help, e.g. "FILE"; NULL: a flag */
	const char *choices; /* what its value can be, separated by spaces; NULL: more than a few */
	const char *help;    /* lower case, no full stop; NULL for an alias */
	const char *alias_of; /* name of the row this is another spelling of; else NULL */
};

/* Options that mean the same wherever they appear. */
#define CLI_OPTION_DB                                                                  \
	{                                                                              \
		.name = "db", .value = "FILE",                                         \
		.help = "database of events (default: $TELPROBE_DB, else the service)" \
	}
#define CLI_OPTION_USER                                                            \
	{                                                                          \
		.name = "user", .value = "NAME",                                   \
		.help = "whose events, for root: a name, a uid or 'all' (default)" \
	}
#define CLI_OPTION_JSON                                              \
	{                                                            \
		.name = "json", .help = "print JSON instead of text" \
	}

enum cli_needs { /* what an example wants of the machine it is tried on */
		 CLI_NEEDS_NOTHING,
		 CLI_NEEDS_ROOT,    /* and a kernel that allows eBPF */
		 CLI_NEEDS_SERVICE, /* the service, with a target 'demo' */
};

struct cli_example {	     /* a table of them ends with an empty row */
	const char *command; /* as typed; a shell runs it in the test */
	const char *what;    /* lower case, no full stop */
	enum cli_needs needs;
};

enum { CLI_ANY = -1 };

struct cli_command {
	const char *name;
	const char *alias;    /* another name people bring along; NULL: none */
	const char *summary;  /* one line, lower case, no full stop */
	const char *synopsis; /* what follows the name: "[OPTIONS] [--] CMD [ARGS...]" */
	const char
		*description; /* paragraphs of at most 80 columns; NULL: the summary says it all */
	const struct cli_option *options;   /* NULL: none but --help */
	const struct cli_example *examples; /* NULL: none */
	int arguments_min;
	int arguments_max;	      /* CLI_ANY: no limit */
	bool stops_at_first_argument; /* what follows the first argument is not ours: CMD's options */
	int (*run)(struct cli *cli); /* Return: the exit status; stdout is flushed by the caller */
};

/**
 * cli_main() - run a command line of telprobe
 * Return: the exit status; standard output is flushed, and a failure of that is CLI_FAILED. */
int cli_main(int argc, char **argv);

/** cli_option() - the value of the option called @name (never an alias); the last one given wins.
 * @name: must be in the command's table. Return: NULL: not given. */
const char *cli_option(const struct cli *cli, const char *name);

/** cli_flag() - whether the option called @name was given. */
bool cli_flag(const struct cli *cli, const char *name);

/** cli_number() - the value of option @name as a whole number of @min..@max; @out is left alone
 * when it was not given. Return: 0, or CLI_MISUSE, already told. */
int cli_number(struct cli *cli, const char *name, int64_t min, int64_t max, int64_t *out);

/** cli_argc(), cli_argv() - what is no option; argv[argc] is NULL. A `--` before them is gone. */
int cli_argc(const struct cli *cli);
char **cli_argv(const struct cli *cli);

/** cli_command() - the command that was typed. */
const struct cli_command *cli_command(const struct cli *cli);

/** cli_fail() - tell @error: `telprobe: <what>`, `hint: <next step>`. Return: CLI_FAILED. */
int cli_fail(const struct cli *cli, const struct error *error);

/** cli_misuse() - tell what is wrong with the command line. Return: CLI_MISUSE. */
int cli_misuse(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** cli_misuse_error() - the same for a value that another room has judged (its hint is told). */
int cli_misuse_error(const struct cli *cli, const struct error *error);

#endif
