/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sys/wait.h>

#include "unit/privacy/directory.h"

#include "privacy/consent.h"
#include "privacy/consent_file.h"
#include "unit/failing_memory.h"
#include "unit/limit_files.h"

#define NOON_US 1795176000000000ll /* 2026-11-20T12:00:00Z */

static const struct consent_now noon = { .utc_us = NOON_US, .boot_us = 5000000, .boot = { 7 } };
static const struct consent_target opt_in = { "app", CONSENT_OPT_IN, TP_LEVEL_FULL, TP_LEVEL_OFF,
					      0 };
static const struct consent_target opt_out = { "app", CONSENT_OPT_OUT, TP_LEVEL_FULL,
					       TP_LEVEL_BASIC, 0 };

static struct consents *reopen(struct directory *directory, struct consents *consents)
{
	int ret;

	consents_close(consents);
	ret = consents_open(directory->path, &consents, &directory->error);
	if (ret)
		fail_msg("%d: %s", ret, directory->error.what);
	return consents;
}

static int say(struct consents *consents, uint32_t uid, const char *target, enum tp_level level,
	       struct error *error)
{
	return consents_decide(consents, uid,
			       &(struct consent_wish){ .target = target, .level = level }, &noon,
			       error);
}

static void decide(struct directory *directory, struct consents *consents, uint32_t uid,
		   const char *target, enum tp_level level)
{
	if (say(consents, uid, target, level, &directory->error))
		fail_msg("%s", directory->error.what);
}

static void assert_level(const struct consents *consents, uint32_t uid, enum tp_level level,
			 enum consent_reason reason)
{
	enum consent_reason found;

	assert_int_equal(consents_level(consents, uid, &opt_out, &found), level);
	assert_string_equal(consent_reason_text(found), consent_reason_text(reason));
}

static int count_uid(uint32_t uid, void *data)
{
	uint32_t *last = data;

	assert_true(!*last || uid > *last);
	*last = uid;
	return 0;
}

static int count_decision(const struct consent_decision *decision, void *data)
{
	(void)decision;
	(*(int *)data)++;
	return 0;
}

static int stop_at_once(const struct consent_decision *decision, void *data)
{
	(void)data;
	return decision->level == TP_LEVEL_FULL ? 42 : 0;
}

static int decisions_of(const struct consents *consents, uint32_t uid)
{
	int count = 0;

	assert_int_equal(consents_each(consents, uid, count_decision, &count), 0);
	return count;
}

static void consents_decide_is_found_again_after_reopening(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	uint32_t last = 0;

	assert_level(consents, 1000, TP_LEVEL_BASIC, CONSENT_BY_POLICY);
	assert_false(consents_has_decided(consents, 1000, NULL));
	decide(directory, consents, 1000, NULL, TP_LEVEL_ENHANCED);
	decide(directory, consents, 7, "app", TP_LEVEL_OFF);
	decide(directory, consents, 4294967294u, "other", TP_LEVEL_FULL);
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_ENHANCED, CONSENT_SAID_YES);
	assert_level(consents, 7, TP_LEVEL_OFF, CONSENT_SAID_NO_HERE);
	assert_level(consents, 4294967294u, TP_LEVEL_BASIC, CONSENT_BY_POLICY);
	assert_level(consents, 1, TP_LEVEL_BASIC, CONSENT_BY_POLICY);
	assert_true(consents_has_decided(consents, 1000, "app"));
	assert_true(consents_has_decided(consents, 7, "app"));
	assert_false(consents_has_decided(consents, 7, "other"));
	assert_true(consents_has_decided(consents, 7, NULL));
	consents_each_uid(consents, count_uid, &last);
	assert_int_equal(last, 4294967294u);
	assert_int_equal(consents_each(consents, 4294967294u, stop_at_once, NULL), 42);
	consents_close(consents);
}

