/* SPDX-License-Identifier: GPL-2.0-only */
/* letters.h - the letters and digits of ASCII, whatever the locale says. */
#ifndef TELPROBE_LIB_LETTERS_H
#define TELPROBE_LIB_LETTERS_H

#include <stdbool.h>

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool is_letter(char c)
{
	return is_lower(c) || is_upper(c);
}

#endif
