/* SPDX-License-Identifier: GPL-2.0-only */
/* A database whose writer asked no firewall: what leaves is judged all the same. */
#include "unit/report/fixture.h"

#include "report/export.h"
#include "report/leaving.h"
#include "report/metrics.h"

enum { HEARD = 8 };

struct world {
	struct sample sample;
	struct firewall *firewall;
	struct leaving leaving;
	struct error error;
	int heard;
	char texts[HEARD][7][80];
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct firewall_options options;

	if (!world)
		return -1;
	firewall_options_init(&options);
	assert_int_equal(text_list_add(&options.patterns, "^acme-", 6), 0);
	assert_int_equal(text_list_add(&options.ignores, "noise*", 6), 0);
	assert_int_equal(text_list_add(&options.domains, "example.org", 11), 0);
	assert_int_equal(firewall_new(&options, &world->firewall, NULL), 0);
	firewall_options_clear(&options);
	sample_open(&world->sample, ":memory:", NOON_US);
	sample_process(&world->sample, "demo-app", "1.0");
	world->leaving =
		(struct leaving){ .store = world->sample.store, .firewall = world->firewall };
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	store_close(world->sample.store);
	firewall_free(world->firewall);
	free(world);
	return 0;
}

static int hear(const struct store_row *row, void *data)
{
	struct world *world = data;
	const char *texts[] = { row->app,     row->version, row->name[0], row->name[1],
				row->name[2], row->name[3], row->name[4] };
	int i;

	assert_true(world->heard < HEARD);
	for (i = 0; i < 7; i++)
		snprintf(world->texts[world->heard][i], 80, "%s", texts[i] ? texts[i] : "-");
	world->heard++;
	return 0;
}

static void hear_all(struct world *world)
{
	const struct store_filter all = { 0 };

	sample_commit(&world->sample);
	assert_int_equal(leaving_each(&world->leaving, &all, hear, world, &world->error), 0);
}

static void leaving_each_replaces_what_may_not_leave(void **state)
{
	struct world *world = *state;

	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_LIFECYCLE,
					  .name = { "install", "me@example.org", "10.1.2.3",
						    "two words", "acme-customer" } });
	sample_process(&world->sample, "/home/anna/app", "4111 1111 1111 1111");
	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_COUNT, .name = { "noise.one" } });
	hear_all(world);
	assert_int_equal(world->heard, 2);
	assert_string_equal(world->texts[0][0], "demo-app");
	assert_string_equal(world->texts[0][1], "1.0");
	assert_string_equal(world->texts[0][2], "install");
	assert_string_equal(world->texts[0][3], "[EMAIL]");
	assert_string_equal(world->texts[0][4], "[IP]");
	assert_string_equal(world->texts[0][5], "[REDACTED]");
	assert_string_equal(world->texts[0][6], "[REDACTED]"); /* this machine's own pattern */
	assert_string_equal(world->texts[1][0], "[USER_PATH]");
	assert_string_equal(world->texts[1][1], "[CARD]");
	assert_string_equal(world->texts[1][2], "[IGNORED]");
	assert_string_equal(world->texts[1][3], "-");
	assert_int_equal(world->leaving.replaced, 7);
}

static void leaving_each_passes_placeholders_and_names(void **state)
{
	struct world *world = *state;

	sample_add(&world->sample, (struct sample_event){ .type = TP_SPAN,
							  .name = { "[OTHER]", "[UNDECLARED]",
								    "[EMAIL]", "timeout" } });
	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_SPAN, .name = { "[ANNA]", "example.org" } });
	hear_all(world);
	assert_string_equal(world->texts[0][2], "[OTHER]");
	assert_string_equal(world->texts[0][3], "[UNDECLARED]");
	assert_string_equal(world->texts[0][4], "[EMAIL]");
	assert_string_equal(world->texts[0][5], "timeout");
	assert_string_equal(world->texts[1][2], "[REDACTED]");
	assert_string_equal(world->texts[1][3], "example.org"); /* it may be told */
	assert_int_equal(world->leaving.replaced, 1);
}

static void leaving_each_value_of_a_sensitive_tag_is_hidden(void **state)
{
	struct world *world = *state;

	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_TAG, .name = { "user.email", "anna" } });
	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_TAG, .name = { "model", "small" } });
	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_FEATURE, .name = { "user.email", "menu" } });
	hear_all(world);
	assert_string_equal(world->texts[0][2], "[REDACTED]");
	assert_string_equal(world->texts[0][3], "[REDACTED]");
	assert_string_equal(world->texts[1][3], "small");
	assert_string_equal(world->texts[2][3], "menu");
}

/* More than the firewall remembers: their texts are the row's. */
static void leaving_each_without_room_to_remember(void **state)
{
	struct world *world = *state;
	char text[32];
	int i;

	for (i = 0; i < 66000; i++) {
		snprintf(text, sizeof(text), "name.%d", i);
		firewall_check(world->firewall, FIREWALL_NAME, FIREWALL_CONSTANT, text);
	}
	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_LIFECYCLE,
					  .name = { "one", "two", "three", "four", "five" } });
	hear_all(world);
	assert_string_equal(world->texts[0][0], "demo-app");
	assert_string_equal(world->texts[0][1], "1.0");
	assert_string_equal(world->texts[0][2], "one");
	assert_string_equal(world->texts[0][3], "two");
	assert_string_equal(world->texts[0][6], "five");
}

/* What is printed for other programs goes that way. */
static void exports_and_labels_hold_no_such_name(void **state)
{
	const struct export_choice json = { .format = EXPORT_JSON };
	struct world *world = *state;
	struct metrics metrics;
	char *text = NULL, *labels;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	cJSON *object;

	assert_non_null(out);
	sample_add(&world->sample,
		   (struct sample_event){ .type = TP_TAG, .name = { "tier", "acme-tier" } });
	sample_span(&world->sample, TP_KIND_COMMAND, TP_OUTCOME_OK, "acme-think", 1, 0);
	sample_commit(&world->sample);
	assert_int_equal(export_events(&world->leaving, &json, out, &world->error), 2);
	assert_int_equal(metrics_load(&metrics, &world->leaving, 0, 0, &world->error), 0);
	object = metrics_json(&metrics);
	labels = cJSON_Print(object);
	fputs(labels, out);
	fclose(out);
	assert_non_null(strstr(text, "[REDACTED]"));
	assert_non_null(strstr(labels, "[REDACTED]"));
	assert_null(strstr(text, "acme"));
	free(labels);
	free(text);
	cJSON_Delete(object);
	metrics_clear(&metrics);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(leaving_each_replaces_what_may_not_leave),
		TEST(leaving_each_passes_placeholders_and_names),
		TEST(leaving_each_value_of_a_sensitive_tag_is_hidden),
		TEST(leaving_each_without_room_to_remember),
		TEST(exports_and_labels_hold_no_such_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