static void consents_open_new_directory_and_files_are_private(void **state)
{
	struct directory *directory = *state;
	char *path = directory_path(directory, "consent");
	struct consents *consents;
	struct stat status;

	umask(0);
	assert_int_equal(consents_open(path, &consents, &directory->error), 0);
	decide(directory, consents, 1000, NULL, TP_LEVEL_FULL);
	umask(022);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 0700);
	assert_int_equal(stat(directory_path(directory, "consent/1000"), &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_false(directory_has(directory, "consent/1000.new"));
	consents_close(consents);
}

static void consents_open_directory_of_others_is_refused(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = NULL;

	assert_int_equal(chmod(directory->path, 0770), 0);
	assert_int_equal(consents_open(directory->path, &consents, &directory->error), -EACCES);
	assert_non_null(strstr(directory->error.hint, "chmod 700"));
	assert_int_equal(chmod(directory->path, 0700), 0);
	assert_int_equal(symlink(".", directory_path(directory, "link")), 0);
	assert_int_equal(
		consents_open(directory_path(directory, "link"), &consents, &directory->error),
		-ENOTDIR);
	directory_write(directory, "file", "", 0);
	assert_int_equal(
		consents_open(directory_path(directory, "file"), &consents, &directory->error),
		-ENOTDIR);
	assert_int_equal(
		consents_open(directory_path(directory, "no/where"), &consents, &directory->error),
		-ENOENT);
	assert_null(consents);
}

static void consents_decide_no_for_all_replaces_those_for_targets(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);

	decide(directory, consents, 1000, "app", TP_LEVEL_FULL);
	decide(directory, consents, 1000, "", TP_LEVEL_OFF);
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_SAID_NO);
	assert_int_equal(decisions_of(consents, 1000), 2); /* the record stays */
	consents_close(consents);
}

static void consents_decide_bad_target_is_refused(void **state)
{
	static const char *const bad[] = { "*", "a b", "../x", "a\nchecksum", "-" };
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(say(consents, 1000, bad[i], TP_LEVEL_FULL, &directory->error),
				 -EINVAL);
	assert_false(directory_has(directory, "1000"));
	consents_close(consents);
}

static void consents_decide_oldest_replaced_go_first(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	char target[24];
	int i;

	decide(directory, consents, 1000, "app", TP_LEVEL_FULL);
	for (i = 0; i < 2 * CONSENT_DECISIONS; i++)
		decide(directory, consents, 1000, NULL, TP_LEVEL_BASIC + (i & 1));
	assert_int_equal(decisions_of(consents, 1000), CONSENT_DECISIONS);
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_FULL, CONSENT_SAID_YES_HERE);
	for (i = 0; i < CONSENT_DECISIONS - 2; i++) {
		snprintf(target, sizeof(target), "target-%d", i);
		decide(directory, consents, 1000, target, TP_LEVEL_BASIC);
	}
	assert_int_equal(say(consents, 1000, "one-more", TP_LEVEL_BASIC, &directory->error),
			 -E2BIG);
	assert_true(directory->error.hint[0]);
	decide(directory, consents, 1000, "app", TP_LEVEL_OFF); /* what is known may change */
	decide(directory, consents, 1000, NULL, TP_LEVEL_OFF);
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_SAID_NO);
	consents_close(consents);
}

/* Every shorter file and every changed byte is a no, set aside, and stays one. */
static void consents_open_damaged_file_is_a_no(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	char bytes[512], damaged[512];
	size_t size, i;
	int ret;

	decide(directory, consents, 1000, NULL, TP_LEVEL_FULL);
	decide(directory, consents, 1000, "app", TP_LEVEL_FULL);
	consents_close(consents);
	size = directory_read(directory, "1000", bytes, sizeof(bytes));
	for (i = 0; i < 2 * size; i++) {
		memcpy(damaged, bytes, size);
		if (i >= size)
			damaged[i - size] ^= 1;
		directory_write(directory, "1000", damaged, i < size ? i : size);
		ret = consents_open(directory->path, &consents, &directory->error);
		if (ret != -EBADMSG)
			fail_msg("%zu: %d", i, ret);
		assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_DAMAGED);
		assert_false(consents_has_decided(consents, 1000, "app"));
		consents_close(consents);
		assert_false(directory_has(directory, "1000"));
	}
	assert_non_null(strstr(directory->error.hint, "1000.damaged"));
	consents = reopen(directory, NULL); /* told once, held until decided again */
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_DAMAGED);
	decide(directory, consents, 1000, "other", TP_LEVEL_FULL);
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_SAID_NO);
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_SAID_NO);
	decide(directory, consents, 1000, NULL, TP_LEVEL_BASIC);
	assert_level(consents, 1000, TP_LEVEL_BASIC, CONSENT_SAID_YES);
	consents_close(consents);
}

