/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/printable.h"
#include "lib/utf8.h"

void error_make_printable(char *text)
{
	char *to = text;
	uint32_t value;
	size_t bytes;

	for (; *text; text += bytes) {
		bytes = utf8_take(text, SIZE_MAX, &value);
		if (printable_has(value)) {
			memmove(to, text, bytes);
			to += bytes;
		} else {
			*to++ = '?';
		}
	}
	*to = '\0';
}

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return code;
	error->code = code;
	error->hint[0] = '\0';
	va_start(arguments, format);
	vsnprintf(error->what, sizeof(error->what), format, arguments);
	va_end(arguments);
	error_make_printable(error->what);
	return code;
}

int error_hint(struct error *error, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return -EINVAL; /* `return error_hint(...)` never says that all is well */
	va_start(arguments, format);
	vsnprintf(error->hint, sizeof(error->hint), format, arguments);
	va_end(arguments);
	error_make_printable(error->hint);
	return error->code;
}

const char *error_text(int code)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s", strerror(abs(code)));
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}
