/* SPDX-License-Identifier: GPL-2.0-only */
/* test_config_keys.c - the table of keys. */
#include "unit/privacy/directory.h"

#include "service/config.h"

static void config_keys_are_complete_rows(void **state)
{
	const struct config_key *key;

	(void)state;
	for (key = config_keys(); key->name; key++) {
		assert_true(key->type && key->help && (key->default_text || key->is_of_target));
		if (key->is_read_at_start != !!strstr(key->help, "Read when the service starts"))
			fail_msg("'%s': its row and its help differ on when it is read", key->name);
	}
	assert_int_equal(key - config_keys(), CONFIG_KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_keys_are_complete_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
