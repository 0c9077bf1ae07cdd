/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/sudo_hint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Quoted for a shell where it must be. */
static void print_word(FILE *out, const char *word)
{
	const char *byte;

	if (*word && !strpbrk(word, " \t\n'\"\\$`!*?[](){}<>|&;~#")) {
		fputs(word, out);
		return;
	}
	putc('\'', out);
	for (byte = word; *byte; byte++)
		fputs(*byte == '\'' ? "'\\''" : (const char[]){ *byte, '\0' }, out);
	putc('\'', out);
}

void sudo_hint(struct error *error)
{
	FILE *typed = fopen("/proc/self/cmdline", "re"), *out;
	char line[sizeof(error->hint)] = "", *word = NULL;
	size_t size = 0;

	out = typed ? fmemopen(line, sizeof(line), "w") : NULL;
	if (out) {
		fputs("sudo", out);
		while (getdelim(&word, &size, '\0', typed) > 0) {
			putc(' ', out);
			print_word(out, word);
		}
		if (fflush(out) || ferror(out) || ftell(out) >= (long)sizeof(line) - 1)
			line[0] = '\0'; /* a part of it would be another command */
		fclose(out);
	}
	error_hint(error, "%s", line[0] ? line : "type it again behind sudo");
	free(word);
	if (typed)
		fclose(typed);
}
