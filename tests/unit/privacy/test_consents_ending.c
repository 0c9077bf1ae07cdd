/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>

#include "unit/privacy/directory.h"

#include "privacy/consent.h"
#include "unit/limit_files.h"

#define NOON_US	  1795176000000000ll /* 2026-11-20T12:00:00Z */
#define SECOND_US 1000000ll
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US	  (60 * MINUTE_US)
#define UPTIME_US (5 * HOUR_US) /* when it begins */

static const struct consent_target app = { "app", CONSENT_OPT_IN, TP_LEVEL_FULL, TP_LEVEL_OFF, 0 };
static const struct consent_target other = { "other", CONSENT_OPT_OUT, TP_LEVEL_FULL,
					     TP_LEVEL_BASIC, 0 };

/* @later_us of running time after the beginning; the date @apart_us ahead of what follows from that. */
static struct consent_now at(int64_t later_us, int64_t apart_us)
{
	return (struct consent_now){ .utc_us = NOON_US + later_us + apart_us,
				     .boot_us = UPTIME_US + later_us,
				     .boot = { 1 } };
}

/* The machine was started anew and runs for @boot_us. */
static struct consent_now anew(int64_t boot_us, int64_t utc_us)
{
	return (struct consent_now){ .utc_us = utc_us, .boot_us = boot_us, .boot = { 2 } };
}

static struct consents *reopen(struct directory *directory, struct consents *consents)
{
	consents_close(consents);
	if (consents_open(directory->path, &consents, &directory->error))
		fail_msg("%s", directory->error.what);
	return consents;
}

static int say(struct consents *consents, const char *target, enum tp_level level, int64_t for_us,
	       struct error *error)
{
	const struct consent_wish wish = { target, level, for_us, 0 };
	const struct consent_now now = at(0, 0);

	return consents_decide(consents, 1000, &wish, &now, error);
}

static struct consents *agreed(struct directory *directory, const char *target, int64_t for_us)
{
	struct consents *consents = reopen(directory, NULL);

	if (say(consents, target, TP_LEVEL_FULL, for_us, &directory->error))
		fail_msg("%s", directory->error.what);
	return consents;
}

static void count(uint32_t uid, void *data)
{
	assert_int_equal(uid, 1000);
	(*(int *)data)++;
}

/* Return: how many have ended; the time to the next end in *out_us. */
static int tick(struct consents *consents, struct consent_now now, int64_t *out_us)
{
	int ended = 0;
	int64_t next_us = consents_tick(consents, &now, count, &ended);

	if (out_us)
		*out_us = next_us;
	return ended;
}

static enum tp_level level_of(const struct consents *consents, const struct consent_target *target)
{
	return consents_level(consents, 1000, target, NULL);
}

static void assert_runs(const struct consents *consents)
{
	const struct consent_end *end = consents_end(consents, 1000, &app);

	assert_int_equal(level_of(consents, &app), TP_LEVEL_FULL);
	assert_non_null(end);
	assert_true(consents_is_marked(consents, 1000, "app"));
	assert_false(consents_owes(consents, 1000));
}

static void assert_ended(const struct consents *consents)
{
	enum consent_reason reason;

	assert_int_equal(consents_level(consents, 1000, &app, &reason), TP_LEVEL_OFF);
	assert_int_equal(reason, CONSENT_ENDED);
	assert_null(consents_end(consents, 1000, &app));
	assert_true(consents_is_marked(consents, 1000, "app")); /* what comes late goes, too */
	assert_true(consents_owes(consents, 1000));
}

static int last_term(const struct consent_decision *decision, void *data)
{
	*(enum consent_term *)data = decision->term;
	return 0;
}

