/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/complaints.h"

static void complaints_is_due_once_a_minute(void **state)
{
	struct complaints complaints = { 0 };
	uint32_t left_out = 9;
	int i;

	(void)state;
	assert_true(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 5, &left_out));
	assert_int_equal(left_out, 0);
	for (i = 0; i < 7; i++)
		assert_false(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 60004, &left_out));
	assert_true(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 60005, &left_out));
	assert_int_equal(left_out, 7);
	assert_false(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 60006, &left_out));
	assert_true(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 130000, &left_out));
	assert_int_equal(left_out, 1);
}

static void complaints_is_due_others_are_told(void **state)
{
	struct complaints complaints = { 0 };
	uint32_t left_out;

	(void)state;
	assert_true(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 100, &left_out));
	assert_true(complaints_is_due(&complaints, COMPLAINT_ENDED, 2, 100, &left_out));
	assert_true(complaints_is_due(&complaints, COMPLAINT_TARGET, 1, 100, &left_out));
	assert_false(complaints_is_due(&complaints, COMPLAINT_ENDED, 1, 200, &left_out));
}

static void complaints_is_due_more_than_known_the_oldest_is_forgotten(void **state)
{
	struct complaints complaints = { 0 };
	uint32_t left_out, i;

	(void)state;
	for (i = 0; i < COMPLAINTS_KNOWN + 1; i++)
		assert_true(complaints_is_due(&complaints, COMPLAINT_TARGET, i, 1 + i, &left_out));
	assert_false(complaints_is_due(&complaints, COMPLAINT_TARGET, 1, 100, &left_out));
	assert_true(complaints_is_due(&complaints, COMPLAINT_TARGET, 0, 100, &left_out));
}

/* What complain() writes goes to standard error, which is a file meanwhile. */
static void complain_keeps_to_one_line(void **state)
{
	struct complaints complaints = { 0 };
	int error_fd = dup(STDERR_FILENO), fd = memfd_create("log", MFD_CLOEXEC);
	char log[256] = "";

	(void)state;
	assert_true(error_fd >= 0 && fd >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	complain(&complaints, COMPLAINT_WRITTEN, 1, "'%s' is written", "a\ntelprobe: b\033[2J");
	dup2(error_fd, STDERR_FILENO);
	close(error_fd);
	assert_true(pread(fd, log, sizeof(log) - 1, 0) > 0);
	close(fd);
	assert_string_equal(log, "telprobe: 'a?telprobe: b?[2J' is written\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complaints_is_due_once_a_minute),
		cmocka_unit_test(complaints_is_due_others_are_told),
		cmocka_unit_test(complaints_is_due_more_than_known_the_oldest_is_forgotten),
		cmocka_unit_test(complain_keeps_to_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
