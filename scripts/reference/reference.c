/* SPDX-License-Identifier: GPL-2.0-only */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"

static const char usage[] = "usage: reference man DATE [COMMAND|telprobe.yaml|telprobe.service]\n"
			    "       reference bash|fish|zsh|sample\n"
			    "Print the page telprobe(1), telprobe-COMMAND(1), telprobe.yaml(5) or "
			    "telprobe.service(8), a\n"
			    "shell's completion, or a sample of telprobe.yaml, made from "
			    "telprobe's tables.\n";

static const struct {
	const char *name;
	void (*print)(FILE *file, const char *date);
} pages[] = {
	{ "telprobe.yaml", man_config },
	{ "telprobe.service", man_service },
};

static const struct {
	const char *name;
	void (*print)(FILE *file);
} others[] = {
	{ "bash", completion_bash },
	{ "fish", completion_fish },
	{ "zsh", completion_zsh },
	{ "sample", sample_config },
};

static int print_man(const char *date, const char *name)
{
	const struct cli_command *command;
	struct error error;
	size_t i;

	if (!name) {
		man_overview(stdout, date);
		return EXIT_SUCCESS;
	}
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (!strcmp(name, pages[i].name)) {
			pages[i].print(stdout, date);
			return EXIT_SUCCESS;
		}
	command = commands_find(name, &error);
	if (!command) {
		fprintf(stderr, "reference: %s\n", error.what);
		return EXIT_FAILURE;
	}
	man_command(stdout, command, date);
	return EXIT_SUCCESS;
}

static int print(int argc, char **argv)
{
	size_t i;

	if (argc >= 3 && argc <= 4 && !strcmp(argv[1], "man"))
		return print_man(argv[2], argv[3]);
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	for (i = 0; argc == 2 && i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(argv[1], others[i].name)) {
			others[i].print(stdout);
			return EXIT_SUCCESS;
		}
	fputs(usage, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	int status = print(argc, argv);

	if (fflush(stdout) || ferror(stdout)) {
		perror("reference: cannot write to standard output");
		return EXIT_FAILURE;
	}
	return status;
}
