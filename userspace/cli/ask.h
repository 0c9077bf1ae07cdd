/* SPDX-License-Identifier: GPL-2.0-only */
/* ask.h - questions to a person. The question goes to stderr: stdout holds results. */
#ifndef TELPROBE_CLI_ASK_H
#define TELPROBE_CLI_ASK_H

#include <stdbool.h>
#include <stddef.h>

enum ask_answer { ASK_NO, ASK_YES, ASK_NOTHING };

/** ask_is_possible() - whether both ends of a conversation are terminals */
bool ask_is_possible(void);

/** ask_line() - one line without its end; "" for just enter
 * Return: false: the input ended, or the line was longer than @size allows. */
bool ask_line(const char *question, char *out, size_t size);

/** ask_yes() - "[y/N]" after @question; all but y and yes is a no. ASK_NOTHING: the input ended. */
enum ask_answer ask_yes(const char *question);

#endif
