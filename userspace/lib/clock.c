/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_US 1000000ll
#define DAY_US	  (86400ll * SECOND_US)

uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t clock_boot_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	return (int64_t)(clock_monotonic_ns() / 1000u);
}

int64_t clock_monotonic_ms(void)
{
	return (int64_t)(clock_monotonic_ns() / 1000000u);
}

static uint64_t system_monotonic_ns(void *data)
{
	(void)data;
	return clock_monotonic_ns();
}

static int64_t system_utc_us(void *data)
{
	struct timespec now;

	(void)data;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static const struct clock_source system_source = {
	.monotonic_ns = system_monotonic_ns,
	.utc_us = system_utc_us,
};

/* The tightest of three readings: between two of the monotonic clock stands one of the date. */
static struct clock_pair pair_now(const struct clock_source *source)
{
	struct clock_pair best = { 0 }, pair;
	uint64_t before, after, width, best_width = UINT64_MAX;
	int i;

	for (i = 0; i < 3; i++) {
		before = source->monotonic_ns(source->data);
		pair.utc_us = source->utc_us(source->data);
		after = source->monotonic_ns(source->data);
		width = after - before;
		pair.monotonic_ns = before + width / 2;
		if (width < best_width) {
			best = pair;
			best_width = width;
		}
	}
	return best;
}

static int64_t by_pair(const struct clock_pair *pair, uint64_t monotonic_ns)
{
	/* a difference of 64 bits is right for times on both sides of the pair */
	return pair->utc_us + (int64_t)(monotonic_ns - pair->monotonic_ns) / 1000;
}

void clock_init(struct clock *clock, const struct clock_source *source)
{
	memset(clock, 0, sizeof(*clock));
	clock->source = source ? *source : system_source;
	clock->pairs[0] = pair_now(&clock->source);
	clock->count = 1;
}

void clock_sample(struct clock *clock)
{
	struct clock_pair pair = pair_now(&clock->source);
	int64_t difference;

	difference = pair.utc_us - by_pair(&clock->pairs[clock->count - 1], pair.monotonic_ns);
	if (difference > -CLOCK_JUMP_US && difference < CLOCK_JUMP_US)
		return;
	if (clock->count == CLOCK_PAIRS) {
		memmove(clock->pairs, clock->pairs + 1, sizeof(pair) * (CLOCK_PAIRS - 1));
		clock->count--;
	}
	clock->pairs[clock->count++] = pair;
}

int64_t clock_utc_us(const struct clock *clock, uint64_t monotonic_ns)
{
	size_t i = clock->count - 1;

	while (i && clock->pairs[i].monotonic_ns > monotonic_ns)
		i--;
	return by_pair(&clock->pairs[i], monotonic_ns);
}

int64_t clock_now_us(void)
{
	return system_utc_us(NULL);
}

void clock_format(int64_t time_us, char out[CLOCK_TEXT])
{
	const int64_t first_us = -62167219200ll * SECOND_US; /* 0000-01-01 */
	const int64_t last_us = 253402300799999999ll;	     /* 9999-12-31T23:59:59.999999 */
	char text[64];
	struct tm parts;
	time_t seconds;

	time_us = time_us < first_us ? first_us : time_us > last_us ? last_us : time_us;
	seconds = (time_t)(time_us / SECOND_US - (time_us % SECOND_US < 0));
	gmtime_r(&seconds, &parts);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
		 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
		 (int)((time_us - seconds * SECOND_US) / 1000));
	memcpy(out, text, CLOCK_TEXT - 1);
	out[CLOCK_TEXT - 1] = '\0';
}

/* Exactly @digits digits. Return: false and @text unmoved where they are not. */
static bool take_digits(const char **text, int digits, int *out)
{
	int i, value = 0;

	for (i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*text)[i]))
			return false;
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += digits;
	*out = value;
	return true;
}

static bool take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static bool take_date(const char **text, struct tm *parts)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, leap;

	if (!take_digits(text, 4, &year) || !take_char(text, '-') ||
	    !take_digits(text, 2, &month) || !take_char(text, '-') || !take_digits(text, 2, &day))
		return false;
	leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1] + leap)
		return false;
	parts->tm_year = year - 1900;
	parts->tm_mon = month - 1;
	parts->tm_mday = day;
	return true;
}