static void assert_without(const struct consents *consents, const char *target, uint8_t without)
{
	const struct consent_target cut = { .name = target, .without = TP_CATEGORY_SPANS };
	const struct consent_target asked = { .name = target, .level_max = TP_LEVEL_FULL };

	assert_int_equal(consents_without(consents, 1000, &asked), without);
	assert_int_equal(consents_without(consents, 1001, &asked), 0);
	assert_int_equal(consents_without(consents, 1000, &cut), without | TP_CATEGORY_SPANS);
	assert_int_equal(consents_without(consents, 1001, &cut), TP_CATEGORY_SPANS);
}

static void decide_without(struct consents *consents, const char *target, enum tp_level level,
			   uint8_t without, int64_t for_us)
{
	const struct consent_wish wish = {
		.target = target, .level = level, .without = without, .for_us = for_us
	};

	assert_int_equal(consents_decide(consents, 1000, &wish, &noon, NULL), 0);
}

static void consents_without_is_kept_and_what_any_decision_leaves_out(void **state)
{
	struct directory *directory = *state;
	struct consents *consents;
	int again;

	consents = reopen(directory, NULL);
	decide_without(consents, "a", TP_LEVEL_FULL, TP_CATEGORY_LIFECYCLE, 0);
	assert_without(consents, "a", TP_CATEGORY_LIFECYCLE); /* nothing was said of all */
	decide_without(consents, NULL, TP_LEVEL_FULL, TP_CATEGORY_ERRORS, 0);
	decide_without(consents, "a", TP_LEVEL_FULL, TP_CATEGORY_FEATURES, 3600 * 1000000ll);
	decide_without(consents, "c", TP_LEVEL_OFF, TP_CATEGORY_FEATURES, 0);
	for (again = 0; again < 2; again++) {
		assert_without(consents, "a", TP_CATEGORY_ERRORS | TP_CATEGORY_FEATURES);
		assert_without(consents, "b", TP_CATEGORY_ERRORS);
		assert_without(consents, "c", TP_CATEGORY_ERRORS);
		consents = reopen(directory, consents);
	}
	decide_without(consents, NULL, TP_LEVEL_FULL, 0, 0);
	assert_without(consents, "a", TP_CATEGORY_FEATURES);
	assert_without(consents, "b", 0);
	consents_close(consents);
}

static void consents_open_what_is_no_file_is_damaged(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	char large[CONSENT_FILE_BYTES + 1];
	int kind, ret;

	decide(directory, consents, 5, NULL, TP_LEVEL_FULL);
	consents_close(consents);
	memset(large, 'x', sizeof(large));
	for (kind = 0; kind < 5; kind++) {
		if (kind == 0)
			assert_int_equal(mkfifo(directory_path(directory, "1000"), 0600), 0);
		else if (kind == 1)
			assert_int_equal(symlink("5", directory_path(directory, "1000")), 0);
		else if (kind == 2)
			directory_write(directory, "1000", large, sizeof(large));
		else if (kind == 3)
			assert_int_equal(mkdir(directory_path(directory, "1000"), 0700), 0);
		else
			assert_int_equal(link(directory_path(directory, "5"),
					      directory_path(directory, "1000")),
					 0);
		if (kind == 3)
			unlink(directory_path(directory, "1000.damaged"));
		if (kind == 4) {
			rmdir(directory_path(directory, "1000.damaged"));
			chmod(directory_path(directory, "1000"), 0620);
		}
		ret = consents_open(directory->path, &consents, &directory->error);
		if (ret != -EBADMSG)
			fail_msg("kind %d: %d", kind, ret);
		assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_DAMAGED);
		consents_close(consents);
	}
}

static void consents_open_other_names_are_left_alone(void **state)
{
	static const char *const names[] = { "README",	 "01000", "4294967295",
					     "1000.bak", "-1",	  "99999999999999999999",
					     "1000.new", " 1" };
	struct directory *directory = *state;
	struct consents *consents;
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		directory_write(directory, names[i], "x", 1);
	consents = reopen(directory, NULL);
	consents_each_uid(consents, count_uid, &last);
	assert_int_equal(last, 0);
	decide(directory, consents, 1000, NULL, TP_LEVEL_FULL); /* over the rest of a killed one */
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_FULL, CONSENT_SAID_YES);
	consents_close(consents);
}

