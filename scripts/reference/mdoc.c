/* SPDX-License-Identifier: GPL-2.0-only */
#include "mdoc.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES = 72 }; /* mandoc -T lint wants at most 80, and escapes take some */

/* One character; a hyphen that is typed is not the one between words. */
static void print_character(FILE *file, const char *text, const char *at, bool is_typed)
{
	bool begins_word = at == text || at[-1] == '-';

	if (*at == '\\')
		fputs("\\e", file);
	else if (*at == '-' && (is_typed || begins_word))
		fputs("\\-", file);
	else if (*at == '\'' && is_typed)
		fputs("\\(aq", file);
	else if (*at == '~')
		fputs("\\(ti", file);
	else
		fputc(*at, file);
}

static void print_word(FILE *file, const char *word, size_t length, bool begins_line)
{
	size_t i;

	if (begins_line && (*word == '.' || *word == '\''))
		fputs("\\&", file);
	for (i = 0; i < length; i++)
		print_character(file, word, word + i, false);
}

/* Paragraphs: each sentence begins a line, as mdoc wants. */
void mdoc_text(FILE *file, const char *text)
{
	size_t used = 0, length, gap;
	const char *at;

	for (at = text; *at; at += length + gap) {
		length = strcspn(at, " \n");
		gap = strspn(at + length, " \n");
		print_word(file, at, length, used == 0);
		used += length + 1;
		if (!strncmp(at + length, "\n\n", 2))
			fputs("\n.Pp", file);
		if (strchr(".!?", at[length - 1]) || gap > 1 || !at[length] ||
		    used + strcspn(at + length + gap, " \n") > LINE_BYTES) {
			fputc('\n', file);
			used = 0;
		} else {
			fputc(' ', file);
		}
	}
}

void mdoc_literal(FILE *file, const char *text)
{
	const char *at;

	fputs(".Bd -literal -offset indent\n", file);
	for (at = text; *at; at++)
		print_character(file, text, at, true);
	fputs("\n.Ed\n", file);
}

void mdoc_head(FILE *file, const char *date, const char *name, int section, const char *summary)
{
	struct tm day = { 0 };
	const char *letter;
	char text[40];

	if (!strptime(date, "%Y-%m-%d", &day) || !strftime(text, sizeof(text), "%B %d, %Y", &day))
		snprintf(text, sizeof(text), "%s", date);
	fprintf(file, ".\\\" Printed from telprobe's tables; do not edit.\n.Dd %s\n.Dt ", text);
	for (letter = name; *letter; letter++)
		fputc(toupper((unsigned char)*letter), file);
	fprintf(file, " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", section, name, summary);
}
