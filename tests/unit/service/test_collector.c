/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "unit/service/world.h"

#include "service/messages.h"
#include "store/bucket.h"
#include "store/marked.h"

static void collector_take_span_becomes_a_row(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(2000000, 7);

	event.header.kind = TP_KIND_STEP;
	event.header.outcome = TP_OUTCOME_ABANDONED;
	event.header.flags = TP_FLAG_BY_EXIT;
	event.code = 139;
	event.span = 5;
	event.parent = 3;
	event.name[1] = 2;
	event.name[2] = 3;
	event.name[3] = 4;
	take(world, &event);
	assert_int_equal(collector_pending(world->collector), 1);
	read_all(world);
	assert_int_equal(world->heard, 1);
	assert_int_equal(world->rows[0].time_us, NOON_US + 2000);
	assert_int_equal(world->rows[0].type, TP_SPAN);
	assert_int_equal(world->rows[0].kind, TP_KIND_STEP);
	assert_int_equal(world->rows[0].outcome, TP_OUTCOME_ABANDONED);
	assert_int_equal(world->rows[0].flags, TP_FLAG_BY_EXIT);
	assert_int_equal(world->rows[0].code, 139);
	assert_int_equal(world->rows[0].value, 1500);
	assert_int_equal(world->rows[0].span, 5);
	assert_int_equal(world->rows[0].parent, 3);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->version[0], "");
	assert_string_equal(world->name[0][0], "think");
	assert_string_equal(world->name[0][1], "run");
	assert_string_equal(world->name[0][2], "balanced");
	assert_string_equal(world->name[0][3], "timeout");
	assert_string_equal(world->name[0][4], "-");
	assert_counts(world, 1, 1, 0);
}

static void collector_take_name_of_a_library_is_read_there(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(1, 1);

	event.header.object = 2;			   /* the marker stands in the library, */
	event.header.flags = TP_FLAG_NAME_IN_PROGRAM << 1; /* its second name in the program */
	event.name[1] = 2;
	take(world, &event);
	read_all(world);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->name[0][0], "think-lib");
	assert_string_equal(world->name[0][1], "run");
	assert_int_equal(world->rows[0].flags, 0);
}

static void collector_forget_number_means_another_file(void **state)
{
	bool is_gone[TP_OBJECTS] = { [1] = true };
	struct world *world = *state;
	struct tp_event event = span_of(1000, 1);
	int calls;

	take(world, &event);
	event.header.object = 2;
	take(world, &event);
	commit(world);
	calls = world->text_calls;
	collector_forget(world->collector, is_gone);
	world->is_replaced = true;
	take(world, &event); /* the other file's name is still known */
	assert_int_equal(world->text_calls, calls);
	event = span_of(2000, 2);
	take(world, &event);
	read_all(world);
	assert_int_equal(world->heard, 4);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->name[0][0], "think");
	assert_string_equal(world->app[2], "demo-cli"); /* that process is what it was */
	assert_string_equal(world->name[2][0], "think-lib");
	assert_string_equal(world->app[3], "other-cli");
	assert_string_equal(world->name[3][0], "think-new");
}

static void collector_forget_process_keeps_the_name_it_gave_itself(void **state)
{
	bool is_gone[TP_OBJECTS] = { [1] = true };
	struct world *world = *state;
	struct tp_event event = event_of(TP_SESSION_BEGIN, 1000, 1);

	event.name[0] = 7;
	take(world, &event);
	commit(world);
	collector_forget(world->collector, is_gone);
	world->is_replaced = true;
	event = span_of(2000, 1);
	event.header.object = 2;
	take(world, &event);
	read_all(world);
	assert_string_equal(world->app[world->heard - 1], "named-app");
}

static uint32_t fake_target(void *data, uint16_t object)
{
	(void)data;
	return object == 1 ? 9 : object == 2 ? MESSAGE_TARGETS : 0;
}

/* Series with the mark, by the name they have. */
static int marked(struct world *world, const char *name)
{
	bool has_rest;
	int i, heard = 0;

	collector_free(world->collector);
	world->collector = NULL;
	assert_ok(&world->fixture,
		  store_delete_marked(world->fixture.store, &has_rest, &world->fixture.error));
	collector_restart(world, TP_LEVEL_FULL);
	read_all(world);
	for (i = 0; i < world->heard; i++)
		heard += !strcmp(world->name[i][0], name);
	return heard;
}

