/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/emit_lines.h"

#include <errno.h>
#include <string.h>

enum { WORDS = EMIT_ARGUMENTS + 2 }; /* the marker, its arguments, one too many */

struct line {
	char text[EMIT_LINE_BYTES];
	size_t length;
	unsigned long number;
	bool is_too_long;
	bool has_nul;
};

/* Return: false at the end of the file, when nothing was left before it. */
static bool line_read(FILE *file, struct line *line)
{
	int byte;

	line->length = 0;
	line->is_too_long = line->has_nul = false;
	line->number++;
	while ((byte = getc(file)) != EOF && byte != '\n') {
		line->has_nul |= !byte;
		if (line->length + 1 < sizeof(line->text))
			line->text[line->length++] = (char)byte;
		else
			line->is_too_long = true;
	}
	line->text[line->length] = '\0';
	return byte != EOF || line->length > 0;
}

static int split(char *text, char *words[WORDS])
{
	char *at = text, *word;
	int count = 0;

	while (count < WORDS && (word = strsep(&at, " \t\r")))
		if (*word)
			words[count++] = word;
	return count;
}

static int parse(struct line *line, struct emit_event *out, bool *out_is_empty, struct error *error)
{
	char *words[WORDS];
	int count;

	*out_is_empty = false;
	if (line->is_too_long)
		return error_set(error, -EINVAL, "longer than %d bytes", EMIT_LINE_BYTES - 1);
	if (line->has_nul)
		return error_set(error, -EINVAL, "a NUL byte");
	count = split(line->text, words);
	*out_is_empty = !count || words[0][0] == '#';
	return *out_is_empty ? 0 : emit_parse(count, words, out, error);
}

static void refuse(const struct emit_lines *lines, const struct line *line,
		   const struct error *problem)
{
	struct error error;

	error_set(&error, problem->code, "line %lu: %.300s", line->number, problem->what);
	if (problem->hint[0])
		error_hint(&error, "%s", problem->hint);
	lines->refused(&error, lines->data);
}

int emit_lines_read(FILE *file, const struct emit_lines *lines, struct error *error)
{
	struct line line = { .number = 0 };
	struct emit_event event;
	struct error problem = { 0 };
	bool is_empty;
	int ret = 0;

	while (line_read(file, &line)) {
		if (parse(&line, &event, &is_empty, &problem)) {
			refuse(lines, &line, &problem);
			ret = -EINVAL;
		} else if (!is_empty) {
			lines->marker(&event, lines->data);
		}
	}
	if (ferror(file))
		return error_set(error, -EIO, "cannot read markers: %s", error_text(errno));
	return ret;
}
