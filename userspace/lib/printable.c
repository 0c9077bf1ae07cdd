/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/printable.h"

#include "lib/utf8.h"

/* Direction: Unicode 15, UAX #9, section 2. */
bool printable_has(uint32_t value)
{
	static const struct {
		uint32_t first, last;
	} refused[] = {
		{ 0, 0x1f },	    { 0x7f, 0x9f },	{ 0x61c, 0x61c },
		{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
	};
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (value >= refused[i].first && value <= refused[i].last)
			return false;
	return value != UTF8_REPLACEMENT;
}

size_t printable_write(const char *text, FILE *file)
{
	uint32_t value;
	size_t bytes = utf8_take(text, SIZE_MAX, &value);

	if (printable_has(value))
		fwrite(text, 1, bytes, file);
	else
		putc('?', file);
	return bytes;
}
