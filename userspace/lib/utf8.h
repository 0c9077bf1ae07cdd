/* SPDX-License-Identifier: GPL-2.0-only */
/* utf8.h - characters of UTF-8, RFC 3629. */
#ifndef TELPROBE_LIB_UTF8_H
#define TELPROBE_LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** utf8_decode() - the character at the beginning of @text as its bytes are put together, also one
 * that is longer than it must be or that Unicode does not have
 * @length: of @text, at least 1
 * Return: its bytes, 1..4; 0: none begins here, or it is cut short, and *out is left alone. */
size_t utf8_decode(const char *text, size_t length, uint32_t *out);

/** utf8_is_valid() - whether the @bytes of @value are the only right ones: not too long, no half of a
 * pair, not beyond U+10FFFF */
bool utf8_is_valid(uint32_t value, size_t bytes);

enum { UTF8_REPLACEMENT = 0xfffd };

/** utf8_take() - the valid character at the beginning of @text
 * @length: of @text, at least 1; may be more than it has where it ends with a NUL
 * Return: its bytes, 1..4; 1 with UTF8_REPLACEMENT where there is none. */
size_t utf8_take(const char *text, size_t length, uint32_t *out);

#endif
