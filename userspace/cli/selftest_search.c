/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_search.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	FORMS = 5, /* plain, hexadecimal, base64 three times */
	ALIGNMENTS = 3,
	TEXT_MIN = 5, /* shorter, bytes by chance are taken for it */
	HALVED_MIN = 16,
};

struct needle {
	unsigned int number;
	bool is_exact; /* base64 means something else in another case */
	size_t length;
	unsigned char bytes[2 * SEARCH_TEXT];
};

struct search {
	size_t count;
	struct needle needle[SEARCH_SECRETS * FORMS * 2];
};

struct search *search_new(void)
{
	return calloc(1, sizeof(struct search));
}

void search_free(struct search *search)
{
	free(search);
}

static void lower(unsigned char *to, const unsigned char *from, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		to[i] = (unsigned char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] | 0x20
									 : from[i]);
}

static void hexadecimal(struct needle *needle, const char *text, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < length; i++) {
		needle->bytes[2 * i] = (unsigned char)digits[(unsigned char)text[i] >> 4];
		needle->bytes[2 * i + 1] = (unsigned char)digits[(unsigned char)text[i] & 15];
	}
	needle->length = 2 * length;
}

/* What is the same whatever stands before and behind: with @before bytes before it, the digits of six
 * bits that are all its own (RFC 4648). */
static void base64(struct needle *needle, const char *text, size_t length, size_t before)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t bits = 8 * length, at = (6 - 8 * before % 6) % 6, i;

	for (; at + 6 <= bits; at += 6) {
		unsigned int six = 0;

		for (i = at; i < at + 6; i++)
			six = six << 1 | ((unsigned char)text[i / 8] >> (7 - i % 8) & 1u);
		needle->bytes[needle->length++] = (unsigned char)digits[six];
	}
	needle->is_exact = true;
}

static void add(struct search *search, unsigned int number, const char *text, size_t length)
{
	struct needle *needle = &search->needle[search->count];
	size_t i;

	for (i = 0; i < FORMS; i++)
		needle[i] = (struct needle){ .number = number };
	lower(needle[0].bytes, (const unsigned char *)text, length);
	needle[0].length = length;
	hexadecimal(&needle[1], text, length);
	for (i = 0; i < ALIGNMENTS; i++)
		base64(&needle[2 + i], text, length, i);
	search->count += FORMS;
}

int search_add(struct search *search, unsigned int number, const char *text, size_t length)
{
	if (number >= SEARCH_SECRETS || length < TEXT_MIN || length > SEARCH_TEXT ||
	    search->count + 2 * FORMS > sizeof(search->needle) / sizeof(search->needle[0]))
		return -EINVAL;
	add(search, number, text, length);
	if (length >= HALVED_MIN)
		add(search, number, text, length / 2);
	return 0;
}

int search_add_integer(struct search *search, unsigned int number, uint64_t value, bool in_memory)
{
	const size_t bytes = value >> 47 ? 8 : 6; /* of the serial types 6 and 5 */
	struct needle *needle = &search->needle[search->count];
	size_t i;

	if (number >= SEARCH_SECRETS || !(value >> 40) ||
	    search->count + 2 > sizeof(search->needle) / sizeof(search->needle[0]))
		return -EINVAL;
	*needle = (struct needle){ .number = number, .is_exact = true, .length = bytes };
	for (i = 0; i < bytes; i++)
		needle->bytes[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
	search->count++;
	if (!in_memory)
		return 0;
	needle[1] = (struct needle){ .number = number, .is_exact = true, .length = sizeof(value) };
	memcpy(needle[1].bytes, &value, sizeof(value));
	search->count++;
	return 0;
}

int search_look(const struct search *search, const void *bytes, size_t size, uint64_t *out_found)
{
	unsigned char *lowered = malloc(size + 1);
	uint64_t found = 0;
	size_t i;

	if (!lowered)
		return -ENOMEM;
	if (size)
		lower(lowered, bytes, size);
	for (i = 0; i < search->count; i++) {
		const struct needle *needle = &search->needle[i];
		const void *in = needle->is_exact ? bytes : lowered;

		if (size && memmem(in, size, needle->bytes, needle->length))
			found |= UINT64_C(1) << needle->number;
	}
	free(lowered);
	*out_found = found;
	return 0;
}
