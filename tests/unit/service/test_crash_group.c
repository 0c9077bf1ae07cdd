/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/crash_group.h"

enum { OWN = TP_FRAME_KNOWN | TP_FRAME_PROGRAM, LIBRARY = TP_FRAME_KNOWN };

static struct tp_frame frame_of(uint32_t flags, uint64_t offset)
{
	struct tp_frame frame = { .offset = offset, .flags = flags };

	memset(frame.build_id, flags == OWN ? 0xa1 : 0xb2, sizeof(frame.build_id));
	return frame;
}

/* In the C library, called from seven functions of the program. */
static struct tp_crash sample(void)
{
	struct tp_crash crash = { .code = 11, .count = 8 };
	uint32_t i;

	crash.frame[0] = frame_of(LIBRARY, 0x8aeec);
	for (i = 1; i < crash.count; i++)
		crash.frame[i] = frame_of(OWN, 0x1000 + i);
	return crash;
}

static void assert_group(const struct tp_crash *crash, const char *expected, bool is_same)
{
	char group[CRASH_GROUP_TEXT];

	crash_group(crash, group);
	assert_int_equal(strcmp(group, expected) == 0, is_same);
}

/* What was published as version 1 stays what it is: others compare with it. */
static void group_of_version_1_is_as_it_was(void **state)
{
	struct tp_crash crash = sample(), empty = { .code = 6, .count = 1 };

	(void)state;
	assert_group(&crash, "1:9e4e1b51049e4d52", true);
	assert_group(&empty, "1:b409d71eb8aa58e3", true);
}

static void group_is_of_the_signal_and_five_own_places(void **state)
{
	struct tp_crash crash = sample();
	char group[CRASH_GROUP_TEXT];
	uint32_t i;

	(void)state;
	crash_group(&crash, group);
	assert_int_equal(strlen(group), CRASH_GROUP_TEXT - 1);
	crash.header.uid = 1000;
	crash.header.process = 7;
	crash.parent = 3;
	assert_group(&crash, group, true);
	crash.frame[0].offset++; /* the library was updated */
	crash.frame[0].build_id[0]++;
	assert_group(&crash, group, true);
	crash.frame[6].offset++; /* the sixth */
	assert_group(&crash, group, true);
	for (i = 1; i <= 5; i++) {
		crash = sample();
		crash.frame[i].offset++;
		assert_group(&crash, group, false);
		crash = sample();
		crash.frame[i].build_id[19]++;
		assert_group(&crash, group, false);
	}
	crash = sample();
	crash.code = 8;
	assert_group(&crash, group, false);
}

static void group_without_own_places_is_of_those_there_are(void **state)
{
	struct tp_crash crash = { .code = 6, .count = 1 };
	char group[CRASH_GROUP_TEXT];

	(void)state;
	crash.frame[0] = frame_of(LIBRARY, 0x8aeec);
	crash_group(&crash, group);
	assert_group(&crash, group, true);
	crash.frame[0].offset++;
	assert_group(&crash, group, false);
	memset(&crash.frame[0], 0, sizeof(crash.frame[0]));
	assert_group(&crash, group, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(group_of_version_1_is_as_it_was),
		cmocka_unit_test(group_is_of_the_signal_and_five_own_places),
		cmocka_unit_test(group_without_own_places_is_of_those_there_are),
	};

	return cmocka_run_group_tests_name("service/crash_group", tests, NULL, NULL);
}
