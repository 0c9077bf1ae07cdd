/* SPDX-License-Identifier: GPL-2.0-only */
/* lines.h - a list of lines of text, and how two lists differ. */
#ifndef TELPROBE_REPORT_LINES_H
#define TELPROBE_REPORT_LINES_H

#include <stddef.h>
#include <stdio.h>

#include "lib/error.h"

struct lines {	      /* zeroed: empty */
	char **items; /* without line ends */
	size_t count;
	size_t capacity;
};

/** lines_add() - take over @text from malloc(), freed also on failure; NULL: out of memory.
 * Return: 0, -ENOMEM. */
int lines_add(struct lines *lines, char *text);
void lines_clear(struct lines *lines);

/** lines_read() - the lines of the file at @path, appended. Return: 0; -ENOENT, -EFBIG (more than
 * @limit lines), ... */
int lines_read(struct lines *lines, const char *path, size_t limit, struct error *error);

/**
 * lines_diff() - print what @actual lacks ("-") and has too much ("+") against @expected, in order,
 * after the last line before the first difference; the shortest such list where the
 * differing parts are up to some thousand lines, a longer one beyond.
 * Return: how many lines differ, negative errno for no memory. */
long lines_diff(const struct lines *expected, const struct lines *actual, FILE *file);

#endif
