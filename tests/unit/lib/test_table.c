/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/table.h"
#include "unit/failing_memory.h"

enum { KEYS = 500, STEPS = 200000 };

static uint32_t random_below(uint32_t limit)
{
	static uint32_t state = 12345;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % limit;
}

static void assert_same(const struct table *table, const uint32_t *model)
{
	uint32_t key, *value;
	size_t present = 0;

	for (key = 0; key < KEYS; key++) {
		value = table_find(table, &key);
		present += model[key] != 0;
		if (!model[key])
			assert_null(value);
		else
			assert_int_equal(*value, model[key]);
	}
	assert_int_equal(table->count, present);
}

static void table_does_what_an_array_does(void **state)
{
	uint32_t model[KEYS] = { 0 }, key, *value;
	struct table table;
	int i;

	(void)state;
	table_init(&table, sizeof(key), sizeof(*value), KEYS);
	for (i = 1; i <= STEPS; i++) {
		key = random_below(KEYS);
		if (random_below(2)) {
			table_remove(&table, &key);
			model[key] = 0;
		} else {
			value = table_add(&table, &key);
			assert_non_null(value);
			assert_int_equal(*value, model[key]); /* new ones are zeroed */
			*value = model[key] = (uint32_t)i;
		}
		if (i % 10000 == 0)
			assert_same(&table, model);
	}
	table_clear(&table);
}

static void table_next_tells_each_entry_once(void **state)
{
	bool seen[KEYS] = { false };
	struct table table;
	size_t position = 0, count = 0;
	const void *key;
	uint32_t i;

	(void)state;
	table_init(&table, sizeof(i), sizeof(i), KEYS);
	for (i = 0; i < KEYS; i++)
		*(uint32_t *)table_add(&table, &i) = i;
	while (table_next(&table, &position, &key)) {
		memcpy(&i, key, sizeof(i));
		assert_false(seen[i]);
		seen[i] = true;
		count++;
	}
	assert_int_equal(count, KEYS);
	table_clear(&table);
	position = 0;
	assert_null(table_next(&table, &position, NULL));
}

static void table_at_its_limit_takes_no_more(void **state)
{
	struct table table;
	uint32_t key;

	(void)state;
	table_init(&table, sizeof(key), 0, 100);
	for (key = 0; key < 100; key++)
		assert_non_null(table_add(&table, &key));
	assert_null(table_add(&table, &key));
	assert_null(table_find(&table, &key));
	key = 50;
	assert_non_null(table_add(&table, &key)); /* known ones are found */
	table_clear(&table);
	assert_non_null(table_add(&table, &key));
	table_clear(&table);
}

static void table_without_memory_stays_as_it_was(void **state)
{
	struct table table;
	uint32_t key, kept;

	(void)state;
	if (!memory_can_fail())
		skip();
	table_init(&table, sizeof(key), sizeof(key), 1000);
	memory_fail_after(0);
	key = 0;
	assert_null(table_add(&table, &key));
	memory_fail_after(2);
	while (table_add(&table, &key))
		key++;
	memory_fail_after(-1);
	assert_true(key > 0);
	for (kept = 0; kept < key; kept++)
		assert_non_null(table_find(&table, &kept));
	assert_non_null(table_add(&table, &key)); /* and goes on when there is some again */
	table_clear(&table);
}

static void table_tells_long_keys_apart_by_each_byte(void **state)
{
	unsigned char key[40] = { 0 };
	struct table table;
	size_t i;

	(void)state;
	table_init(&table, sizeof(key), sizeof(uint64_t), 1000);
	for (i = 0; i < sizeof(key); i++) {
		key[i] = 1;
		assert_null(table_find(&table, key));
		*(uint64_t *)table_add(&table, key) = i;
		key[i] = 0;
	}
	assert_int_equal(table.count, sizeof(key));
	for (i = 0; i < sizeof(key); i++) {
		key[i] = 1;
		assert_int_equal(*(uint64_t *)table_find(&table, key), i);
		key[i] = 0;
	}
	table_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_does_what_an_array_does),
		cmocka_unit_test(table_next_tells_each_entry_once),
		cmocka_unit_test(table_at_its_limit_takes_no_more),
		cmocka_unit_test(table_without_memory_stays_as_it_was),
		cmocka_unit_test(table_tells_long_keys_apart_by_each_byte),
	};

	return cmocka_run_group_tests_name("lib/table", tests, NULL, NULL);
}
