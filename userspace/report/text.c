/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/text.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/printable.h"

static void three_digits(char out[24], double number, const char *unit)
{
	int decimals = number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;

	snprintf(out, 24, "%.*f %s", decimals, number, unit);
}

void text_duration(double ns, char out[24])
{
	double s = ns / 1e9;

	if (ns < 999.5)
		snprintf(out, 24, "%.0f ns", ns);
	else if (ns < 999.5e3)
		three_digits(out, ns / 1e3, "us");
	else if (ns < 999.5e6)
		three_digits(out, ns / 1e6, "ms");
	else if (s < 120)
		three_digits(out, s, "s");
	else if (s < 7200)
		snprintf(out, 24, "%.0f min %02.0f s", floor(s / 60), floor(fmod(s, 60)));
	else
		snprintf(out, 24, "%.0f h %02.0f min", floor(s / 3600), floor(fmod(s, 3600) / 60));
}

const char *text_s(int64_t count)
{
	return count == 1 ? "" : "s";
}

void text_bytes(double bytes, char out[24])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	size_t i = 0;

	if (bytes < 999.5) {
		snprintf(out, 24, "%.0f B", bytes);
		return;
	}
	for (bytes /= 1000; bytes >= 999.5 && i < 4; i++)
		bytes /= 1000;
	three_digits(out, bytes, units[i]);
}

void text_print(const char *text, FILE *file)
{
	while (*text)
		text += printable_write(text, file);
}

void text_wrap(FILE *file, const char *text, int at, int indent)
{
	bool is_first = true;
	int word;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		word = (int)strcspn(text, " ");
		if (!is_first && at + 1 + word > TEXT_COLUMNS) {
			fprintf(file, "\n%*s", indent, "");
			at = indent;
			is_first = true;
		}
		at += fprintf(file, "%s%.*s", is_first ? "" : " ", word, text);
		is_first = false;
		text += word;
	}
	putc('\n', file);
}

const char *text_style(FILE *file, enum text_style style)
{
	static const char *const sequences[] = { [TEXT_PLAIN] = "\033[0m",
						 [TEXT_HEADING] = "\033[1m",
						 [TEXT_GOOD] = "\033[32m",
						 [TEXT_BAD] = "\033[31m",
						 [TEXT_FAINT] = "\033[2m" };
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	int fd = fileno(file);

	if ((no_color && *no_color) || !terminal || fd < 0 || !isatty(fd))
		return "";
	return sequences[style];
}
