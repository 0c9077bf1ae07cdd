/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "unit/service/world.h"

#include "store/bucket.h"
#include "unit/failing_memory.h"

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
	assert_int_equal(collector_counts(world->collector)->lost[COLLECTOR_NOT_FINITE], 2);
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
	assert_int_equal(collector_counts(world->collector)->lost[COLLECTOR_BAD_RECORD], n);
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
	assert_int_equal(collector_counts(world->collector)->lost[COLLECTOR_BAD_RECORD], 12);
	take(world, &good);
	commit(world);
	assert_counts(world, 13, 1, 12);
	assert_true(collector_loss_text(COLLECTOR_BAD_RECORD)[0]);
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

static void collector_take_on_full_disk_counts_the_batch(void **state)
{
	struct rlimit limit, none;
	struct world *world = *state;
	struct tp_event event;
	uint64_t i, failures = 0;
	int ret;

	event = span_of(0, 1);
	take(world, &event);
	commit(world);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &none);
	limit = none;
	limit.rlim_cur = 120000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (i = 1; i <= 40000; i++) {
		event = span_of(i * 1000, (uint32_t)i);
		ret = collector_take(world->collector, &event, sizeof(event),
				     &world->fixture.error);
		if (!ret && i % 8000 == 0)
			ret = collector_commit(world->collector, NULL, 0, 0, &world->fixture.error);
		if (ret)
			assert_int_equal(ret, -ENOSPC);
		failures += ret != 0;
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	commit(world);
	assert_true(failures > 0);
	assert_true(collector_counts(world->collector)->lost[COLLECTOR_STORE_ERROR] > 0);
	assert_counts(world, 40001, (uint64_t)fixture_events(&world->fixture),
		      collector_counts(world->collector)->lost[COLLECTOR_STORE_ERROR]);
	event = span_of(1, 1);
	take(world, &event);
	read_all(world); /* with room again it goes on, and what is there is whole */
}

/* More processes, shapes and places than are remembered. */

static void collector_take_without_memory_counts_at_every_place(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 1000, 1), event = span_of(2000, 1);
	uint64_t taken = 0, stored = 0;
	int64_t kept = 0;
	long allocations;
	int ret = -1;

	if (!memory_can_fail())
		skip();
	named.name[0] = 7;
	for (allocations = 0; ret && allocations < 2000; allocations++) {
		collector_restart(world, TP_LEVEL_FULL);
		memory_fail_after(allocations);
		ret = collector_take(world->collector, &named, sizeof(named), NULL);
		if (!ret)
			ret = collector_take(world->collector, &event, sizeof(event), NULL);
		if (!ret)
			ret = collector_commit(world->collector, NULL, 0, 0, NULL);
		memory_fail_after(-1);
		if (ret)
			assert_int_equal(ret, -ENOMEM);
		taken = collector_counts(world->collector)->taken;
		stored = collector_counts(world->collector)->stored;
		kept = ret ? fixture_events(&world->fixture) : kept;
		assert_counts(world, taken, stored,
			      taken - stored - collector_pending(world->collector));
		if (!ret)
			assert_int_equal(stored, 2);
		commit(world);
	}
	assert_int_equal(ret, 0);
	assert_true(allocations > 10);
	assert_int_equal(fixture_events(&world->fixture), kept + 2);
}

enum { KILL_RECORDS = 20000, KILL_BATCH = 50 };

/* What a collector does: goes on from where the file says the ring stands. */
static void collect_all(struct world *world)
{
	struct tp_event event;
	uint64_t position = 0, i;

	fixture_open(&world->fixture);
	collector_restart(world, TP_LEVEL_FULL);
	store_ring_position(world->fixture.store, &ring, &position, NULL);
	for (i = position / sizeof(event); i < KILL_RECORDS; i++) {
		event = span_of(i * 1000, 1 + (uint32_t)i / 10);
		take(world, &event);
		if (i % KILL_BATCH != KILL_BATCH - 1)
			continue;
		assert_ok(&world->fixture,
			  collector_commit(world->collector, &ring, position,
					   (i + 1) * sizeof(event), &world->fixture.error));
		position = (i + 1) * sizeof(event);
	}
}

static int count_times(const struct store_row *row, void *data)
{
	uint8_t *seen = data;

	seen[row->time_us - NOON_US]++;
	return 0;
}

static void collector_killed_at_any_instant_loses_and_repeats_nothing(void **state)
{
	static uint8_t seen[KILL_RECORDS];
	struct world *world = *state;
	struct store_filter all = { 0 };
	int i, killed = 0, status;
	pid_t child;

	collector_free(world->collector);
	world->collector = NULL;
	fixture_close(&world->fixture);
	for (i = 0; i < 40; i++) {
		child = fork();
		if (!child) {
			collect_all(world);
			_exit(0);
		}
		usleep(500 + (useconds_t)i * 97);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		killed += WIFSIGNALED(status);
	}
	assert_true(killed > 5);
	collect_all(world);
	assert_ok(&world->fixture,
		  store_each(world->fixture.store, &all, count_times, seen, &world->fixture.error));
	for (i = 0; i < KILL_RECORDS; i++)
		assert_int_equal(seen[i], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(collector_take_span_becomes_a_row),
		TEST(collector_take_name_of_a_library_is_read_there),
		TEST(collector_take_known_record_reads_no_text_again),
		TEST(collector_take_refused_names_are_placeholders),
		TEST(collector_take_exit_keeps_resources_at_full_only),
		TEST(collector_take_exec_is_noted),
		TEST(collector_take_measure_is_its_bucket),
		TEST(collector_take_every_type_is_stored_with_its_names),
		TEST(collector_take_bad_records_are_counted),
		TEST(collector_commit_stale_position_is_counted),
		TEST(collector_take_after_erasure_stores_whole_events),
		TEST(collector_killed_at_any_instant_loses_and_repeats_nothing),
		TEST(collector_take_on_full_disk_counts_the_batch),
		TEST(collector_take_without_memory_counts_at_every_place),
	};

	return cmocka_run_group_tests_name("service/collector", tests, NULL, NULL);
}