static void a_yes_ends_at_its_time_and_is_paid_for(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = agreed(directory, "", HOUR_US);
	enum consent_term term = CONSENT_LASTING;
	int64_t next_us;

	assert_int_equal(tick(consents, at(0, 0), &next_us), 0);
	assert_int_equal(next_us, HOUR_US);
	assert_runs(consents);
	assert_int_equal(consents_end(consents, 1000, &app)->until_us, NOON_US + HOUR_US);
	assert_int_equal(tick(consents, at(HOUR_US - 1, 0), &next_us), 0);
	assert_int_equal(next_us, 1);
	consents = reopen(directory, consents);
	assert_runs(consents);
	assert_int_equal(tick(consents, at(HOUR_US, 0), &next_us), 1);
	assert_true(next_us == INT64_MAX);
	assert_ended(consents);
	consents = reopen(directory, consents);
	assert_ended(consents);
	assert_int_equal(tick(consents, at(HOUR_US, 0), NULL), 0); /* it was told */
	consents_paid(consents, 1000);
	consents_paid(consents, 1000); /* nothing more */
	consents_paid(consents, 1);    /* of nobody */
	consents = reopen(directory, consents);
	assert_false(consents_owes(consents, 1000));
	assert_false(consents_owes(consents, 1));
	assert_false(consents_is_marked(consents, 1000, "app"));
	assert_false(consents_is_marked(consents, 1, "app"));
	assert_null(consents_end(consents, 1, &app));
	assert_int_equal(level_of(consents, &app), TP_LEVEL_OFF);
	assert_int_equal(consents_each(consents, 1000, last_term, &term), 0);
	assert_int_equal(term, CONSENT_DELETED);
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, HOUR_US, NULL), 0); /* and again */
	consents_close(consents);
}

/* A step of the date, in either direction, and a sleep. */
static void the_date_cannot_make_it_longer(void **state)
{
	static const int64_t steps_us[] = { -10 * 365 * 24 * HOUR_US, -24 * HOUR_US, -MINUTE_US };
	struct directory *directory = *state;
	struct consents *consents;
	size_t i;

	for (i = 0; i < sizeof(steps_us) / sizeof(steps_us[0]); i++) {
		consents = agreed(directory, "", HOUR_US);
		assert_int_equal(tick(consents, at(HOUR_US / 2, steps_us[i]), NULL), 0);
		consents = reopen(directory, consents); /* the same boot: its clock goes on */
		assert_int_equal(tick(consents, at(HOUR_US - 1, steps_us[i]), NULL), 0);
		assert_int_equal(tick(consents, at(HOUR_US, steps_us[i]), NULL), 1);
		consents_paid(consents, 1000);
		consents_close(consents);
	}
	consents = agreed(directory, "", HOUR_US);
	assert_int_equal(tick(consents, at(0, HOUR_US), NULL), 1); /* ahead: shorter */
	consents_paid(consents, 1000);
	consents_close(consents);
}

static void a_restart_of_the_machine_takes_the_date_for_true_unless_it_went_back(void **state)
{
	struct directory *directory = *state;
	static const struct {
		int64_t boot_us, utc_us; /* of the new start, when the service looks first */
		int64_t left_us;	 /* 0: it has ended */
	} cases[] = {
		{ MINUTE_US, NOON_US + 40 * MINUTE_US, 20 * MINUTE_US },
		{ MINUTE_US, NOON_US + HOUR_US, 0 },
		{ MINUTE_US, NOON_US + 100 * 24 * HOUR_US, 0 },
		{ MINUTE_US, NOON_US + 30 * MINUTE_US, 28 * MINUTE_US }, /* less what is ahead */
		{ MINUTE_US, NOON_US + 29 * MINUTE_US, 0 },		 /* set back */
		{ MINUTE_US, NOON_US - 24 * HOUR_US, 0 },
		{ MINUTE_US, 0, 0 },
		{ HOUR_US, NOON_US + 40 * MINUTE_US, 0 }, /* has run longer than was left */
	};
	struct consents *consents;
	int64_t left_us;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		consents = agreed(directory, "", HOUR_US);
		for (left_us = 0; left_us <= 30 * MINUTE_US; left_us += 10 * SECOND_US)
			assert_int_equal(tick(consents, at(left_us, 0), NULL), 0);
		consents = reopen(directory, consents);
		if (tick(consents, anew(cases[i].boot_us, cases[i].utc_us), &left_us) !=
		    !cases[i].left_us)
			fail_msg("case %zu", i);
		if (cases[i].left_us && left_us != cases[i].left_us)
			fail_msg("case %zu: %" PRId64 " s", i, left_us / SECOND_US);
		consents_paid(consents, 1000);
		assert_int_equal(say(consents, "", TP_LEVEL_OFF, 0, NULL), 0);
		consents_paid(consents, 1000);
		consents_close(consents);
	}
}

