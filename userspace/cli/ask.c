/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/ask.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool ask_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool ask_line(const char *question, char *out, size_t size)
{
	size_t length;

	fflush(stdout);
	fputs(question, stderr);
	if (!fgets(out, (int)size, stdin)) {
		putc('\n', stderr);
		return false;
	}
	length = strcspn(out, "\n");
	if (!out[length])
		return false;
	out[length] = '\0';
	return true;
}

enum ask_answer ask_yes(const char *question)
{
	char line[16];

	fputs(question, stderr);
	if (!ask_line(" [y/N] ", line, sizeof(line)))
		return feof(stdin) ? ASK_NOTHING : ASK_NO;
	return !strcasecmp(line, "y") || !strcasecmp(line, "yes") ? ASK_YES : ASK_NO;
}
