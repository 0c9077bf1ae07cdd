/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/ascii.h"

#include <stdint.h>

#include "lib/utf8.h"

void ascii_print(const char *text, size_t length, size_t shown, FILE *file)
{
	size_t i;

	for (i = 0; i < length && i < shown; i++)
		putc(text[i] >= 0x20 && text[i] <= 0x7e ? text[i] : '?', file);
	if (length > shown)
		fprintf(file, "... (%zu bytes)", length);
}

static void write_character(uint32_t value, FILE *file)
{
	if (value == '"' || value == '\\')
		fprintf(file, "\\%c", (char)value);
	else if (value >= 0x20 && value <= 0x7e)
		putc((int)value, file);
	else if (value < 0x10000)
		fprintf(file, "\\u%04x", value);
	else
		fprintf(file, "\\u%04x\\u%04x", 0xd800 + ((value - 0x10000) >> 10),
			0xdc00 + ((value - 0x10000) & 0x3ff));
}

void ascii_json(const char *text, size_t length, FILE *file)
{
	uint32_t value;
	size_t i = 0;

	putc('"', file);
	while (i < length) {
		i += utf8_take(text + i, length - i, &value);
		write_character(value, file);
	}
	putc('"', file);
}