/* However often the machine starts anew with whatever date: never more running time than agreed to. */
static void restarts_and_dates_never_add_up_to_more(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = agreed(directory, "", HOUR_US);
	struct consent_now now = at(0, 0);
	int64_t ran_us = 0, up_us;
	uint8_t boot;

	for (boot = 2; boot < 200; boot++) {
		for (up_us = 0; up_us < 7 * MINUTE_US; up_us += 10 * SECOND_US) {
			if (tick(consents, now, NULL))
				goto ended;
			now.boot_us += 10 * SECOND_US;
			ran_us += 10 * SECOND_US;
		}
		now.boot[0] = boot;
		now.boot_us = 0;
		consents = reopen(directory, consents);
	}
ended:
	assert_true(ran_us <= HOUR_US);
	assert_true(ran_us > HOUR_US / 2); /* and not much less */
	assert_ended(consents);
	consents_close(consents);
}

static void a_yes_whose_end_cannot_be_kept_ends(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = agreed(directory, "", HOUR_US);

	limit_files(10);
	assert_int_equal(tick(consents, at(45 * SECOND_US, 0), NULL), 0);
	assert_int_equal(tick(consents, at(MINUTE_US + 1, 0), NULL), 1);
	assert_ended(consents);
	consents_paid(consents, 1000);
	assert_int_equal(level_of(consents, &app), TP_LEVEL_OFF);
	limit_files(RLIM_INFINITY);
	signal(SIGXFSZ, SIG_DFL);
	consents = reopen(directory, consents); /* which knows less, and comes to the same */
	assert_int_equal(tick(consents, at(HOUR_US, 0), NULL), 1);
	assert_ended(consents);
	consents_close(consents);
}

static void a_no_ends_it_at_once(void **state)
{
	static const struct {
		const char *yes, *no;
		bool is_ended;
	} cases[] = { { "", "", true },
		      { "app", "app", true },
		      { "app", "", true },
		      { "app", "other", false },
		      { "", "other", false } };
	struct directory *directory = *state;
	struct consents *consents;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		consents = agreed(directory, cases[i].yes, HOUR_US);
		assert_int_equal(say(consents, cases[i].no, TP_LEVEL_OFF, 0, NULL), 0);
		if (consents_owes(consents, 1000) != cases[i].is_ended)
			fail_msg("case %zu", i);
		assert_int_equal(level_of(consents, &app),
				 cases[i].is_ended ? TP_LEVEL_OFF : TP_LEVEL_FULL);
		assert_true(consents_is_marked(consents, 1000, "app"));
		assert_false(consents_is_marked(consents, 1000, "other") && !cases[i].is_ended);
		consents_paid(consents, 1000);
		assert_int_equal(say(consents, "", TP_LEVEL_OFF, 0, NULL), 0);
		consents_paid(consents, 1000);
		consents_close(consents);
	}
}

static void other_words_about_the_same_are_refused(void **state)
{
	struct directory *directory = *state;
	struct error *error = &directory->error;
	struct consents *consents = agreed(directory, "app", HOUR_US);
	int64_t next_us;

	assert_int_equal(say(consents, "app", TP_LEVEL_FULL, 0, error), -EBUSY);
	assert_non_null(strstr(error->what, "your yes to app ends by itself at 2026-11-20T13:00"));
	assert_non_null(strstr(error->hint, "telprobe disable --target app"));
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, HOUR_US, error), -EBUSY);
	assert_int_equal(say(consents, "other", TP_LEVEL_FULL, HOUR_US, error), -EBUSY);
	assert_runs(consents);
	assert_int_equal(say(consents, "app", TP_LEVEL_BASIC, 2 * HOUR_US, error), 0);
	assert_int_equal(level_of(consents, &app), TP_LEVEL_BASIC);
	assert_int_equal(tick(consents, at(HOUR_US, 0), &next_us), 0); /* the last one counts */
	assert_int_equal(next_us, HOUR_US);
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, 0, error), 0);
	assert_int_equal(level_of(consents, &app), TP_LEVEL_BASIC);
	assert_int_equal(level_of(consents, &other), TP_LEVEL_FULL);
	assert_true(consents_is_marked(consents, 1000, "app"));
	assert_false(consents_is_marked(consents, 1000, "other"));
	assert_int_equal(tick(consents, at(2 * HOUR_US, 0), NULL), 1);
	assert_ended(consents); /* off, also where another yes would reach it */
	assert_int_equal(level_of(consents, &other), TP_LEVEL_FULL);
	assert_int_equal(say(consents, "app", TP_LEVEL_FULL, 0, error), -EBUSY);
	assert_non_null(strstr(error->what, "just being deleted"));
	consents_paid(consents, 1000);
	assert_int_equal(say(consents, "app", TP_LEVEL_FULL, 0, error), 0);
	assert_false(consents_is_marked(consents, 1000, "app"));
	consents_close(consents);
}

