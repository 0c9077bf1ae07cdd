/* SPDX-License-Identifier: GPL-2.0-only */
/* All people's decisions when the system fails, and at the end of their number. */
#include <dlfcn.h>

#include "unit/privacy/directory.h"

#include "privacy/consent.h"
#include "unit/failing_calls.h"

static const struct consent_now noon = { .utc_us = 1795176000000000ll, .boot = { 7 } };

/* What the directory is said to hold besides. */
static struct {
	const char *last; /* after so many NUMBER.damaged; NULL: nothing is made up */
	uint32_t damaged, told;
	int error; /* then this */
} made_up;

struct dirent *readdir(DIR *directory)
{
	static struct dirent entry;
	struct dirent *(*next)(DIR *) = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir");

	if (made_up.error) {
		errno = made_up.error;
		return NULL;
	}
	if (!made_up.last || made_up.told > made_up.damaged)
		return next(directory);
	if (made_up.told == made_up.damaged)
		snprintf(entry.d_name, sizeof(entry.d_name), "%s", made_up.last);
	else
		snprintf(entry.d_name, sizeof(entry.d_name), "%u.damaged", made_up.told);
	made_up.told++;
	return &entry;
}

static int open_all(struct directory *directory, struct consents **out)
{
	*out = NULL;
	return consents_open(directory->path, out, &directory->error);
}

static int say(struct directory *directory, struct consents *consents, const char *target,
	       enum tp_level level)
{
	return consents_decide(consents, 1000,
			       &(struct consent_wish){ .target = target, .level = level }, &noon,
			       &directory->error);
}

static void consents_open_more_people_than_there_may_be_is_refused(void **state)
{
	static const char *const last[] = { "4294967294", "4294967294.damaged" };
	struct directory *directory = *state;
	struct consents *consents;
	size_t i;

	for (i = 0; i < 2; i++) {
		made_up.last = last[i];
		made_up.damaged = CONSENT_PEOPLE;
		made_up.told = 0;
		assert_int_equal(open_all(directory, &consents), -ENOSPC);
		assert_non_null(strstr(directory->error.what, "uid 4294967294"));
	}
	made_up.last = NULL;
}

static void consents_open_unreadable_directory_says_so(void **state)
{
	struct directory *directory = *state;
	struct consents *consents;

	made_up.error = EIO;
	assert_int_equal(open_all(directory, &consents), -EIO);
	made_up.error = 0;
	call_fails(CALL_FSTAT, 0, EIO);
	assert_int_equal(open_all(directory, &consents), -EIO);
	call_fails(CALL_OPENAT, 0, EMFILE);
	assert_int_equal(open_all(directory, &consents), -EMFILE);
	assert_true(call_has_failed(CALL_OPENAT) && call_has_failed(CALL_FSTAT));
	directory_write(directory, "file", "", 0);
	assert_int_equal(
		consents_open(directory_path(directory, "file"), &consents, &directory->error),
		-ENOTDIR);
}

static void consents_open_by_another_account_needs_a_directory_of_its_own(void **state)
{
	struct directory *directory = *state;
	struct consents *consents;

	if (geteuid()) {
		print_message("needs root\n");
		skip();
	}
	assert_int_equal(chmod(directory->path, 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(open_all(directory, &consents), -EACCES);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(directory->path, 0700), 0);
	assert_int_equal(chown(directory->path, 65534, 65534), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(open_all(directory, &consents), 0);
	assert_int_equal(seteuid(0), 0);
	consents_close(consents);
}

/* What cannot be set aside would be read again, and might be taken then: nothing is opened. */
static void consents_open_damage_that_cannot_be_set_aside(void **state)
{
	static const enum failing_call calls[] = { CALL_RENAMEAT, CALL_FSYNC };
	struct directory *directory = *state;
	struct consents *consents;
	size_t i;

	for (i = 0; i < 2; i++) {
		directory_write(directory, "1000", "damaged", 7);
		call_fails(calls[i], 0, EROFS);
		assert_int_equal(open_all(directory, &consents), -EROFS);
		assert_true(call_has_failed(calls[i]));
		assert_non_null(strstr(directory->error.what, "aside"));
	}
}

static int count_until(uint32_t uid, void *data)
{
	int *left = data;

	assert_int_equal(uid, 1000);
	return --*left ? 0 : 7;
}

static void consents_decide_for_all_replaces_what_was_damaged(void **state)
{
	static const struct consent_target target = { "app", CONSENT_OPT_IN, TP_LEVEL_FULL,
						      TP_LEVEL_OFF, 0 };
	struct directory *directory = *state;
	struct consents *consents;
	int left = 9;

	directory_write(directory, "1000", "damaged", 7);
	assert_int_equal(open_all(directory, &consents), -EBADMSG);
	assert_int_equal(consents_each_uid(consents, count_until, &left), 0);
	assert_int_equal(left, 8); /* he counts: there was something */
	assert_int_equal(say(directory, consents, NULL, TP_LEVEL_FULL), 0);
	assert_int_equal(consents_level(consents, 1000, &target, NULL), TP_LEVEL_FULL);
	consents_close(consents);
}

static int count_decisions(const struct consent_decision *decision, void *data)
{
	int *left = data;

	assert_int_equal(decision->level, TP_LEVEL_FULL);
	return --*left ? 0 : 7;
}

static void consents_each_tells_who_has_decided_until_it_is_enough(void **state)
{
	struct directory *directory = *state;
	struct consents *consents;
	int left = 100;

	assert_int_equal(open_all(directory, &consents), 0);
	call_fails(CALL_WRITE, 0, ENOSPC);
	assert_int_equal(say(directory, consents, NULL, TP_LEVEL_FULL), -ENOSPC);
	assert_int_equal(consents_each_uid(consents, count_until, &left), 0);
	assert_int_equal(left, 100); /* he has not: it could not be kept */
	assert_int_equal(say(directory, consents, "a", TP_LEVEL_FULL), 0);
	assert_int_equal(say(directory, consents, "b", TP_LEVEL_FULL), 0);
	assert_int_equal(consents_each_uid(consents, count_until, &left), 0);
	assert_int_equal(left, 99);
	left = 1;
	assert_int_equal(consents_each_uid(consents, count_until, &left), 7);
	left = 1;
	assert_int_equal(consents_each(consents, 1000, count_decisions, &left), 7);
	assert_int_equal(left, 0);
	left = 9;
	assert_int_equal(consents_each(consents, 1000, count_decisions, &left), 0);
	assert_int_equal(consents_each(consents, 1001, count_decisions, &left), 0);
	assert_int_equal(left, 7);
	consents_close(consents);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(consents_open_more_people_than_there_may_be_is_refused),
		TEST(consents_open_unreadable_directory_says_so),
		TEST(consents_open_by_another_account_needs_a_directory_of_its_own),
		TEST(consents_open_damage_that_cannot_be_set_aside),
		TEST(consents_decide_for_all_replaces_what_was_damaged),
		TEST(consents_each_tells_who_has_decided_until_it_is_enough),
	};

	return cmocka_run_group_tests_name("privacy/consents_faults", tests, NULL, NULL);
}
