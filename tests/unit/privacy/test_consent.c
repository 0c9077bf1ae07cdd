/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/consent.h"

/* What one person may have said about one thing. */
enum said { NOTHING, NO, OLD_YES, YES, SAID };

enum source { OFF, ALL, HERE, LOWER, POLICY };

struct outcome {
	enum consent_reason reason;
	enum source level;
};

/* Without a lock: what was said for all, what was said here, what follows. NOTHING and NOTHING is
 * decided by damage and policy. */
static const struct outcome outcomes[SAID][SAID] = {
	[NOTHING][NO] = { CONSENT_SAID_NO_HERE, OFF },
	[NOTHING][OLD_YES] = { CONSENT_TEXT_CHANGED, OFF },
	[NOTHING][YES] = { CONSENT_SAID_YES_HERE, HERE },
	[NO][NOTHING] = { CONSENT_SAID_NO, OFF },
	[NO][NO] = { CONSENT_SAID_NO_HERE, OFF },
	[NO][OLD_YES] = { CONSENT_TEXT_CHANGED, OFF },
	[NO][YES] = { CONSENT_SAID_YES_HERE, HERE },
	[OLD_YES][NOTHING] = { CONSENT_TEXT_CHANGED, OFF },
	[OLD_YES][NO] = { CONSENT_SAID_NO_HERE, OFF },
	[OLD_YES][OLD_YES] = { CONSENT_TEXT_CHANGED, OFF },
	[OLD_YES][YES] = { CONSENT_SAID_YES_HERE, HERE },
	[YES][NOTHING] = { CONSENT_SAID_YES, ALL },
	[YES][NO] = { CONSENT_SAID_NO_HERE, OFF },
	[YES][OLD_YES] = { CONSENT_SAID_YES, LOWER },
	[YES][YES] = { CONSENT_SAID_YES_HERE, HERE },
};

static const struct outcome undecided[CONSENT_LOCKED][2] = {
	/* policy; damaged */
	[CONSENT_OPT_IN] = { { CONSENT_NEVER_ASKED, OFF }, { CONSENT_DAMAGED, OFF } },
	[CONSENT_OPT_OUT] = { { CONSENT_BY_POLICY, POLICY }, { CONSENT_DAMAGED, OFF } },
};

struct row {
	enum consent_policy policy;
	bool is_damaged;
	enum said all, here;
	enum tp_level all_level, here_level, level_max, level_default;
};

static void say(struct consent_decision *decisions, size_t *count, const char *target,
		enum said said, enum tp_level level)
{
	struct consent_decision *decision = &decisions[*count];

	if (said == NOTHING)
		return;
	memset(decision, 0, sizeof(*decision));
	snprintf(decision->target, sizeof(decision->target), "%s", target);
	decision->level = said == NO ? TP_LEVEL_OFF : level;
	decision->text_version = CONSENT_TEXT_VERSION - (said == OLD_YES);
	(*count)++;
}

static enum tp_level expected_level(const struct row *row, const struct outcome *outcome)
{
	static const enum tp_level off = TP_LEVEL_OFF;
	enum tp_level lower = row->all_level < row->here_level ? row->all_level : row->here_level;
	const enum tp_level levels[] = { [OFF] = off,
					 [ALL] = row->all_level,
					 [HERE] = row->here_level,
					 [LOWER] = lower,
					 [POLICY] = row->level_default };
	enum tp_level level = levels[outcome->level];

	return level < row->level_max ? level : row->level_max;
}

static void check(const struct row *row)
{
	static const struct outcome locked = { CONSENT_BY_LOCK, OFF };
	const struct consent_target target = { .name = "app",
					       .policy = row->policy,
					       .level_max = row->level_max,
					       .level_default = row->level_default };
	struct consent_decision decisions[4];
	const struct outcome *outcome = &outcomes[row->all][row->here];
	enum consent_reason reason = CONSENT_REASONS;
	enum tp_level level;
	size_t count = 0;

	if (row->all == NOTHING && row->here == NOTHING && row->policy != CONSENT_LOCKED)
		outcome = &undecided[row->policy][row->is_damaged];
	if (row->policy == CONSENT_LOCKED || row->level_max == TP_LEVEL_OFF)
		outcome = &locked;
	say(decisions, &count, "other", YES, TP_LEVEL_FULL); /* means nothing here */
	say(decisions, &count, "", row->all, row->all_level);
	say(decisions, &count, "app", row->here, row->here_level);
	say(decisions, &count, "ap", NO, TP_LEVEL_OFF); /* nor does this */
	level = consent_level(decisions, count, row->is_damaged, &target, &reason);
	if (level != expected_level(row, outcome) || reason != outcome->reason)
		fail_msg(
			"policy %d, damaged %d, all %d at %d, here %d at %d, limit %d, default %d: "
			"level %d '%s', not %d '%s'",
			row->policy, row->is_damaged, row->all, row->all_level, row->here,
			row->here_level, row->level_max, row->level_default, level,
			consent_reason_text(reason), expected_level(row, outcome),
			consent_reason_text(outcome->reason));
}

