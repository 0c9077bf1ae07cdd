/* SPDX-License-Identifier: GPL-2.0-only */
/* clock.h - from the kernel's monotonic time to UTC, and UTC as text.
 * Records carry CLOCK_MONOTONIC, which stands still while the machine sleeps and knows no date. A
 * clock keeps pairs of both times, each good from its moment on, so that an event from before a
 * suspend or a change of the date still gets the time that was true then. */
#ifndef TELPROBE_LIB_CLOCK_H
#define TELPROBE_LIB_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

enum {
	CLOCK_PAIRS = 64,    /* jumps remembered; the oldest goes first */
	CLOCK_JUMP_US = 500, /* a smaller difference is noise of the reading */
};

struct clock_source { /* a fake in tests */
	void *data;
	uint64_t (*monotonic_ns)(void *data);
	int64_t (*utc_us)(void *data);
};

struct clock_pair {
	uint64_t monotonic_ns;
	int64_t utc_us; /* at that moment */
};

struct clock {
	struct clock_source source;
	struct clock_pair pairs[CLOCK_PAIRS]; /* oldest first */
	size_t count;
};

/** clock_init() - take the first pair. @source: NULL for the system's clocks; else copied. */
void clock_init(struct clock *clock, const struct clock_source *source);

/** clock_sample() - look whether the two times moved apart since the last pair. Call it about
 * once a second and before a batch is read. */
void clock_sample(struct clock *clock);

/** clock_utc_us() - UTC microseconds since 1970 of a monotonic time, by the pair true then. */
int64_t clock_utc_us(const struct clock *clock, uint64_t monotonic_ns);

int64_t clock_now_us(void); /* UTC microseconds since 1970 */

/** clock_monotonic_ns(), _us(), _ms() - CLOCK_MONOTONIC, for deadlines and leases: no step of
 * the date moves it. */
uint64_t clock_monotonic_ns(void);
int64_t clock_monotonic_us(void);
int64_t clock_monotonic_ms(void);
/** clock_boot_us() - CLOCK_BOOTTIME: the same, and goes on while the machine sleeps */
int64_t clock_boot_us(void);

enum { CLOCK_TEXT = 25 }; /* "2026-11-20T12:00:00.000Z" and its NUL */

/** clock_format() - ISO 8601 in UTC with milliseconds (cut, not rounded). Years before 0 and after
 * 9999 are shown as the nearest that has four digits. */
void clock_format(int64_t time_us, char out[CLOCK_TEXT]);

/**
 * clock_parse() - a moment as a person writes it
 * @text: `now`; `today`, `yesterday` (00:00 UTC: days are UTC everywhere in telprobe); `90s`,
 * `30m`, `2h`, `7d`, `4w` before @now_us; `2026-11-20`; `2026-11-20T12:00`, with `:SS`, `.fraction`
 * and `Z` or `+01:00` after it (none means UTC; a space may stand for the T)
 * Return: 0, or -EINVAL with what was expected in @error. */
int clock_parse(const char *text, int64_t now_us, int64_t *out_us, struct error *error);

/** clock_parse_duration() - `30s`, `30m`, `2h`, `7d`, `4w`; more than nothing, at most @max_us
 * Return: 0, or -EINVAL with what was expected in @error. */
int clock_parse_duration(const char *text, int64_t max_us, int64_t *out_us, struct error *error);

#endif
