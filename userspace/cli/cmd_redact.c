/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_redact.c - `telprobe redact`: what the firewall makes of a string, and which rule of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/ascii.h"
#include "cli/binary.h"
#include "cli/commands.h"
#include "cli/notice.h"
#include "cli/target_named.h"
#include "inspect/inspector.h"
#include "report/text.h"
#include "service/config.h"
#include "service/machine_firewall.h"

enum {
	LINE_BYTES = 4 << 20, /* of a line that are looked at */
	SHOWN_BYTES = 100,    /* of a string, in text */
	TARGET_OBJECT = 1,
};

struct judging {
	const struct cli *cli;
	struct firewall *firewall;
	struct inspector *inspector; /* of the program whose constants are declared, or NULL */
	const struct config_target *target; /* whose names are declared, or NULL */
	enum firewall_field field;
	bool is_all_declared;
};

static const struct {
	const char *name;
	enum firewall_field field;
} fields[] = {
	{ "name", FIREWALL_NAME },	 { "app", FIREWALL_APP },     { "value", FIREWALL_VALUE },
	{ "version", FIREWALL_VERSION }, { "error", FIREWALL_ERROR },
};

/* Return: 1: a constant of the program, or a name of the target; 0: not; negative: it cannot be asked. */
static int is_declared(const struct judging *judging, const char *text, size_t length)
{
	int ret;

	if (judging->is_all_declared)
		return 1;
	if (memchr(text, '\0', length))
		return 0;
	if (judging->target)
		return config_target_declares(judging->target, text);
	if (!judging->inspector)
		return 0;
	ret = inspector_find(judging->inspector, TARGET_OBJECT, text);
	return ret == -ENOENT ? 0 : ret ? ret : 1;
}

static void print_json(const struct firewall_verdict *verdict, const char *text, size_t length)
{
	bool is_passed = verdict->layer == FIREWALL_PASSED;

	fputs("{\"input\":", stdout);
	ascii_json(text, length, stdout);
	fputs(",\"output\":", stdout);
	if (is_passed)
		ascii_json(text, length, stdout);
	else
		ascii_json(verdict->text, strlen(verdict->text), stdout);
	printf(",\"verdict\":\"%s\",\"layer\":", is_passed ? "kept" : "replaced");
	if (is_passed)
		printf("null,\"rule\":null}\n");
	else
		printf("\"%s\",\"rule\":\"%s\"}\n", firewall_layer_name(verdict->layer),
		       verdict->rule);
}

static void print_text(const struct firewall_verdict *verdict, const char *text, size_t length)
{
	if (verdict->layer == FIREWALL_PASSED)
		printf("%-13s %-10s %-20s ", "kept", "-", "-");
	else
		printf("%-13s %-10s %-20s ", verdict->text, firewall_layer_name(verdict->layer),
		       verdict->rule);
	ascii_print(text, length, SHOWN_BYTES, stdout);
	putchar('\n');
}

/* @text ends with a NUL behind @length bytes. */
static int judge(const struct judging *judging, const char *text, size_t length)
{
	struct firewall_verdict verdict;
	struct error error;
	int declared = is_declared(judging, text, length);

	if (declared < 0) {
		error_set(&error, declared, "cannot ask the program for its constants: %s",
			  error_text(declared));
		return cli_fail(judging->cli, &error);
	}
	if (declared)
		verdict = firewall_explain(judging->firewall, judging->field, text, length);
	else
		verdict = firewall_check(judging->firewall, judging->field, FIREWALL_UNKNOWN, text);
	if (cli_flag(judging->cli, "json"))
		print_json(&verdict, text, length);
	else
		print_text(&verdict, text, length);
	return CLI_DONE;
}

/* A line of standard input, of which no more than LINE_BYTES are kept. Return: false at the end. */
static bool read_line(char *line, size_t *out_length, bool *out_is_cut)
{
	size_t length = 0;
	int c;

	*out_is_cut = false;
	while ((c = getchar_unlocked()) != EOF && c != '\n')
		if (length < LINE_BYTES)
			line[length++] = (char)c;
		else
			*out_is_cut = true;
	line[length] = '\0';
	*out_length = length;
	return c != EOF || length;
}

static int judge_input(const struct judging *judging)
{
	char *line = malloc(LINE_BYTES + 1);
	struct error error;
	int status = CLI_DONE;
	size_t length, number = 0;
	bool is_cut;

	if (!line) {
		error_set(&error, -ENOMEM, "out of memory");
		return cli_fail(judging->cli, &error);
	}
	if (isatty(STDIN_FILENO))
		notice("reading strings, one a line; Ctrl-D ends");
	while (status == CLI_DONE && !ferror(stdout) && read_line(line, &length, &is_cut)) {
		number++;
		if (is_cut)
			notice("line %zu is longer than 4 MiB: its end is not looked at", number);
		status = judge(judging, line, length);
	}
	free(line);
	if (status == CLI_DONE && ferror(stdin)) {
		error_set(&error, -EIO, "cannot read standard input");
		return cli_fail(judging->cli, &error);
	}
	return status;
}

static int judge_all(const struct judging *judging)
{
	char **argv = cli_argv(judging->cli);
	int status = CLI_DONE, i;

	if (!argv[0] || !strcmp(argv[0], "-"))
		return judge_input(judging);
	for (i = 0; argv[i] && status == CLI_DONE; i++)
		status = judge(judging, argv[i], strlen(argv[i]));
	return status;
}

