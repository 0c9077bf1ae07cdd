/* SPDX-License-Identifier: GPL-2.0-only */
/* disguise.h - what a text may be under another spelling.
 * Patterns are looked for in a text and in what it becomes when full-width forms and letters that
 * look like Latin ones are replaced, invisible characters left out, percent, \x, \u and &#; escapes
 * and base64 (plain and of URLs) decoded, three deep. Case is the patterns' own affair. */
#ifndef TELPROBE_PRIVACY_DISGUISE_H
#define TELPROBE_PRIVACY_DISGUISE_H

#include <stddef.h>

enum { DISGUISE_MAX = 4096 }; /* bytes of a text that are looked at */

/** disguise_each() - call @visit with @text and with everything it may stand for, until it returns
 * other than 0
 * @length: at most DISGUISE_MAX
 * Return: what @visit returned last. */
int disguise_each(const char *text, size_t length,
		  int (*visit)(void *data, const char *text, size_t length), void *data);

/** disguise_strip() - @text in plain ASCII where that is possible: look-alikes replaced, escapes
 * decoded, invisible characters left out, once
 * @out: @length bytes. Return: how many were used; the same bytes as in @text if nothing changed. */
size_t disguise_strip(const char *text, size_t length, char *out);

#endif
