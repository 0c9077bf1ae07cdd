/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/clock.h"

#define NOW_US	  1795176000123456ll /* 2026-11-20T12:00:00.123456Z */
#define SECOND_US 1000000ll

struct fake {
	uint64_t monotonic_ns;
	int64_t utc_us;
};

static uint64_t fake_monotonic(void *data)
{
	return ((struct fake *)data)->monotonic_ns;
}

static int64_t fake_utc(void *data)
{
	return ((struct fake *)data)->utc_us;
}

static void pass(struct fake *fake, int64_t seconds)
{
	fake->monotonic_ns += (uint64_t)seconds * 1000000000u;
	fake->utc_us += seconds * SECOND_US;
}

static void clock_start(struct clock *clock, struct fake *fake)
{
	const struct clock_source source = { fake, fake_monotonic, fake_utc };

	clock_init(clock, &source);
}

static void clock_maps_before_and_after_its_first_pair(void **state)
{
	struct fake fake = { 5000000000u, NOW_US };
	struct clock clock;

	(void)state;
	clock_start(&clock, &fake);
	assert_int_equal(clock_utc_us(&clock, 5000000000u), NOW_US);
	assert_int_equal(clock_utc_us(&clock, 5000001000u), NOW_US + 1);
	assert_int_equal(clock_utc_us(&clock, 4000000000u), NOW_US - SECOND_US);
}

static void clock_keeps_the_time_of_before_a_suspend(void **state)
{
	struct fake fake = { 5000000000u, NOW_US };
	struct clock clock;
	uint64_t before;

	(void)state;
	clock_start(&clock, &fake);
	pass(&fake, 10);
	clock_sample(&clock);
	assert_int_equal(clock.count, 1); /* nothing moved */
	before = fake.monotonic_ns;
	fake.utc_us += 3600 * SECOND_US; /* asleep: the monotonic clock stood still */
	pass(&fake, 1);
	clock_sample(&clock);
	assert_int_equal(clock.count, 2);
	assert_int_equal(clock_utc_us(&clock, before), NOW_US + 10 * SECOND_US);
	assert_int_equal(clock_utc_us(&clock, fake.monotonic_ns), NOW_US + 3611 * SECOND_US);
}

static void clock_follows_a_date_set_back(void **state)
{
	struct fake fake = { 5000000000u, NOW_US };
	struct clock clock;

	(void)state;
	clock_start(&clock, &fake);
	fake.utc_us -= 86400 * SECOND_US;
	clock_sample(&clock);
	assert_int_equal(clock_utc_us(&clock, fake.monotonic_ns), NOW_US - 86400 * SECOND_US);
}

static void clock_forgets_the_oldest_jumps(void **state)
{
	struct fake fake = { 5000000000u, NOW_US };
	struct clock clock;
	int i;

	(void)state;
	clock_start(&clock, &fake);
	for (i = 0; i < 3 * CLOCK_PAIRS; i++) {
		pass(&fake, 1);
		fake.utc_us += SECOND_US;
		clock_sample(&clock);
	}
	assert_int_equal(clock.count, CLOCK_PAIRS);
	assert_int_equal(clock_utc_us(&clock, fake.monotonic_ns), fake.utc_us);
}

static void clock_of_the_system_tells_now(void **state)
{
	struct clock clock;
	int64_t difference;

	(void)state;
	clock_init(&clock, NULL);
	difference = clock_utc_us(&clock, clock.source.monotonic_ns(NULL)) - clock_now_us();
	assert_in_range(difference + SECOND_US, 0, 2 * SECOND_US);
}

