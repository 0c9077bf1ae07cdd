/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/text_wire.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_printable(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e)
			return false;
	return true;
}

static ssize_t pack_one(const char *text, uint8_t *out, size_t room)
{
	size_t length = strnlen(text, TEXT_WIRE_MAX);

	if (length == TEXT_WIRE_MAX || !is_printable(text, length))
		return -EBADMSG;
	if (length + 1 > room)
		return 0;
	memcpy(out, text, length + 1);
	return (ssize_t)length + 1;
}

ssize_t text_wire_pack(const char *const *texts, int count, uint8_t *out, size_t used, size_t room)
{
	ssize_t ret;
	int i;

	for (i = 0; i < count; i++) {
		if (!texts[i])
			continue;
		ret = pack_one(texts[i], out + used, room - used);
		if (ret <= 0)
			return ret;
		used += (size_t)ret;
	}
	return (ssize_t)used;
}

const char *text_wire_unpack(const uint8_t **from, const uint8_t *end)
{
	const char *text = (const char *)*from;
	size_t room = (size_t)(end - *from), length = strnlen(text, room);

	if (length == room || length >= TEXT_WIRE_MAX || !is_printable(text, length))
		return NULL;
	*from += length + 1;
	return text;
}
