/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/notice.h"

#include <stdarg.h>
#include <stdio.h>

void notice(const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	error_make_printable(line);
	fprintf(stderr, "telprobe: %s\n", line);
}

void notice_error(const struct error *error)
{
	notice("%s", error->what);
	if (error->hint[0])
		fprintf(stderr, "hint: %s\n", error->hint);
}
