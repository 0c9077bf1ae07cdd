/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/utf8.h"

size_t utf8_decode(const char *text, size_t length, uint32_t *out)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t bytes = at[0] < 0x80   ? 1
		       : at[0] < 0xc0 ? 0
		       : at[0] < 0xe0 ? 2
		       : at[0] < 0xf0 ? 3
		       : at[0] < 0xf8 ? 4
				      : 0,
	       i;
	uint32_t value = bytes == 1 ? at[0] : at[0] & (0x7fu >> bytes);

	if (!bytes || bytes > length)
		return 0;
	for (i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3fu);
	}
	*out = value;
	return bytes;
}

bool utf8_is_valid(uint32_t value, size_t bytes)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return value >= least[bytes] && value <= 0x10ffff && (value < 0xd800 || value >= 0xe000);
}

size_t utf8_take(const char *text, size_t length, uint32_t *out)
{
	size_t bytes = utf8_decode(text, length, out);

	if (bytes && utf8_is_valid(*out, bytes))
		return bytes;
	*out = UTF8_REPLACEMENT;
	return 1;
}
