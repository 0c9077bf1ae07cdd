/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "privacy/consent.h"
#include "report/collected.h"
#include "report/explanation.h"
#include "service/config.h"
#include "unit/failing_memory.h"

/* BLAKE2b of every entry but the newest. Append only: people decided by them. */
static const char *const checksums[] = {
	[1] = "38c8a50b3b2bb3d195f5971c9a0d2a59",
	[2] = "f5137f11e094db605bca397080d3f835",
	[3] = "82ef70c2d2588de0020a73e0dce150b3",
	[4] = "263df5929601f278d9791855878a8f09",
};

static char *printed(const struct collected *collected, bool is_entry)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(collected_print(file, collected, is_entry), 0);
	fclose(file);
	return text;
}

/* As it is to stand in collected_versions.c. */
static void print_source(const struct collected *collected)
{
	char *text = printed(collected, true), *line = text, *end;

	fprintf(stderr, "\t[%d] =\n", CONSENT_TEXT_VERSION);
	for (; (end = strchr(line, '\n')); line = end + 1)
		fprintf(stderr, "\t\"%.*s\\n\"%s\n", (int)(end - line), line, end[1] ? "" : ",");
	free(text);
}

static struct collected_difference compared(const struct collected *before,
					    const struct collected *now)
{
	struct collected_difference difference;

	assert_int_equal(collected_compare(before, now, &difference), 0);
	return difference;
}

/* Whoever has more collected, or less, or at another level, asks everybody again. */
static void collected_now_is_what_the_newest_text_stands_for(void **state)
{
	struct collected_difference difference;
	struct collected now, newest;

	(void)state;
	assert_int_equal(collected_now(&now, COLLECTED_KEEP_DAYS), 0);
	if (collected_of_version(&newest, CONSENT_TEXT_VERSION, NULL)) {
		print_source(&now);
		fail_msg("collected_versions.c lacks [%d], see above", CONSENT_TEXT_VERSION);
	}
	difference = compared(&newest, &now);
	if (!collected_is_same(&difference)) {
		collected_difference_print(stderr, &difference);
		print_source(&now);
		fail_msg("something else is collected than text %d stands for: raise "
			 "CONSENT_TEXT_VERSION (privacy/consent.h) and append the entry above to "
			 "collected_versions.c",
			 CONSENT_TEXT_VERSION);
	}
	assert_null(collected_version_text(CONSENT_TEXT_VERSION + 1));
	collected_difference_clear(&difference);
	collected_clear(&newest);
	collected_clear(&now);
}

static void entries_of_earlier_texts_are_as_they_were(void **state)
{
	unsigned char sum[16];
	char text[2 * sizeof(sum) + 1];
	const char *entry;
	size_t i;

	(void)state;
	assert_int_equal(sizeof(checksums) / sizeof(checksums[0]), CONSENT_TEXT_VERSION);
	for (i = 1; i < CONSENT_TEXT_VERSION; i++) {
		entry = collected_version_text((uint32_t)i);
		assert_non_null(entry);
		crypto_generichash(sum, sizeof(sum), (const unsigned char *)entry, strlen(entry),
				   NULL, 0);
		sodium_bin2hex(text, sizeof(text), sum, sizeof(sum));
		assert_string_equal(text, checksums[i]);
	}
}

static void collected_keep_days_are_the_default_of_the_configuration(void **state)
{
	const struct config_key *key = config_keys();

	(void)state;
	while (key->name && strcmp(key->name, "retention_days") != 0)
		key++;
	assert_non_null(key->name);
	assert_int_equal(strtol(key->default_text, NULL, 10), COLLECTED_KEEP_DAYS);
}

static void collected_of_json_is_what_was_told(void **state)
{
	const struct explanation_keeping keeping = { .days = 30,
						     .own_days = 30,
						     .machine_days = 90 };
	struct collected_difference difference;
	cJSON *json = explanation_json(&keeping);
	struct collected now, told;

	(void)state;
	assert_non_null(json);
	assert_int_equal(collected_now(&now, 30), 0);
	assert_int_equal(collected_of_json(&told, json, NULL), 0);
	assert_int_equal(told.count, now.count);
	difference = compared(&told, &now);
	assert_true(collected_is_same(&difference));
	collected_difference_clear(&difference);
	collected_clear(&now);
	collected_clear(&told);
	cJSON_Delete(json);
}

static void collected_of_json_refuses_what_is_no_answer(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"3",
		"{\"events\":3}",
		"{\"events\":[3]}",
		"{\"events\":[{\"event_type\":\"tag\",\"level\":\"loud\",\"fields\":[\"key\"]}]}",
		"{\"events\":[{\"level\":\"full\",\"fields\":[\"key\"]}]}",
		"{\"events\":[{\"event_type\":\"tag\",\"level\":\"full\",\"fields\":[3]}]}",
		"{\"events\":[],\"totals\":[{}]}",
		"{\"events\":[{\"event_type\":\"tag\",\"level\":\"full\",\"fields\":"
		"[\"long-long-long-long-long-long-long-long-long-long\"]}]}",
	};
	struct collected collected;
	struct error error;
	cJSON *json;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json = cJSON_Parse(texts[i]);
		if (collected_of_json(&collected, json, &error) != -EINVAL)
			fail_msg("%s", texts[i]);
		collected_clear(&collected);
		cJSON_Delete(json);
	}
}