static void consents_decide_unwritable_yes_does_not_hold_and_a_no_does(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);

	decide(directory, consents, 1000, NULL, TP_LEVEL_BASIC);
	limit_files(10);
	assert_int_equal(say(consents, 1000, NULL, TP_LEVEL_FULL, &directory->error), -EFBIG);
	assert_non_null(strstr(directory->error.hint, "nothing has changed"));
	assert_level(consents, 1000, TP_LEVEL_BASIC, CONSENT_SAID_YES);
	assert_int_equal(say(consents, 1000, NULL, TP_LEVEL_OFF, &directory->error), -EFBIG);
	assert_non_null(strstr(directory->error.hint, "it is off now"));
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_SAID_NO);
	limit_files(RLIM_INFINITY);
	signal(SIGXFSZ, SIG_DFL);
	assert_false(directory_has(directory, "1000.new"));
	consents = reopen(directory, consents);
	assert_level(consents, 1000, TP_LEVEL_BASIC, CONSENT_SAID_YES);
	consents_close(consents);
}

static void consents_decide_without_memory_never_says_yes(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	long i;
	int ret;

	if (!memory_can_fail()) {
		consents_close(consents);
		skip();
	}
	for (i = 0;; i++) {
		memory_fail_after(i);
		ret = say(consents, 1000, NULL, TP_LEVEL_FULL, NULL);
		memory_fail_after(-1);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_int_equal(consents_level(consents, 1000, &opt_in, NULL), TP_LEVEL_OFF);
	}
	assert_true(i > 1);
	memory_fail_after(1); /* it is in the file, and may hold after a restart alone */
	assert_int_equal(say(consents, 1000, NULL, TP_LEVEL_BASIC, NULL), -ENOMEM);
	assert_int_equal(consents_level(consents, 1000, &opt_in, NULL), TP_LEVEL_FULL);
	memory_fail_after(0);
	assert_int_equal(say(consents, 1000, "x", TP_LEVEL_OFF, NULL), -ENOMEM);
	memory_fail_after(-1);
	assert_level(consents, 1000, TP_LEVEL_OFF, CONSENT_DAMAGED); /* more than was asked for */
	consents_close(consents);
}

static void consents_open_without_memory_says_so(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	long i;
	int ret;

	decide(directory, consents, 1000, NULL, TP_LEVEL_FULL);
	consents_close(consents);
	if (!memory_can_fail())
		skip();
	for (i = 0;; i++) {
		consents = NULL;
		memory_fail_after(i);
		ret = consents_open(directory->path, &consents, &directory->error);
		memory_fail_after(-1);
		if (!ret)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_null(consents);
	}
	assert_true(i > 3);
	assert_level(consents, 1000, TP_LEVEL_FULL, CONSENT_SAID_YES);
	consents_close(consents);
}

/* A process that decides without pause, killed at any moment, leaves one decision or the other. */
static void consents_decide_killed_leaves_a_whole_file(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	int round, status, seen[2] = { 0, 0 };
	enum tp_level level;
	pid_t child;

	decide(directory, consents, 1000, NULL, TP_LEVEL_FULL);
	for (round = 0; round < 60; round++) {
		child = fork();
		assert_true(child >= 0);
		for (status = 0; !child; status++)
			if (say(consents, 1000, NULL, status & 1 ? TP_LEVEL_FULL : TP_LEVEL_OFF,
				NULL))
				_exit(1);
		usleep(1000 + (useconds_t)(round * 237 % 5000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		consents = reopen(directory, consents);
		level = consents_level(consents, 1000, &opt_in, NULL);
		assert_true(level == TP_LEVEL_FULL || level == TP_LEVEL_OFF);
		seen[level == TP_LEVEL_FULL]++;
	}
	assert_int_equal(seen[0] + seen[1], 60);
	consents_close(consents);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(consents_decide_is_found_again_after_reopening),
		TEST(consents_open_new_directory_and_files_are_private),
		TEST(consents_open_directory_of_others_is_refused),
		TEST(consents_decide_no_for_all_replaces_those_for_targets),
		TEST(consents_decide_bad_target_is_refused),
		TEST(consents_decide_oldest_replaced_go_first),
		TEST(consents_open_damaged_file_is_a_no),
		TEST(consents_without_is_kept_and_what_any_decision_leaves_out),
		TEST(consents_open_what_is_no_file_is_damaged),
		TEST(consents_open_other_names_are_left_alone),
		TEST(consents_decide_unwritable_yes_does_not_hold_and_a_no_does),
		TEST(consents_decide_without_memory_never_says_yes),
		TEST(consents_open_without_memory_says_so),
		TEST(consents_decide_killed_leaves_a_whole_file),
	};

	return cmocka_run_group_tests_name("privacy/consents", tests, NULL, NULL);
}
