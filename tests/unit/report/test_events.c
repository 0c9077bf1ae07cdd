/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit/report/fixture.h"

#include "report/describe.h"
#include "report/event_json.h"
#include "report/export.h"
#include "report/metrics.h"
#include "report/recent.h"
#include "unit/failing_memory.h"

static int open_sample(void **state)
{
	static struct sample sample;

	sample_open(&sample, ":memory:", NOON_US);
	sample_fill(&sample, NOON_US);
	*state = sample.store;
	return 0;
}

static int close_sample(void **state)
{
	store_close(*state);
	return 0;
}

static void event_types_are_unique_and_found(void **state)
{
	struct event_type type, other;
	size_t i, k;

	(void)state;
	for (i = 0; (type = event_types_at(i)).name; i++) {
		assert_int_equal(event_type_find(type.name), type.type);
		for (k = 0; k < i; k++) {
			other = event_types_at(k);
			assert_string_not_equal(other.name, type.name);
		}
	}
	assert_true(i > 40 && i < 64); /* positions are bits of choice.types */
	assert_int_equal(event_type_find("command"), TP_NONE);
	assert_int_equal(event_type_find(""), TP_NONE);
}

static void event_type_of_tells_outcome_action_and_crash(void **state)
{
	static const struct {
		struct store_row row;
		const char *name;
	} cases[] = {
		{ { .type = TP_SPAN }, "command_executed" },
		{ { .type = TP_SPAN, .outcome = TP_OUTCOME_ABANDONED }, "command_abandoned" },
		{ { .type = TP_SPAN, .kind = TP_KIND_PHASE, .outcome = TP_OUTCOME_CANCELLED },
		  "phase_cancelled" },
		{ { .type = TP_FEATURE, .kind = 1 }, "feature_discovered" },
		{ { .type = TP_FEATURE, .name = { "help" } }, "feature_used" },
		{ { .type = TP_FEATURE, .kind = TP_FEATURE_OPTION, .name = { "help" } },
		  "help_viewed" },
		{ { .type = TP_FEATURE, .kind = TP_FEATURE_OPTION, .name = { "h" } },
		  "feature_used" },
		{ { .type = TP_FEATURE, .kind = TP_FEATURE_OPTION }, "feature_used" },
		{ { .type = TP_LIFECYCLE, .name = { "trial_started" } }, "trial_started" },
		{ { .type = TP_LIFECYCLE, .name = { "tag" } }, "lifecycle" },
		{ { .type = TP_LIFECYCLE }, "lifecycle" },
		{ { .type = TP_EXIT }, "process_exited" },
		{ { .type = TP_EXIT, .code = 11 << 8 }, "process_exited" },
		{ { .type = TP_EXIT, .code = SIGKILL }, "process_exited" },
		{ { .type = TP_EXIT, .code = SIGABRT }, "crash_detected" },
		{ { .type = TP_EXEC }, "unknown" }, /* no event */
		/* what no telprobe writes, but a damaged file may hold */
		{ { .type = TP_SPAN, .kind = 200 }, "unknown" },
		{ { .type = TP_SPAN, .outcome = 200 }, "unknown" },
		{ { .type = 200 }, "unknown" },
		{ { .type = TP_FEATURE, .kind = 200 }, "feature_used" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(event_type_of(&cases[i].row), cases[i].name);
}

static void event_endings_name_signals(void **state)
{
	static const struct {
		int32_t status;
		const char *text;
	} cases[] = {
		{ 0, "exit code 0" },
		{ 255 << 8, "exit code 255" },
		{ SIGTERM, "killed by SIGTERM" },
		{ SIGSEGV, "crashed with SIGSEGV" },
		{ 35, "killed by SIGRTMIN+1" },
		{ 33, "killed by signal 33" },
	};
	char text[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		event_ending_text(cases[i].status, text);
		assert_string_equal(text, cases[i].text);
	}
}

static int check_fields(const struct store_row *row, void *data)
{
	const struct event_type type = { event_type_of(row), row->type };
	cJSON *payload = event_payload(data, row);
	const struct event_field *field;
	const cJSON *item;
	size_t i;

	assert_non_null(payload);
	cJSON_ArrayForEach(item, payload)
	{
		for (i = 0; (field = event_fields_at(i)); i++)
			if (!strcmp(field->name, item->string))
				break;
		if (!field || !event_field_is_of(field, &type))
			fail_msg("%s has an undeclared '%s'", type.name, item->string);
	}
	cJSON_Delete(payload);
	return 0;
}

static void event_payloads_hold_declared_fields_only(void **state)
{
	const struct store_filter all = { 0 };

	assert_int_equal(store_each(*state, &all, check_fields, *state, NULL), 0);
}

static void describe_long_names_are_cut(void **state)
{
	char name[400], text[DESCRIBE_BYTES];
	const struct store_row row = { .type = TP_LIFECYCLE,
				       .name = { name, name, name, name, name } };

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	describe_event(&row, text);
	assert_int_equal(strlen(text), DESCRIBE_BYTES - 1);
}

/* Whatever is asked of the sample, with every allocation failing in turn: an error, or all of it. */
static int report(struct store *store, struct firewall *firewall, int which, FILE *out)
{
	const struct export_choice json = { .format = EXPORT_JSON }, csv = { .format = EXPORT_CSV };
	const struct choice all = { 0 };
	struct leaving leaving = { .store = store, .firewall = firewall };
	struct error error;
	struct metrics metrics;
	cJSON *object;
	int ret;

	if (which == 0)
		return export_events(&leaving, &json, out, &error) < 0;
	if (which == 1)
		return export_events(&leaving, &csv, out, &error) < 0;
	if (which == 2)
		return last_print(out, store, true, &error);
	if (which == 3)
		return recent_print(out, store, &all, 20, false, true, &error) < 0;
	ret = metrics_load(&metrics, &leaving, 1, NOON_US, &error);
	object = ret ? NULL : metrics_json(&metrics);
	if (object)
		fprintf(out, "%p", (void *)cJSON_GetObjectItem(object, "errors"));
	cJSON_Delete(object);
	metrics_clear(&metrics);
	return !object;
}

static void reports_without_memory_fail(void **state)
{
	struct firewall *firewall;
	long allowed, step, failures;
	FILE *out;
	int which, ret;

	if (!memory_can_fail())
		skip();
	out = fopen("/dev/null", "w");
	assert_non_null(out);
	fputc('x', out); /* its buffer is there from now on */
	assert_int_equal(firewall_new(NULL, &firewall, NULL), 0);
	for (which = 0; which < 5; which++) {
		assert_int_equal(report(*state, firewall, which, out), 0); /* names are known */
		failures = 0;
		for (allowed = 0, step = 1;; allowed += step) {
			memory_fail_after(allowed);
			ret = report(*state, firewall, which, out);
			if (!memory_has_failed())
				break;
			failures += ret != 0;
			if (!ret)
				fail_msg("report %d ignores failed allocation %ld", which, allowed);
			step = 1 + allowed / 50;
		}
		memory_fail_after(-1);
		assert_int_equal(ret, 0);
		assert_true(failures > 20);
	}
	firewall_free(firewall);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_types_are_unique_and_found),
		cmocka_unit_test(event_type_of_tells_outcome_action_and_crash),
		cmocka_unit_test(event_endings_name_signals),
		cmocka_unit_test(event_payloads_hold_declared_fields_only),
		cmocka_unit_test(describe_long_names_are_cut),
		cmocka_unit_test(reports_without_memory_fail),
	};

	return cmocka_run_group_tests(tests, open_sample, close_sample);
}