static void add(struct collected *collected, const char *event, const char *field, uint8_t level)
{
	struct collected_row row = { .level = level, .was = level };

	snprintf(row.event, sizeof(row.event), "%s", event);
	snprintf(row.field, sizeof(row.field), "%s", field);
	assert_int_equal(collected_add(collected, &row), 0);
}

static void expect_print(const struct collected_difference *difference, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(collected_difference_print(file, difference), 0);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
}

static void collected_compare_tells_each_way_to_differ(void **state)
{
	struct collected before = { .keep_days = 90 }, now = { .keep_days = 0 };
	struct collected_difference difference;
	cJSON *json;

	(void)state;
	add(&before, "tag", "key", TP_LEVEL_FULL);
	add(&before, "tag", "value", TP_LEVEL_ENHANCED);
	add(&before, "count", "name", TP_LEVEL_ENHANCED);
	add(&now, "tag", "key", TP_LEVEL_ENHANCED);
	add(&now, "tag", "value", TP_LEVEL_FULL);
	add(&now, "tag", "extra", TP_LEVEL_BASIC);
	add(&now, "mark", "extra", TP_LEVEL_BASIC);
	difference = compared(&before, &now);
	assert_false(collected_is_same(&difference));
	expect_print(&difference, "newly collected\n  basic tag mark: extra\n"
				  "collected at a lower level than before\n  enhanced tag: key\n"
				  "collected at a higher level than before\n  full tag: value\n"
				  "no longer collected\n  enhanced count: name\n"
				  "kept longer\n  for ever, before 90 days\n");
	json = collected_difference_json(&difference);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "added")), 2);
	assert_string_equal(
		cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "lower"), 0),
				    "level_before")
			->valuestring,
		"full");
	cJSON_Delete(json);
	collected_difference_clear(&difference);
	difference = compared(&now, &now);
	assert_true(collected_is_same(&difference));
	expect_print(&difference, "nothing else is collected, and nothing is kept longer\n");
	collected_difference_clear(&difference);
	before.keep_days = 1;
	now.keep_days = 90;
	difference = compared(&before, &before);
	difference.was_days = 90;
	expect_print(&difference, "kept shorter\n  1 day, before 90 days\n");
	collected_clear(&before);
	collected_clear(&now);
}

/* Text 1 collected nothing at level basic. */
static void collected_of_an_earlier_text_lacks_what_came_later(void **state)
{
	struct collected first, second;
	struct collected_difference difference;
	size_t i;

	(void)state;
	assert_int_equal(collected_of_version(&first, 1, NULL), 0);
	assert_int_equal(collected_of_version(&second, 2, NULL), 0);
	assert_int_equal(first.keep_days, 90);
	difference = compared(&first, &second);
	assert_int_equal(difference.added.count, 10);
	for (i = 0; i < difference.added.count; i++)
		assert_string_equal(difference.added.rows[i].event, "totals");
	assert_int_equal(difference.removed.count + difference.lower.count, 0);
	collected_difference_clear(&difference);
	collected_clear(&first);
	collected_clear(&second);
	assert_int_equal(collected_of_version(&first, 0, NULL), -ENOENT);
	assert_int_equal(collected_of_version(&first, UINT32_MAX, NULL), -ENOENT);
}

/* 0, or -ENOMEM of any of them. */
static int everything(FILE *out)
{
	struct collected first = { 0 }, now = { 0 };
	struct collected_difference difference = { 0 };
	cJSON *json = NULL;
	int ret = collected_of_version(&first, 1, NULL);

	if (!ret)
		ret = collected_now(&now, 90);
	if (!ret)
		ret = collected_compare(&first, &now, &difference);
	if (!ret)
		ret = collected_difference_print(out, &difference);
	if (!ret)
		json = collected_difference_json(&difference);
	if (!ret && !json)
		ret = -ENOMEM;
	cJSON_Delete(json);
	collected_difference_clear(&difference);
	collected_clear(&first);
	collected_clear(&now);
	return ret;
}

static void collected_without_memory_fails(void **state)
{
	long allowed, failures = 0;
	FILE *out;
	int ret;

	(void)state;
	if (!memory_can_fail())
		skip();
	out = fopen("/dev/null", "w");
	assert_non_null(out);
	fputc('x', out); /* its buffer is there from now on */
	for (allowed = 0;; allowed++) {
		memory_fail_after(allowed);
		ret = everything(out);
		if (!memory_has_failed())
			break;
		assert_int_equal(ret, -ENOMEM);
		failures++;
	}
	memory_fail_after(-1);
	assert_int_equal(ret, 0);
	assert_true(failures > 20);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collected_keep_days_are_the_default_of_the_configuration),
		cmocka_unit_test(collected_of_json_is_what_was_told),
		cmocka_unit_test(collected_of_json_refuses_what_is_no_answer),
		cmocka_unit_test(collected_compare_tells_each_way_to_differ),
		cmocka_unit_test(collected_of_an_earlier_text_lacks_what_came_later),
		cmocka_unit_test(collected_without_memory_fails),
		cmocka_unit_test(collected_now_is_what_the_newest_text_stands_for),
		cmocka_unit_test(entries_of_earlier_texts_are_as_they_were),
	};

	return cmocka_run_group_tests_name("report/collected", tests, NULL, NULL);
}