/* The @number-th combination of everything. Return: false behind the last. */
static bool combine(unsigned int number, struct row *out)
{
	const struct {
		unsigned int choices, first;
		int *digit;
	} wheels[] = {
		{ 3, CONSENT_OPT_IN, (int *)&out->policy },
		{ SAID, NOTHING, (int *)&out->all },
		{ SAID, NOTHING, (int *)&out->here },
		{ 3, TP_LEVEL_BASIC, (int *)&out->all_level },
		{ 3, TP_LEVEL_BASIC, (int *)&out->here_level },
		{ 4, TP_LEVEL_OFF, (int *)&out->level_max },
		{ 3, TP_LEVEL_BASIC, (int *)&out->level_default },
	};
	size_t i;

	for (i = 0; i < sizeof(wheels) / sizeof(wheels[0]); i++) {
		*wheels[i].digit = (int)(wheels[i].first + number % wheels[i].choices);
		number /= wheels[i].choices;
	}
	out->is_damaged = number % 2;
	return number < 2;
}

static void consent_level_is_as_the_table_says_in_every_combination(void **state)
{
	unsigned int number;
	struct row row;

	(void)state;
	for (number = 0; combine(number, &row); number++)
		check(&row);
	assert_int_equal(number, 3 * SAID * SAID * 3 * 3 * 4 * 3 * 2);
}

static void consent_level_no_for_all_ends_what_was_said_before(void **state)
{
	const struct consent_target target = { .name = "app",
					       .policy = CONSENT_OPT_OUT,
					       .level_max = TP_LEVEL_FULL,
					       .level_default = TP_LEVEL_FULL };
	struct consent_decision decisions[8];
	enum consent_reason reason;
	size_t count = 0;

	(void)state;
	say(decisions, &count, "app", YES, TP_LEVEL_FULL);
	say(decisions, &count, "", NO, TP_LEVEL_OFF);
	assert_int_equal(consent_level(decisions, count, false, &target, &reason), TP_LEVEL_OFF);
	assert_int_equal(reason, CONSENT_SAID_NO);
	say(decisions, &count, "", YES, TP_LEVEL_BASIC);
	assert_int_equal(consent_level(decisions, count, false, &target, &reason), TP_LEVEL_BASIC);
	assert_int_equal(reason, CONSENT_SAID_YES);
	say(decisions, &count, "app", NO, TP_LEVEL_OFF);
	say(decisions, &count, "", YES, TP_LEVEL_FULL); /* a yes for all keeps the no for one */
	assert_int_equal(consent_level(decisions, count, false, &target, &reason), TP_LEVEL_OFF);
	assert_int_equal(reason, CONSENT_SAID_NO_HERE);
	assert_int_equal(consent_level(decisions, count, false, &target, NULL), TP_LEVEL_OFF);
}

static void consent_is_in_force_until_a_later_one_replaces_it(void **state)
{
	struct consent_decision decisions[8];
	const bool expected[] = { false, false, false, true, true, true };
	size_t count = 0, i;

	(void)state;
	say(decisions, &count, "app", YES, TP_LEVEL_FULL);
	say(decisions, &count, "", NO, TP_LEVEL_OFF);
	say(decisions, &count, "app", YES, TP_LEVEL_FULL);
	say(decisions, &count, "", YES, TP_LEVEL_BASIC);
	say(decisions, &count, "app", NO, TP_LEVEL_FULL);
	say(decisions, &count, "other", YES, TP_LEVEL_FULL);
	for (i = 0; i < count; i++)
		if (consent_is_in_force(decisions, count, i) != expected[i])
			fail_msg("decision %zu", i);
}

