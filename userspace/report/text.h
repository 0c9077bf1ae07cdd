/* SPDX-License-Identifier: GPL-2.0-only */
/* text.h - numbers as people read them, text that is safe for a terminal, colour. */
#ifndef TELPROBE_REPORT_TEXT_H
#define TELPROBE_REPORT_TEXT_H

#include <stdint.h>
#include <stdio.h>

/** text_duration() - "812 ns", "3.41 ms", "12.7 s", "2 h 05 min" */
void text_duration(double ns, char out[24]);
void text_bytes(double bytes, char out[24]);

/** text_s() - "s" but for one: "1 event", "2 events". */
const char *text_s(int64_t count);

/** text_print() - @text, with '?' for each character that printable.h refuses. */
void text_print(const char *text, FILE *file);

enum { TEXT_COLUMNS = 80 };

/** text_wrap() - @text from column @at on, broken at spaces to stay within TEXT_COLUMNS, further lines
 * from column @indent on; with the line end. A word that is longer stands alone. */
void text_wrap(FILE *file, const char *text, int at, int indent);

enum text_style { TEXT_PLAIN, TEXT_HEADING, TEXT_GOOD, TEXT_BAD, TEXT_FAINT };

/** text_style() - the escape sequence for what follows on @file; "" where colour is not wanted. */
const char *text_style(FILE *file, enum text_style style);

#endif
