/* SPDX-License-Identifier: GPL-2.0-only */
/* printable.h - which characters a terminal only draws.
 * It does not: control characters, also those of ISO 6429 beyond ASCII (C1, U+0080..U+009F); what
 * turns the direction of writing, so that a name reads as another; separators of lines; and bytes
 * that are no UTF-8, of which a terminal may make any of these. */
#ifndef TELPROBE_LIB_PRINTABLE_H
#define TELPROBE_LIB_PRINTABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** printable_has() - whether a terminal only draws it
 * @value: as utf8_take() gives it; U+FFFD is refused as what it stands for */
bool printable_has(uint32_t value);

/** printable_write() - the character at the beginning of @text, not empty, or '?' where it is refused
 * Return: how many bytes of @text it is. */
size_t printable_write(const char *text, FILE *file);

#endif
