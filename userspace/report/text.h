/* SPDX-License-Identifier: GPL-2.0-only */
/* text.h - numbers as people read them, text that is safe for a terminal, colour. */
#ifndef TELPROBE_REPORT_TEXT_H
#define TELPROBE_REPORT_TEXT_H

#include <cjson/cJSON.h>
#include <stdio.h>

/** json_print() - @json with a line end, then free it. Return: 0, -ENOMEM (also for NULL). */
int json_print(cJSON *json, FILE *file);

/** text_duration() - "812 ns", "3.41 ms", "12.7 s", "2 h 05 min" */
void text_duration(double ns, char out[24]);
void text_bytes(double bytes, char out[24]);

/** text_print() - @text with its control bytes replaced. */
void text_print(const char *text, FILE *file);

enum text_style { TEXT_PLAIN, TEXT_HEADING, TEXT_GOOD, TEXT_BAD, TEXT_FAINT };

/** text_style() - the escape sequence for what follows on @file; "" where colour is not wanted. */
const char *text_style(FILE *file, enum text_style style);

#endif