static void collector_mark_is_of_the_target_of_the_file(void **state)
{
	static uint8_t targets[MESSAGE_TARGETS / 8];
	struct world *world = *state;
	struct tp_event own = span_of(0, 1), library = span_of(1000, 1), unknown = span_of(2000, 1);

	library.header.object = 2;
	unknown.header.object = 3;
	unknown.header.program = 3;
	world->source.target = fake_target;
	memset(targets, 0, sizeof(targets));
	collector_restart(world, TP_LEVEL_FULL);
	take(world, &own); /* before there was a mark */
	collector_mark(world->collector, targets);
	take(world, &own); /* and while there is none */
	targets[(9 - 1) / 8] = 1 << (9 - 1) % 8;
	take(world, &own);
	take(world, &library);
	take(world, &unknown);
	targets[0] = targets[1] = 0;
	targets[sizeof(targets) - 1] = 0x80;
	take(world, &own);
	commit(world);
	assert_int_equal(marked(world, "think"),
			 3); /* the unknown one, of no target, is gone too */
	assert_int_equal(marked(world, "think-lib"), 1);
	assert_int_equal(world->heard, 4);
}

static void collector_take_known_record_reads_no_text_again(void **state)
{
	struct world *world = *state;
	struct tp_event event;
	int i;

	for (i = 0; i < 1000; i++) {
		event = span_of((uint64_t)i * 1000, 1 + (uint32_t)i % 3);
		take(world, &event);
		if (i % 100 == 0)
			commit(world);
	}
	commit(world);
	assert_int_equal(world->text_calls, 1);
	assert_counts(world, 1000, 1000, 0);
	assert_int_equal(fixture_events(&world->fixture), 1000);
}

static void collector_take_refused_names_are_placeholders(void **state)
{
	static const struct {
		uint32_t place;
		const char *stored, *told;
	} cases[] = { { 5, "[REDACTED]", "a b c" },
		      { TP_PLACE_UNDECLARED, "[UNDECLARED]", "(none)" },
		      { 77, "[UNDECLARED]", "(none)" },
		      { 500, "[REDACTED]", "(none)" } };
	struct world *world = *state;
	struct tp_event event;
	int i;

	for (i = 0; i < 4; i++) {
		event = span_of((uint64_t)i * 1000, 1);
		event.name[0] = cases[i].place;
		take(world, &event);
		assert_int_equal(world->refused_calls, i + 1);
		assert_string_equal(world->refused_text, cases[i].told);
	}
	take(world, &event); /* again: counted, not told */
	assert_int_equal(world->refused_calls, 4);
	assert_int_equal(collector_counts(world->collector)->names_refused, 5);
	read_all(world);
	for (i = 0; i < 4; i++)
		assert_string_equal(world->name[i][0], cases[i].stored);
}

/* Not even as a name that no event has. */
static void collector_take_value_of_a_sensitive_key_is_stored_nowhere(void **state)
{
	struct world *world = *state;
	struct tp_event event = event_of(TP_TAG, 0, 1);
	char path[160], *bytes;
	size_t size;

	event.name[0] = 14;
	event.name[1] = 15;
	take(world, &event);
	commit(world);
	read_all(world);
	assert_string_equal(world->name[0][0], "[REDACTED]");
	assert_string_equal(world->name[0][1], "[REDACTED]");
	snprintf(path, sizeof(path), "%s-wal", world->fixture.path);
	bytes = read_file(path, &size);
	assert_non_null(memmem(bytes, size, "demo-cli", 8));
	assert_null(memmem(bytes, size, "tarolimasune", 12));
	free(bytes);
}

static void collector_take_declared_names_by_number(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(0, 1);

	event.name[0] = TP_PLACE_DECLARED + 1;
	event.name[1] = TP_PLACE_DECLARED + 2; /* nobody knows it */
	event.name[2] = 3;
	take(world, &event);
	event.header.object = 2; /* the same name, whatever the file */
	event.name[2] = 0;
	take(world, &event);
	assert_int_equal(collector_counts(world->collector)->names_refused, 2);
	read_all(world);
	assert_string_equal(world->name[0][0], "declared-1");
	assert_string_equal(world->name[0][1], "[UNDECLARED]");
	assert_string_equal(world->name[0][2], "balanced");
	assert_string_equal(world->name[1][0], "declared-1");
}