/* The constants of the program @name as vocabulary. */
static int open_program(struct judging *judging, const char *name, struct error *error)
{
	struct inspection *found;
	int fd, ret;

	ret = inspector_new(&judging->inspector, error);
	if (ret)
		return ret;
	fd = binary_open(name, error);
	if (fd < 0)
		return fd;
	ret = inspector_look(judging->inspector, fd, &found, error);
	if (!ret) {
		inspection_free(found);
		ret = inspector_keep(judging->inspector, TARGET_OBJECT, fd, error);
	}
	close(fd);
	return ret;
}

static int choose_field(const struct cli *cli, enum firewall_field *out)
{
	const char *name = cli_option(cli, "field");
	size_t i;

	*out = FIREWALL_NAME;
	if (!name)
		return CLI_DONE;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].name, name) != 0)
			continue;
		*out = fields[i].field;
		return CLI_DONE;
	}
	return cli_misuse(cli, "unknown field '%s': there are name, app, value, version and error",
			  name);
}

/* The names that the target @what declares, as vocabulary. */
static int read_names(const struct cli *cli, const char *what, struct config_target *out,
		      struct error *error)
{
	const char *directory = cli_option(cli, "config");
	char path[4096];
	int ret = target_named(directory ? directory : CONFIG_DIRECTORY, what, path, sizeof(path),
			       error);

	return ret ? ret : config_read_target(path, out, error);
}

static int open_vocabulary(struct judging *judging, struct config_target *target,
			   struct error *error)
{
	const char *program = cli_option(judging->cli, "target");
	const char *names = cli_option(judging->cli, "names");
	int ret = 0;

	if (program)
		ret = open_program(judging, program, error);
	else if (names)
		ret = read_names(judging->cli, names, target, error);
	else if (!judging->is_all_declared)
		notice("no target is named, so nothing is declared; --target BINARY takes its "
		       "constants, --names NAME the words a target's file declares, "
		       "--no-vocabulary tries the other layers alone");
	if (names && !ret)
		judging->target = target;
	return ret;
}

/* Return: 0, or CLI_MISUSE, already told. */
static int refuse(const struct cli *cli)
{
	const int vocabularies =
		cli_flag(cli, "target") + cli_flag(cli, "names") + cli_flag(cli, "no-vocabulary");
	int i;

	if (vocabularies > 1)
		return cli_misuse(cli, "--target, --names and --no-vocabulary exclude each other");
	for (i = 0; i < cli_argc(cli) && cli_argc(cli) > 1; i++)
		if (!strcmp(cli_argv(cli)[i], "-"))
			return cli_misuse(cli, "'-' stands alone: it is standard input");
	return 0;
}

static int run(struct cli *cli)
{
	struct judging judging = { .cli = cli, .is_all_declared = cli_flag(cli, "no-vocabulary") };
	struct config_target target = { 0 };
	struct error error = { 0 };
	int ret, status = choose_field(cli, &judging.field);

	if (status != CLI_DONE || refuse(cli))
		return CLI_MISUSE;
	ret = open_vocabulary(&judging, &target, &error);
	if (!ret)
		ret = machine_firewall_new(cli_option(cli, "config"), &judging.firewall, &error);
	status = ret ? cli_fail(cli, &error) : judge_all(&judging);
	firewall_free(judging.firewall);
	inspector_free(judging.inspector);
	config_target_clear(&target);
	return status;
}

static const struct cli_option options[] = {
	{ .name = "target",
	  .value = "BINARY",
	  .help = "the program whose constants are the vocabulary: a file or a command in PATH" },
	{ .name = "names",
	  .value = "NAME",
	  .help = "the target whose 'names:' are the vocabulary, or a target file" },
	{ .name = "no-vocabulary", .help = "take every string for declared; try the other layers" },
	{ .name = "field",
	  .value = "FIELD",
	  .choices = "name app value version error",
	  .help = "what the string would be, which limits its length (default: name)" },
	{ .name = "config",
	  .value = "DIR",
	  .help = "where telprobe.yaml and targets.d are (default: " CONFIG_DIRECTORY
		  ", if it exists)" },
	{ .name = "json", .help = "print a JSON object a string" },
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe redact --no-vocabulary think 555-123-4567 10.0.0.1",
	  .what = "what would be kept of these, and why not" },
	{ .command = "telprobe redact --target build/apps/tasks think never-in-that-file",
	  .what = "which of these a program could tell by its markers" },
	{ .command =
		  "mkdir -p etc/targets.d && printf 'paths: /usr/bin/demo\\nnames: [think]\\n' > "
		  "etc/targets.d/demo.yaml && telprobe redact --names demo --config etc think "
		  "other",
	  .what = "which words of a script its target declares" },
	{ .command = "printf 'think\\n/home/anna/x\\n' | telprobe redact --no-vocabulary --json -",
	  .what = "each line of standard input, for a program" },
	{ 0 },
};

const struct cli_command redact_command = {
	.name = "redact",
	.summary = "try the privacy firewall: is a string kept, or which rule replaces it",
	.synopsis = "[STRING...] [--target BINARY|--names NAME|--no-vocabulary] [--field FIELD] "
		    "[--config DIR] [--json]",
	.description =
		"Judges each STRING, or without one and with - each line of standard input, as "
		"the\n"
		"service would judge a name: is it a constant of the program or a word that its\n"
		"target declares (provenance), is it an identifier (shape), does it look like\n"
		"something about a person, a machine or a secret (pattern), is its event dropped\n"
		"(block, ignore). Nothing is stored.",
	.options = options,
	.examples = examples,
	.arguments_max = CLI_ANY,
	.run = run,
};
