/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/disguise.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/utf8.h"
#include "privacy/lookalikes.h"

enum {
	DEPTH_MAX = 3,
	BASE64_MIN = 8, /* characters; fewer hold nothing that a pattern knows */
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- plain characters ---------------------------------------------------------------------- */

struct scalar { /* what stands at a place of a text */
	uint32_t value;
	size_t bytes; /* 0: nothing this function knows */
};

/* @prefix, then @digits hexadecimal ones: %41, \x41, \u0041 */
static struct scalar escape_at(const char *text, size_t length, const char *prefix, size_t digits)
{
	size_t skipped = strlen(prefix), i;
	struct scalar found = { 0, 0 };

	if (length < skipped + digits || memcmp(text, prefix, skipped) != 0)
		return found;
	for (i = 0; i < digits; i++) {
		int digit = hex_value(text[skipped + i]);

		if (digit < 0)
			return (struct scalar){ 0, 0 };
		found.value = found.value << 4 | (uint32_t)digit;
	}
	found.bytes = skipped + digits;
	return found;
}

/* &#64; and &#x40; */
static struct scalar entity_at(const char *text, size_t length)
{
	size_t i = 2, first;
	uint32_t base = 10, value = 0;

	if (length < 4 || text[1] != '#')
		return (struct scalar){ 0, 0 };
	if (text[2] == 'x' || text[2] == 'X') {
		base = 16;
		i = 3;
	}
	for (first = i; i < length && i < first + 6; i++) {
		int digit = hex_value(text[i]);

		if (digit < 0 || digit >= (int)base)
			break;
		value = value * base + (uint32_t)digit;
	}
	if (i == first)
		return (struct scalar){ 0, 0 };
	return (struct scalar){ value, i + (i < length && text[i] == ';') };
}

/* Also one that is written longer than it must be: that hides a letter, too. */
static struct scalar utf8_at(const char *text, size_t length)
{
	struct scalar found = { 0, 0 };

	found.bytes = utf8_decode(text, length, &found.value);
	return found;
}

static struct scalar scalar_at(const char *text, size_t length)
{
	struct scalar found = { 0, 0 };

	switch (text[0]) {
	case '%':
		return escape_at(text, length, "%", 2);
	case '\\':
		found = escape_at(text, length, "\\x", 2);
		return found.bytes ? found : escape_at(text, length, "\\u", 4);
	case '&':
		return entity_at(text, length);
	}
	return (text[0] & 0x80) ? utf8_at(text, length) : found;
}

size_t disguise_strip(const char *text, size_t length, char *out)
{
	struct scalar scalar;
	size_t i = 0, used = 0;
	int plain;

	while (i < length) {
		scalar = scalar_at(text + i, length - i);
		if (!scalar.bytes) {
			out[used++] = text[i++];
			continue;
		}
		plain = scalar.value < 0x80 ? (int)scalar.value : lookalike(scalar.value);
		if (plain == LOOKALIKE_NONE) {
			memcpy(out + used, text + i, scalar.bytes);
			used += scalar.bytes;
		} else if (plain != LOOKALIKE_INVISIBLE) {
			out[used++] = (char)plain;
		}
		i += scalar.bytes;
	}
	return used;
}

/* --- base64 -------------------------------------------------------------------------------- */

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

static bool is_text(unsigned char c)
{
	return c >= 0x20 ? c < 0x7f : c == '\t' || c == '\n' || c == '\r';
}

/* Return: bytes decoded; 0 where it is no text, which ends most attempts after a few characters. */
static size_t decode(const char *text, size_t length, char *out)
{
	uint32_t bits = 0;
	size_t i, used = 0;
	int count = 0;

	for (i = 0; i < length; i++) {
		bits = bits << 6 | (uint32_t)base64_value(text[i]);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		out[used] = (char)(bits >> count);
		if (!is_text((unsigned char)out[used++]))
			return 0;
	}
	return used;
}

struct search {
	int (*visit)(void *data, const char *text, size_t length);
	void *data;
};

static int search_text(const struct search *search, const char *text, size_t length, int depth);

static int search_run(const struct search *search, const char *text, size_t length, int depth)
{
	char decoded[DISGUISE_MAX];
	size_t used = length < BASE64_MIN ? 0 : decode(text, length, decoded);

	return used ? search_text(search, decoded, used, depth + 1) : 0;
}

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '+' || c == '/';
}

/* Runs of the alphabet; of those with - _ + / in them also the parts: they may be separators. */
static int search_runs(const struct search *search, const char *text, size_t length, int depth)
{
	size_t start = 0, part, i, end;
	int ret = 0;

	while (start < length && !ret) {
		if (base64_value(text[start]) < 0) {
			start++;
			continue;
		}
		end = start;
		while (end < length && base64_value(text[end]) >= 0)
			end++;
		ret = search_run(search, text + start, end - start, depth);
		for (part = i = start; i <= end && !ret; i++) {
			if (i < end && !is_separator(text[i]))
				continue;
			if (i - part < end - start)
				ret = search_run(search, text + part, i - part, depth);
			part = i + 1;
		}
		start = end;
	}
	return ret;
}

static bool is_plain(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if ((text[i] & 0x80) || text[i] == '%' || text[i] == '\\' || text[i] == '&')
			return false;
	return true;
}

static int search_text(const struct search *search, const char *text, size_t length, int depth)
{
	char stripped[DISGUISE_MAX];
	size_t used;
	int ret = search->visit(search->data, text, length);

	if (ret || depth == DEPTH_MAX)
		return ret;
	ret = search_runs(search, text, length, depth);
	if (ret || is_plain(text, length))
		return ret;
	used = disguise_strip(text, length, stripped);
	if (used == length) /* whatever was replaced would be shorter now */
		return 0;
	return search_text(search, stripped, used, depth + 1);
}

int disguise_each(const char *text, size_t length,
		  int (*visit)(void *data, const char *text, size_t length), void *data)
{
	const struct search search = { .visit = visit, .data = data };

	return search_text(&search, text, length, 0);
}
