/* SPDX-License-Identifier: GPL-2.0-only */
/* test_governor.c - when probes are taken away because they cost too much. The clock is ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/governor.h"

enum { MIDDLE = UINT32_MAX / 2, MS = 1000000 };

#define ALLOWED 0.25

struct machine { /* a program whose probes cost a share of a processor while they are there */
	struct governor governor;
	int64_t now_ms, seen_ms;
	double share;
	bool is_attached;
};

/* As the supervisor does: whenever something is due. */
static enum governor_act turn(struct machine *machine, uint32_t chance)
{
	int64_t due_ms = machine->governor.due_ms ? machine->governor.due_ms : 1;
	int64_t passed_ms = due_ms - machine->now_ms;
	int64_t cost_ns =
		machine->is_attached ? (int64_t)((double)passed_ms * MS * machine->share) : 0;
	enum governor_act act;

	machine->now_ms = due_ms;
	if (machine->is_attached)
		machine->seen_ms += passed_ms;
	act = governor_look(&machine->governor, machine->now_ms, cost_ns, ALLOWED, chance);
	if (act == GOVERNOR_REST || act == GOVERNOR_ROUSE)
		machine->is_attached = act == GOVERNOR_ROUSE;
	return act;
}

static enum governor_act next_act(struct machine *machine, uint32_t chance, int most)
{
	enum governor_act act = GOVERNOR_NOTHING;

	while (act == GOVERNOR_NOTHING && most--)
		act = turn(machine, chance);
	return act;
}

static void governor_look_what_is_cheap_stays(void **state)
{
	struct machine machine = { .share = ALLOWED, .is_attached = true };

	(void)state;
	assert_int_equal(next_act(&machine, MIDDLE, 1000), GOVERNOR_NOTHING);
	assert_float_equal(governor_factor(&machine.governor, machine.now_ms), 1, 1e-9);
}

static void governor_look_one_dear_look_is_none(void **state)
{
	struct machine machine = { .share = 0.9, .is_attached = true };

	(void)state;
	for (int i = 0; i < 100; i++) {
		machine.share = i % 2 ? 0.9 : 0.1;
		assert_int_equal(turn(&machine, MIDDLE), GOVERNOR_NOTHING);
	}
}

static void governor_look_dear_for_ten_seconds_rests(void **state)
{
	struct machine machine = { .share = 0.9, .is_attached = true };

	(void)state;
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_REST);
	assert_int_equal(machine.now_ms, 1 + 2 * GOVERNOR_LOOK_MS);
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_ROUSE);
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_REST);
}

/* Whatever chance says, over a long time it costs what is allowed, and the factor is what it is. */
static void governor_look_mean_is_what_is_allowed(void **state)
{
	static const double shares[] = { 0.26, 0.5, 1, 2, 12 };
	uint32_t chance = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		struct machine machine = { .share = shares[i], .is_attached = true };
		int64_t began_ms, seen_ms;
		double mean, passed_ms;

		assert_int_equal(next_act(&machine, chance, 10), GOVERNOR_REST);
		began_ms = machine.now_ms;
		seen_ms = machine.seen_ms;
		for (int k = 0; k < 20001; k++) {
			chance = chance * 1664525u + 1013904223u; /* Numerical Recipes, ranqd1 */
			assert_int_not_equal(next_act(&machine, chance, 3), GOVERNOR_RELEASE);
		}
		passed_ms = (double)(machine.now_ms - began_ms);
		seen_ms = machine.seen_ms - seen_ms;
		mean = (double)seen_ms * machine.share / passed_ms;
		assert_true(mean > 0.95 * ALLOWED && mean < 1.05 * ALLOWED);
		assert_float_equal(governor_factor(&machine.governor, machine.now_ms),
				   passed_ms / (double)seen_ms, 0.001);
	}
}

static void governor_look_rests_differ_by_chance(void **state)
{
	struct machine least = { .share = 1, .is_attached = true }, most = least;

	(void)state;
	assert_int_equal(next_act(&least, 0, 10), GOVERNOR_REST);
	assert_int_equal(next_act(&most, UINT32_MAX, 10), GOVERNOR_REST);
	assert_int_equal(least.governor.due_ms - least.now_ms, 1501); /* 3 s by half */
	assert_int_equal(most.governor.due_ms - most.now_ms, 4501);
}

static void governor_look_no_rest_is_without_end(void **state)
{
	struct machine machine = { .share = 1e9, .is_attached = true };

	(void)state;
	assert_int_equal(next_act(&machine, UINT32_MAX, 10), GOVERNOR_REST);
	assert_int_equal(machine.governor.due_ms - machine.now_ms, 1.5 * GOVERNOR_REST_MS + 1);
}

static void governor_look_two_cheap_windows_end_it(void **state)
{
	struct machine machine = { .share = 2, .is_attached = true };

	(void)state;
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_REST);
	assert_true(governor_factor(&machine.governor, machine.now_ms) >= 1);
	machine.share = 0.1;
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_ROUSE);
	assert_int_equal(turn(&machine, MIDDLE), GOVERNOR_NOTHING);
	machine.share = 2; /* once more: it begins anew */
	assert_int_equal(turn(&machine, MIDDLE), GOVERNOR_REST);
	machine.share = 0.1;
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_ROUSE);
	assert_int_equal(turn(&machine, MIDDLE), GOVERNOR_NOTHING);
	assert_int_equal(turn(&machine, MIDDLE), GOVERNOR_RELEASE);
	assert_false(machine.governor.is_governed);
	assert_float_equal(governor_factor(&machine.governor, machine.now_ms), 1, 1e-9);
	assert_int_equal(next_act(&machine, MIDDLE, 1000), GOVERNOR_NOTHING);
}

static void governor_look_before_it_is_due_changes_nothing(void **state)
{
	struct machine machine = { .share = 2, .is_attached = true };
	struct governor before;

	(void)state;
	assert_int_equal(next_act(&machine, MIDDLE, 10), GOVERNOR_REST);
	before = machine.governor;
	assert_int_equal(governor_look(&machine.governor, before.due_ms - 1, 1000, ALLOWED, 5),
			 GOVERNOR_NOTHING);
	assert_memory_equal(&before, &machine.governor, sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(governor_look_what_is_cheap_stays),
		cmocka_unit_test(governor_look_one_dear_look_is_none),
		cmocka_unit_test(governor_look_dear_for_ten_seconds_rests),
		cmocka_unit_test(governor_look_mean_is_what_is_allowed),
		cmocka_unit_test(governor_look_rests_differ_by_chance),
		cmocka_unit_test(governor_look_no_rest_is_without_end),
		cmocka_unit_test(governor_look_two_cheap_windows_end_it),
		cmocka_unit_test(governor_look_before_it_is_due_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
