/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/config_name.h"

static const struct {
	const char *typed;
	bool is_of_target;
	const char *key;  /* NULL: there is none, and */
	const char *hint; /* the hint holds this */
} rows[] = {
	{ "enabled", false, "enabled", NULL },
	{ "telemetry.enabled", false, "enabled", NULL },
	{ "telprobe.ring_mb", false, "ring_mb", NULL },
	{ "telemetry.privacy.enabled", false, "enabled", NULL },
	{ "policy", true, "policy", NULL },
	{ "telemetry.air_gapped", false, NULL, "nothing leaves this machine" },
	{ "endpoint", false, NULL, "nothing leaves this machine" },
	{ "telemetry.level", false, NULL, "'level_max'" },
	{ "policy", false, NULL, "--target NAME" },
	{ "ring_mb", true, NULL, "leave --target away" },
	{ "telemetry.ringmb", false, NULL, "did you mean 'ring_mb'" },
	{ "zzzzzz", false, NULL, "'telprobe config explain' lists them" },
	{ "", false, NULL, "lists them" },
};

static void config_name_find_leads_others_names_to_ours(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { 0 };
		const struct config_key *key =
			config_name_find(rows[i].typed, rows[i].is_of_target, &error);

		if (rows[i].key && (!key || strcmp(key->name, rows[i].key) != 0 ||
				    key->is_of_target != rows[i].is_of_target))
			fail_msg("'%s' is %s", rows[i].typed, key ? key->name : error.what);
		if (!rows[i].key && (key || !strstr(error.hint, rows[i].hint)))
			fail_msg("'%s': %s", rows[i].typed, key ? key->name : error.hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_name_find_leads_others_names_to_ours),
	};

	return cmocka_run_group_tests_name("cli/config_name", tests, NULL, NULL);
}