static void collector_take_exit_keeps_resources_at_full_only(void **state)
{
	struct world *world = *state;
	struct tp_exit record = { .header = { .time_ns = 1000,
					      .process = 1,
					      .object = 1,
					      .program = 1,
					      .type = TP_EXIT,
					      .flags = TP_FLAG_FORKED },
				  .wall_ns = 5000,
				  .cpu_ns = 4999,
				  .read_bytes = 7,
				  .written_bytes = 8,
				  .peak_rss_kib = 9,
				  .code = 256 };

	take(world, &record);
	commit(world);
	collector_restart(world, TP_LEVEL_ENHANCED);
	record.header.time_ns = 2000;
	take(world, &record);
	read_all(world);
	assert_int_equal(world->rows[0].value, 5000);
	assert_int_equal(world->rows[0].code, 256);
	assert_int_equal(world->rows[0].flags, TP_FLAG_FORKED);
	assert_true(world->rows[0].has_resources);
	assert_int_equal(world->rows[0].resources.cpu_us, 4);
	assert_int_equal(world->rows[0].resources.peak_rss_kib, 9);
	assert_int_equal(world->rows[0].resources.read_bytes, 7);
	assert_int_equal(world->rows[0].resources.written_bytes, 8);
	assert_int_equal(world->rows[0].span, 0);
	assert_false(world->rows[1].has_resources);
	assert_int_equal(world->rows[1].value, 5000);
}

