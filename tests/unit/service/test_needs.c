/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "service/needs.h"

static const struct needs_facts complete = {
	.kernel = { .has_types = true, .has_multi = true, .has_admin = true, .has_ring_fix = true },
	.has_landlock = true,
};

static void refused(struct needs_facts facts, enum capture_attach attach, const char *what,
		    const char *hint)
{
	struct error error = { 0 };
	struct needs needs = { 0 };

	assert_int_equal(needs_judge(&facts, attach, &needs, &error), -ENOTSUP);
	if (!strstr(error.what, what) || !strstr(error.hint, hint))
		fail_msg("'%s' and '%s'", error.what, error.hint);
	assert_int_equal(needs_judge(&facts, attach, &needs, NULL), -ENOTSUP);
}

static struct needs reduced(struct needs_facts facts, int count, const char *what)
{
	struct error error = { 0 };
	struct needs needs;
	int found = 0, i;

	if (needs_judge(&facts, CAPTURE_ATTACH_AUTO, &needs, &error))
		fail_msg("%s", error.what);
	for (i = 0; needs.reduced[i]; i++)
		found += strstr(needs.reduced[i], what) != NULL;
	assert_int_equal(i, count);
	assert_int_equal(found, count != 0);
	return needs;
}

static void needs_judge_complete_kernel_lacks_nothing(void **state)
{
	struct needs needs = reduced(complete, 0, "");

	(void)state;
	assert_false(needs.collector_is_root);
	assert_false(needs.may_lack_landlock);
}

static void needs_judge_without_types_is_refused(void **state)
{
	struct needs_facts facts = complete;

	(void)state;
	facts.kernel.has_types = false;
	refused(facts, CAPTURE_ATTACH_AUTO, "types (BTF)", "CONFIG_DEBUG_INFO_BTF");
}

static void needs_judge_confidential_kernel_is_refused(void **state)
{
	struct needs_facts facts = complete;

	(void)state;
	facts.kernel.is_confidential = true;
	refused(facts, CAPTURE_ATTACH_AUTO, "locked down", "lockdown=integrity");
}

static void needs_judge_without_landlock_is_reduced(void **state)
{
	struct needs_facts facts = complete;

	(void)state;
	facts.has_landlock = false;
	assert_true(reduced(facts, 1, "no Landlock").may_lack_landlock);
}

/* hazards: 2. Its own account would be no boundary; a domain of Landlock still is one against
 * mistakes, so without it there is nothing left. */
static void needs_judge_open_ring_makes_the_collector_root(void **state)
{
	struct needs_facts facts = complete;

	(void)state;
	facts.kernel.has_ring_fix = false;
	assert_true(reduced(facts, 1, "CVE-2024-41009").collector_is_root);
	facts.has_landlock = false;
	refused(facts, CAPTURE_ATTACH_AUTO, "CVE-2024-41009", "kernel update");
}

static void needs_judge_without_multi_a_helper_is_needed(void **state)
{
	struct needs_facts facts = complete;

	(void)state;
	facts.kernel.has_multi = false;
	reduced(facts, 1, "helper process");
	refused(facts, CAPTURE_ATTACH_MULTI, "'attach: multi'", "'attach: auto'");
	facts.kernel.has_admin = false;
	refused(facts, CAPTURE_ATTACH_AUTO, "CAP_SYS_ADMIN", "Linux 6.6");
}

static void needs_judge_perf_by_choice_needs_the_right(void **state)
{
	struct needs_facts facts = complete;
	struct needs needs;

	(void)state;
	assert_int_equal(needs_judge(&facts, CAPTURE_ATTACH_PERF, &needs, NULL), 0);
	facts.kernel.has_admin = false;
	assert_int_equal(needs_judge(&facts, CAPTURE_ATTACH_AUTO, &needs, NULL), 0);
	refused(facts, CAPTURE_ATTACH_PERF, "'attach: perf'", "'attach: auto'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_judge_complete_kernel_lacks_nothing),
		cmocka_unit_test(needs_judge_without_types_is_refused),
		cmocka_unit_test(needs_judge_confidential_kernel_is_refused),
		cmocka_unit_test(needs_judge_without_landlock_is_reduced),
		cmocka_unit_test(needs_judge_open_ring_makes_the_collector_root),
		cmocka_unit_test(needs_judge_without_multi_a_helper_is_needed),
		cmocka_unit_test(needs_judge_perf_by_choice_needs_the_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