static bool take_fraction(const char **text, int64_t *out_us)
{
	int64_t unit = SECOND_US / 10;

	if (!take_char(text, '.'))
		return true;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
		*out_us += (**text - '0') * unit;
	return true;
}

static bool take_time(const char **text, struct tm *parts, int64_t *out_us)
{
	if (!take_digits(text, 2, &parts->tm_hour) || !take_char(text, ':') ||
	    !take_digits(text, 2, &parts->tm_min) || parts->tm_hour > 23 || parts->tm_min > 59)
		return false;
	if (!take_char(text, ':'))
		return true;
	if (!take_digits(text, 2, &parts->tm_sec) || parts->tm_sec > 59)
		return false;
	return take_fraction(text, out_us);
}

static bool take_zone(const char **text, int64_t *out_us)
{
	int sign = **text == '-' ? -1 : 1, hours, minutes;

	if (!**text || take_char(text, 'Z'))
		return true;
	if (!take_char(text, '+') && !take_char(text, '-'))
		return false;
	if (!take_digits(text, 2, &hours))
		return false;
	take_char(text, ':');
	if (!take_digits(text, 2, &minutes) || hours > 14 || minutes > 59)
		return false;
	*out_us -= sign * (hours * 60 + minutes) * 60 * SECOND_US;
	return true;
}

static bool parse_absolute(const char *text, int64_t *out_us)
{
	struct tm parts = { 0 };
	int64_t us = 0;

	if (!take_date(&text, &parts))
		return false;
	if (*text) {
		if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
			return false;
		if (!take_time(&text, &parts, &us) || !take_zone(&text, &us) || *text)
			return false;
	}
	*out_us = (int64_t)timegm(&parts) * SECOND_US + us;
	return true;
}

static bool parse_amount(const char *text, int64_t *out_seconds)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	int64_t amount = 0;
	size_t i;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text) && amount < 1000000000; text++)
		amount = amount * 10 + (*text - '0');
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[0] != units[i].letter || text[1])
			continue;
		*out_seconds = amount * units[i].seconds;
		return true;
	}
	return false;
}

static bool parse_ago(const char *text, int64_t now_us, int64_t *out_us)
{
	int64_t seconds;

	if (!parse_amount(text, &seconds))
		return false;
	if (seconds > now_us / SECOND_US) /* before 1970 nothing was recorded */
		seconds = now_us / SECOND_US;
	*out_us = now_us - seconds * SECOND_US;
	return true;
}

int clock_parse_duration(const char *text, int64_t max_us, int64_t *out_us, struct error *error)
{
	int64_t seconds;

	if (!parse_amount(text, &seconds) || !seconds) {
		error_set(error, -EINVAL, "'%s' is no time to last", text);
		return error_hint(error, "write 30m, 1h, 2d or 1w");
	}
	if (seconds > max_us / SECOND_US) {
		error_set(error, -EINVAL, "'%s' is too long", text);
		return error_hint(error, "at most %lldd", (long long)(max_us / DAY_US));
	}
	*out_us = seconds * SECOND_US;
	return 0;
}

int clock_parse(const char *text, int64_t now_us, int64_t *out_us, struct error *error)
{
	int64_t today_us = now_us - (now_us % DAY_US + DAY_US) % DAY_US;

	if (!strcmp(text, "now"))
		*out_us = now_us;
	else if (!strcmp(text, "today"))
		*out_us = today_us;
	else if (!strcmp(text, "yesterday"))
		*out_us = today_us - DAY_US;
	else if (!parse_ago(text, now_us, out_us) && !parse_absolute(text, out_us)) {
		error_set(error, -EINVAL, "'%s' is no time", text);
		error_hint(error, "write 2h, 7d, today, yesterday, 2026-11-20 or "
				  "2026-11-20T12:00:00Z (UTC unless +HH:MM follows)");
		return -EINVAL;
	}
	return 0;
}