static void consent_level_a_yes_to_a_later_text_is_none_to_this(void **state)
{
	const struct consent_target target = { .name = "app",
					       .policy = CONSENT_OPT_OUT,
					       .level_max = TP_LEVEL_FULL,
					       .level_default = TP_LEVEL_FULL };
	struct consent_decision decision = { .level = TP_LEVEL_FULL,
					     .text_version = CONSENT_TEXT_VERSION + 1 };
	enum consent_reason reason;

	(void)state;
	assert_int_equal(consent_level(&decision, 1, false, &target, &reason), TP_LEVEL_OFF);
	assert_int_equal(reason, CONSENT_TEXT_CHANGED);
}

static void consent_target_is_valid_for_identifiers_only(void **state)
{
	static const char *const good[] = { "a", "0", "sleep", "a.b", "a-b+c_d", "A1" };
	static const char *const bad[] = { "",	 ".a",	 "-a", "a/b", "a b",	  "..",
					   "_a", "a\nb", "*",  "a:b", "\303\244", "a\x7f" };
	char name[CONSENT_TARGET + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(consent_target_is_valid(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(consent_target_is_valid(bad[i]));
	memset(name, 'x', sizeof(name));
	name[CONSENT_TARGET] = '\0';
	assert_false(consent_target_is_valid(name));
	name[CONSENT_TARGET - 1] = '\0';
	assert_true(consent_target_is_valid(name));
}

static void consent_level_parse_knows_names_and_aliases(void **state)
{
	static const char *const bad[] = { "", "of", "Off", "fulll", "3", " full" };
	static const char *const aliases[] = { "minimal", "normal", "verbose" };
	enum tp_level level;
	size_t i;

	(void)state;
	for (i = 0; i <= TP_LEVEL_FULL; i++) {
		assert_int_equal(consent_level_parse(consent_level_name((enum tp_level)i), &level),
				 0);
		assert_int_equal(level, i);
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(consent_level_parse(aliases[i], &level), 0);
		assert_int_equal(level, TP_LEVEL_BASIC + i);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(consent_level_parse(bad[i], &level), -EINVAL);
	assert_string_equal(consent_level_name((enum tp_level)9), "unknown");
}

static void consent_policy_parse_knows_the_names(void **state)
{
	static const char *const bad[] = { "", "opt", "Opt-in", "opt-out ", "3" };
	enum consent_policy policy;
	size_t i;

	(void)state;
	for (i = 0; i <= CONSENT_LOCKED; i++) {
		assert_int_equal(
			consent_policy_parse(consent_policy_name((enum consent_policy)i), &policy),
			0);
		assert_int_equal(policy, i);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(consent_policy_parse(bad[i], &policy), -EINVAL);
	assert_string_equal(consent_policy_name((enum consent_policy)9), "unknown");
}

/* A yes for a time to all reaches back to the last no to all, past what was said of others. */
static void consent_is_marked_by_what_reaches_the_target(void **state)
{
	const struct consent_decision decisions[] = {
		{ .target = "a", .level = TP_LEVEL_FULL },
		{ .target = "", .level = TP_LEVEL_OFF },
		{ .target = "", .level = TP_LEVEL_BASIC },
		{ .target = "b", .level = TP_LEVEL_FULL },
		{ .target = "", .level = TP_LEVEL_FULL, .term = CONSENT_RUNS },
	};

	(void)state;
	assert_true(consent_is_marked(decisions, 5, "a")); /* what was said of it is over */
	assert_false(consent_is_marked(decisions, 5, "b"));
	assert_true(consent_is_marked(decisions, 5, "c"));
	assert_false(consent_is_marked(decisions, 4, "c"));
}

static void consent_reason_text_is_there_for_each(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < CONSENT_REASONS; i++)
		assert_non_null(consent_reason_text((enum consent_reason)i));
	assert_string_equal(consent_reason_text(CONSENT_REASONS), "unknown reason");
	assert_string_equal(consent_reason_text((enum consent_reason) - 1), "unknown reason");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consent_level_is_as_the_table_says_in_every_combination),
		cmocka_unit_test(consent_level_no_for_all_ends_what_was_said_before),
		cmocka_unit_test(consent_is_in_force_until_a_later_one_replaces_it),
		cmocka_unit_test(consent_level_a_yes_to_a_later_text_is_none_to_this),
		cmocka_unit_test(consent_target_is_valid_for_identifiers_only),
		cmocka_unit_test(consent_level_parse_knows_names_and_aliases),
		cmocka_unit_test(consent_policy_parse_knows_the_names),
		cmocka_unit_test(consent_is_marked_by_what_reaches_the_target),
		cmocka_unit_test(consent_reason_text_is_there_for_each),
	};

	return cmocka_run_group_tests_name("privacy/consent", tests, NULL, NULL);
}
