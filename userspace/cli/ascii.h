/* SPDX-License-Identifier: GPL-2.0-only */
/* ascii.h - any bytes, NULs and broken UTF-8 included, as ASCII that no terminal or parser minds. */
#ifndef TELPROBE_CLI_ASCII_H
#define TELPROBE_CLI_ASCII_H

#include <stddef.h>
#include <stdio.h>

/** ascii_print() - for people: what is not printable ASCII becomes '?'; of more than @shown bytes the
 * rest is said by number */
void ascii_print(const char *text, size_t length, size_t shown, FILE *file);

/** ascii_json() - as a JSON string; characters beyond ASCII are escaped, a byte that is no part of one
 * is written as U+FFFD */
void ascii_json(const char *text, size_t length, FILE *file);

#endif