static void collector_take_exec_is_noted(void **state)
{
	struct world *world = *state;
	struct tp_event event = event_of(TP_EXEC, 1000, 1);

	take(world, &event);
	assert_int_equal(collector_pending(world->collector), 0);
	assert_int_equal(collector_counts(world->collector)->noted, 1);
	assert_ok(&world->fixture,
		  collector_commit(world->collector, &ring, 0, 64, &world->fixture.error));
	assert_int_equal(fixture_events(&world->fixture), 0);
	assert_counts(world, 1, 0, 0);
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void collector_take_measure_is_its_bucket(void **state)
{
	static const double values[] = { 12.5, -3, 0 };
	struct world *world = *state;
	struct tp_event event;
	double shown;
	int i;

	for (i = 0; i < 3; i++) {
		event = event_of(TP_MEASURE, (uint64_t)i * 1000, 1);
		event.name[0] = 1;
		event.name[1] = 6;
		event.value = bits_of(values[i]);
		take(world, &event);
	}
	event.value = bits_of(NAN);
	take(world, &event);
	event.value = bits_of(-INFINITY);
	take(world, &event);
	read_all(world);
	assert_int_equal(world->heard, 3);
	assert_int_equal(collector_counts(world->collector)->lost[LOSS_NOT_FINITE], 2);
	for (i = 0; i < 3; i++) {
		shown = bucket_value((int32_t)world->rows[i].value);
		assert_true(fabs(shown - values[i]) <= fabs(values[i]) * 0.022);
	}
}

static void collector_take_every_type_is_stored_with_its_names(void **state)
{
	static const int names[TP_TYPES] = {
		[TP_SPAN] = 4,	    [TP_TAG] = 2,	    [TP_COUNT] = 1,	  [TP_MEASURE] = 2,
		[TP_ERROR] = 2,	    [TP_RECOVERED] = 2,	    [TP_FEATURE] = 2,	  [TP_DECISION] = 4,
		[TP_LIFECYCLE] = 5, [TP_SESSION_BEGIN] = 2, [TP_SESSION_END] = 1,
	};
	struct world *world = *state;
	struct tp_event event;
	int type, i, n = 0;

	for (type = TP_SPAN; type <= TP_OPTED_OUT; type++) {
		event = event_of(type, (uint64_t)type * 1000, 1);
		event.value = 42;
		for (i = 0; i < names[type]; i++)
			event.name[i] = 1;
		take(world, &event);
		if (names[type] == TP_NAMES)
			continue;
		event.name[names[type]] = 1; /* one name too many: another layout */
		take(world, &event);
		n++;
	}
	assert_int_equal(collector_counts(world->collector)->lost[LOSS_BAD_RECORD], n);
	read_all(world);
	assert_int_equal(world->heard, TP_OPTED_OUT);
	for (type = TP_SPAN; type <= TP_OPTED_OUT; type++) {
		assert_int_equal(world->rows[type - 1].type, type);
		for (i = 0; i < 5; i++)
			assert_string_equal(world->name[type - 1][i],
					    i < names[type] ? "think" : "-");
		if (type != TP_MEASURE)
			assert_int_equal(world->rows[type - 1].value, 42);
	}
}

static struct tp_crash crash_of(uint64_t time_ns, uint32_t process)
{
	struct tp_crash crash = { .header = event_of(TP_CRASH, time_ns, process).header,
				  .parent = 4,
				  .code = 11,
				  .count = 2 };
	int i;

	for (i = 0; i < 2; i++) {
		crash.frame[i].offset = 0x1139 + (uint64_t)i;
		crash.frame[i].flags = TP_FRAME_KNOWN | TP_FRAME_PROGRAM;
		memset(crash.frame[i].build_id, 0xa1, sizeof(crash.frame[i].build_id));
	}
	return crash;
}

static void take_crash(struct world *world, const struct tp_crash *crash, size_t bytes)
{
	assert_ok(&world->fixture,
		  collector_take(world->collector, crash, bytes, &world->fixture.error));
}

static int check_frames(const struct store_row *row, void *data)
{
	(void)data;
	assert_int_equal(row->type, TP_CRASH);
	assert_int_equal(row->code, 11);
	assert_int_equal(row->parent, 4);
	assert_non_null(row->frames);
	assert_int_equal(row->frames->count, 2);
	assert_int_equal(row->frames->frame[1].offset, 0x113a);
	assert_int_equal(row->frames->frame[1].build_id[19], 0xa1);
	return 0;
}

static void collector_take_crashes_at_one_place_are_one_group(void **state)
{
	struct world *world = *state;
	struct store_filter filter = { 0 };
	struct tp_crash crash;
	uint32_t i;

	for (i = 1; i <= 3; i++) {
		crash = crash_of(i * 1000, i);
		take_crash(world, &crash, sizeof(crash));
	}
	read_all(world);
	assert_int_equal(world->heard, 3);
	assert_string_equal(world->name[0][0], world->name[2][0]);
	assert_int_equal(strncmp(world->name[0][0], "1:", 2), 0);
	assert_ok(&world->fixture, store_each(world->fixture.store, &filter, check_frames, NULL,
					      &world->fixture.error));
	assert_int_equal(ask_sql(world->fixture.path, "SELECT count(*) FROM frames"), 2);
}

static void collector_take_crashes_at_random_become_other(void **state)
{
	enum { GROUPS = 1000, MORE = 20 };
	struct world *world = *state;
	struct tp_crash crash;
	uint32_t i;

	for (i = 0; i < GROUPS + MORE; i++) {
		crash = crash_of(i * 1000, 1);
		crash.frame[0].offset = 0x10000 + i;
		take_crash(world, &crash, sizeof(crash));
	}
	commit(world);
	assert_int_equal(collector_counts(world->collector)->names_other, MORE);
	assert_int_equal(
		ask_sql(world->fixture.path, "SELECT count(DISTINCT group_name) FROM frames"),
		GROUPS);
	assert_int_equal(
		ask_sql(world->fixture.path,
			"SELECT count(*) FROM events e JOIN series s ON s.id = e.series JOIN"
			" names n ON n.id = s.n0 WHERE n.text = '[OTHER]'"),
		MORE);
}

static void collector_take_a_bad_crash_is_counted(void **state)
{
	struct world *world = *state;
	struct tp_crash crash = crash_of(1000, 1);
	struct tp_event event = event_of(TP_ERROR, 1000, 1);
	int bad = 0;

	take_crash(world, &crash, sizeof(crash) - 8), bad++;
	take_crash(world, &crash, sizeof(event)), bad++;
	take_crash(world, &crash, 8), bad++;
	crash.header.type = TP_ERROR; /* as long as a crash */
	take_crash(world, &crash, sizeof(crash)), bad++;
	crash = crash_of(1000, 1);
	crash.count = TP_CRASH_FRAMES + 1;
	take_crash(world, &crash, sizeof(crash)), bad++;
	crash = crash_of(1000, 1);
	crash.frame[1].flags = 0; /* an unknown place that says something */
	take_crash(world, &crash, sizeof(crash)), bad++;
	crash = crash_of(1000, 1);
	crash.frame[5] = crash.frame[0]; /* behind the last one */
	take_crash(world, &crash, sizeof(crash)), bad++;
	crash = crash_of(1000, 1);
	crash.frame[0].offset = 1ull << 63;
	take_crash(world, &crash, sizeof(crash)), bad++;
	crash = crash_of(1000, 1);
	crash.frame[0].flags |= 64;
	take_crash(world, &crash, sizeof(crash)), bad++;
	crash = crash_of(1000, 1);
	crash.code = 0;
	take_crash(world, &crash, sizeof(crash)), bad++;
	assert_int_equal(collector_counts(world->collector)->lost[LOSS_BAD_RECORD], bad);
	crash = crash_of(1000, 1);
	take_crash(world, &crash, sizeof(crash));
	read_all(world);
	assert_int_equal(world->heard, 1);
}

static void collector_take_bad_records_are_counted(void **state)
{
	struct world *world = *state;
	struct tp_event good = span_of(1000, 1), bad[9];
	struct tp_exit end = { .header = { .type = TP_EXIT }, .wall_ns = UINT64_MAX };
	int i;

	for (i = 0; i < 9; i++)
		bad[i] = good;
	bad[0].header.type = TP_NONE;
	bad[1].header.type = TP_TYPES;
	bad[2].header.type = TP_DISCOVER;
	bad[3].header.kind = TP_SPAN_KINDS;
	bad[4].header.outcome = TP_OUTCOMES;
	bad[5].value = UINT64_MAX;
	bad[6].parent = bad[6].span;
	bad[7] = event_of(TP_ERROR, 1000, 1);
	bad[7].header.outcome = 2;
	bad[8] = event_of(TP_COUNT, 1000, 1);
	bad[8].header.flags = TP_FLAG_BY_OUTER;
	for (i = 0; i < 9; i++)
		take(world, &bad[i]);
	take(world, &end);
	assert_ok(&world->fixture, collector_take(world->collector, &good, sizeof(good) - 1, NULL));
	assert_ok(&world->fixture, collector_take(world->collector, &good, 0, NULL));
	assert_int_equal(collector_counts(world->collector)->lost[LOSS_BAD_RECORD], 12);
	take(world, &good);
	commit(world);
	assert_counts(world, 13, 1, 12);
	assert_true(loss_text(LOSS_BAD_RECORD)[0]);
}

static void collector_commit_stale_position_is_counted(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(1000, 1);

	take(world, &event);
	assert_ok(&world->fixture, collector_commit(world->collector, &ring, 0, 64, NULL));
	take(world, &event);
	assert_int_equal(collector_commit(world->collector, &ring, 0, 64, &world->fixture.error),
			 -ESTALE);
	assert_int_equal(fixture_events(&world->fixture), 1);
	assert_counts(world, 2, 1, 1);
	take(world, &event); /* ids of the batch that was rolled back are forgotten */
	assert_ok(&world->fixture, collector_commit(world->collector, &ring, 64, 128, NULL));
	read_all(world);
	assert_int_equal(world->heard, 2);
	assert_counts(world, 3, 2, 1);
}

/* Erased by another process while names, series and contexts are remembered. */

static void collector_take_after_erasure_stores_whole_events(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(1000, 1), named = event_of(TP_SESSION_BEGIN, 500, 1);
	struct store *other;
	int64_t freed;

	named.name[0] = 7;
	named.name[1] = 8;
	take(world, &named);
	take(world, &event);
	commit(world);
	assert_ok(&world->fixture, store_open(world->fixture.path, STORE_WRITE, 0, &other, NULL));
	assert_ok(&world->fixture, store_delete_all(other, &freed, &world->fixture.error));
	store_close(other);
	event.header.time_ns += 1000;
	take(world, &event);
	read_all(world);
	assert_int_equal(world->heard, 1);
	assert_string_equal(world->app[0], "named-app"); /* it had named itself before */
	assert_string_equal(world->version[0], "2.1.0");
	assert_string_equal(world->name[0][0], "think");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(collector_take_span_becomes_a_row),
		TEST(collector_take_name_of_a_library_is_read_there),
		TEST(collector_mark_is_of_the_target_of_the_file),
		TEST(collector_take_known_record_reads_no_text_again),
		TEST(collector_forget_number_means_another_file),
		TEST(collector_forget_process_keeps_the_name_it_gave_itself),
		TEST(collector_take_refused_names_are_placeholders),
		TEST(collector_take_value_of_a_sensitive_key_is_stored_nowhere),
		TEST(collector_take_declared_names_by_number),
		TEST(collector_take_exit_keeps_resources_at_full_only),
		TEST(collector_take_exec_is_noted),
		TEST(collector_take_measure_is_its_bucket),
		TEST(collector_take_every_type_is_stored_with_its_names),
		TEST(collector_take_crashes_at_one_place_are_one_group),
		TEST(collector_take_crashes_at_random_become_other),
		TEST(collector_take_a_bad_crash_is_counted),
		TEST(collector_take_bad_records_are_counted),
		TEST(collector_commit_stale_position_is_counted),
		TEST(collector_take_after_erasure_stores_whole_events),
	};

	return cmocka_run_group_tests_name("service/collector", tests, NULL, NULL);
}
