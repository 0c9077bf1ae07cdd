/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

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
	for (; *text; text++)
		putc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, file);
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

int json_print(cJSON *json, FILE *file)
{
	char *text = json ? cJSON_Print(json) : NULL;

	cJSON_Delete(json);
	if (!text)
		return -ENOMEM;
	fputs(text, file);
	putc('\n', file);
	free(text);
	return 0;
}
