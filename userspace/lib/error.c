/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
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
	make_printable(error->what);
	return code;
}

int error_hint(struct error *error, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return 0;
	va_start(arguments, format);
	vsnprintf(error->hint, sizeof(error->hint), format, arguments);
	va_end(arguments);
	make_printable(error->hint);
	return error->code;
}

const char *error_text(int code)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s", strerror(abs(code)));
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}