static void clock_format_writes_iso_8601(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ NOW_US, "2026-11-20T12:00:00.123Z" },
		{ 1709164800000000ll - 1, "2024-02-28T23:59:59.999Z" },
		{ 1709164800000000ll, "2024-02-29T00:00:00.000Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000Z" },
	};
	char text[CLOCK_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_format(cases[i].us, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void clock_parse_reads_what_people_write(void **state)
{
	const int64_t today = NOW_US - NOW_US % (86400 * SECOND_US);
	const int64_t noon = today + 43200 * SECOND_US;
	const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{ "now", NOW_US },
		{ "today", today },
		{ "yesterday", today - 86400 * SECOND_US },
		{ "90s", NOW_US - 90 * SECOND_US },
		{ "30m", NOW_US - 1800 * SECOND_US },
		{ "2h", NOW_US - 7200 * SECOND_US },
		{ "7d", NOW_US - 7 * 86400 * SECOND_US },
		{ "1w", NOW_US - 7 * 86400 * SECOND_US },
		{ "999999999w", NOW_US % SECOND_US },
		{ "2026-11-20", today },
		{ "2026-11-20T12:00", noon },
		{ "2026-11-20 12:00:00", noon },
		{ "2026-11-20T12:00:00Z", noon },
		{ "2026-11-20T12:00:00.123456789Z", noon + 123456 },
		{ "2026-11-20T13:00:00+01:00", noon },
		{ "2026-11-20T07:30:00-0430", noon },
		{ "2024-02-29", 1709164800000000ll },
	};
	int64_t us;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		us = 0;
		if (clock_parse(cases[i].text, NOW_US, &us, NULL))
			fail_msg("'%s' was refused", cases[i].text);
		assert_int_equal(us, cases[i].us);
	}
}

static void clock_parse_refuses_the_rest(void **state)
{
	static const char *const cases[] = {
		"",
		"h",
		"2",
		"2x",
		"2hh",
		"-2h",
		"tomorrow",
		"2026-13-01",
		"2026-02-29",
		"2026-11-31",
		"2026-11-20T",
		"2026-11-20T24:00",
		"2026-11-20T12:60",
		"2026-11-20T12:00:60",
		"2026-11-20T12:00:00.",
		"2026-11-20T12:00:00ZZ",
		"2026-11-20T12:00:00+1",
		"2026-11-20x12:00",
		"20261120",
		"99999999999h",
	};
	struct error error;
	int64_t us = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (clock_parse(cases[i], NOW_US, &us, &error) != -EINVAL)
			fail_msg("'%s' was taken", cases[i]);
		assert_non_null(strstr(error.what, "is no time"));
		assert_true(error.hint[0]);
	}
	assert_int_equal(us, 7);
}

static void clock_parse_duration_is_more_than_nothing_and_has_a_limit(void **state)
{
	static const char *const bad[] = {
		"", "h", "2", "0h", "-2h", "1.5h", "2hh", "today", "31d"
	};
	const int64_t day_us = 86400ll * 1000000;
	struct error error;
	int64_t us = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (clock_parse_duration(bad[i], 30 * day_us, &us, &error) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(error.hint[0]);
	}
	assert_int_equal(us, 7);
	assert_int_equal(clock_parse_duration("90s", 30 * day_us, &us, NULL), 0);
	assert_int_equal(us, 90 * 1000000);
	assert_int_equal(clock_parse_duration("30d", 30 * day_us, &us, NULL), 0);
	assert_int_equal(us, 30 * day_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_maps_before_and_after_its_first_pair),
		cmocka_unit_test(clock_keeps_the_time_of_before_a_suspend),
		cmocka_unit_test(clock_follows_a_date_set_back),
		cmocka_unit_test(clock_forgets_the_oldest_jumps),
		cmocka_unit_test(clock_of_the_system_tells_now),
		cmocka_unit_test(clock_format_writes_iso_8601),
		cmocka_unit_test(clock_parse_reads_what_people_write),
		cmocka_unit_test(clock_parse_refuses_the_rest),
		cmocka_unit_test(clock_parse_duration_is_more_than_nothing_and_has_a_limit),
	};

	return cmocka_run_group_tests_name("lib/clock", tests, NULL, NULL);
}
