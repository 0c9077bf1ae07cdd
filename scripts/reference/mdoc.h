/* SPDX-License-Identifier: GPL-2.0-only */
/* mdoc.h - what all man pages are made of, in mdoc(7), with the characters escaped that it would take
 * for something else. */
#ifndef TELPROBE_REFERENCE_MDOC_H
#define TELPROBE_REFERENCE_MDOC_H

#include <stdio.h>

/** mdoc_head() - title, date, and section NAME; @date: "2026-11-21" */
void mdoc_head(FILE *file, const char *date, const char *name, int section, const char *summary);

/** mdoc_text() - sentences, each on a line of its own; an empty line in @text begins a paragraph */
void mdoc_text(FILE *file, const char *text);

/** mdoc_literal() - what is typed or stands in a file, line by line */
void mdoc_literal(FILE *file, const char *text);

#endif