static void for_all_it_leaves_out_what_was_decided_alone(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);
	struct error *error = &directory->error;

	assert_int_equal(say(consents, "other", TP_LEVEL_BASIC, 0, error), 0);
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, HOUR_US, error), 0);
	assert_runs(consents);
	assert_null(consents_end(consents, 1000, &other));
	assert_false(consents_is_marked(consents, 1000, "other"));
	assert_int_equal(tick(consents, at(HOUR_US, 0), NULL), 1);
	assert_ended(consents);
	assert_int_equal(level_of(consents, &other), TP_LEVEL_BASIC);
	assert_false(consents_is_marked(consents, 1000, "other"));
	consents_paid(consents, 1000);
	assert_int_equal(say(consents, "", TP_LEVEL_OFF, 0, error), 0);
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, HOUR_US, error), 0);
	assert_true(consents_is_marked(consents, 1000, "other")); /* a no for all is between */
	assert_non_null(consents_end(consents, 1000, &other));
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, 0, error), -EBUSY);
	assert_non_null(strstr(error->what, "your yes to everything ends"));
	consents_close(consents);
}

static void a_time_that_is_none_is_refused(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = reopen(directory, NULL);

	assert_int_equal(say(consents, "", TP_LEVEL_FULL, -1, &directory->error), -EINVAL);
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, CONSENT_FOR_MAX_US + 1, NULL), -EINVAL);
	assert_int_equal(say(consents, "", TP_LEVEL_OFF, 1, NULL), -EINVAL);
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, CONSENT_FOR_MAX_US, NULL), 0);
	consents_close(consents);
}

/* Who knows what was collected under a yes that nobody can read any more? It is deleted. */
static void a_damaged_decision_owes_what_it_may_have_collected(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = agreed(directory, "", HOUR_US);

	consents_close(consents);
	directory_write(directory, "1000", "x", 1);
	assert_int_equal(consents_open(directory->path, &consents, NULL), -EBADMSG);
	assert_true(consents_owes(consents, 1000));
	assert_int_equal(say(consents, "", TP_LEVEL_FULL, HOUR_US, NULL), -EBUSY);
	consents_paid(consents, 1000);
	assert_false(consents_owes(consents, 1000));
	assert_int_equal(say(consents, "app", TP_LEVEL_FULL, HOUR_US, NULL), 0);
	assert_runs(consents);
	assert_false(consents_is_marked(consents, 1000, "other")); /* what was lost is no yes */
	consents_close(consents);
}

/* The one that runs is needed, however many decisions come after it. */
static void a_full_list_never_forgets_the_end(void **state)
{
	struct directory *directory = *state;
	struct consents *consents = agreed(directory, "app", HOUR_US);
	int i;

	assert_int_equal(say(consents, "app", TP_LEVEL_FULL, 2 * HOUR_US, NULL), 0);
	for (i = 0; i < 2 * CONSENT_DECISIONS; i++)
		assert_int_equal(say(consents, "", TP_LEVEL_BASIC + (i & 1), 0, NULL), 0);
	consents = reopen(directory, consents);
	assert_int_equal(tick(consents, at(2 * HOUR_US, 0), NULL), 1);
	for (i = 0; i < 2 * CONSENT_DECISIONS; i++)
		assert_int_equal(say(consents, "", TP_LEVEL_OFF, 0, NULL), 0);
	assert_true(consents_owes(consents, 1000));
	consents_close(consents);
}

static void names_of_terms(void **state)
{
	(void)state;
	assert_string_equal(consent_term_name(CONSENT_RUNS), "runs");
	assert_string_equal(consent_term_name(CONSENT_TERMS), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_yes_ends_at_its_time_and_is_paid_for),
		TEST(the_date_cannot_make_it_longer),
		TEST(a_restart_of_the_machine_takes_the_date_for_true_unless_it_went_back),
		TEST(restarts_and_dates_never_add_up_to_more),
		TEST(a_yes_whose_end_cannot_be_kept_ends),
		TEST(a_no_ends_it_at_once),
		TEST(other_words_about_the_same_are_refused),
		TEST(for_all_it_leaves_out_what_was_decided_alone),
		TEST(a_time_that_is_none_is_refused),
		TEST(a_damaged_decision_owes_what_it_may_have_collected),
		TEST(a_full_list_never_forgets_the_end),
		TEST(names_of_terms),
	};

	return cmocka_run_group_tests_name("privacy/consents_ending", tests, NULL, NULL);
}
