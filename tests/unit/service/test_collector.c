/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "unit/store/fixture.h"

#include "service/collector.h"
#include "store/bucket.h"
#include "unit/failing_memory.h"

enum { HEARD = 64 };

static const struct store_ring ring = {.boot_id = "boot", .ring_id = "ring"};

/* Two files: object 1 "demo-cli" is a program, object 2 a library, 3 a program of a bad name. */
static const char *const texts[] = {
	[1] = "think",	   [2] = "run",	     [3] = "balanced",	[4] = "timeout", [5] = "a b c",
	[6] = "ms",	   [7] = "named-app", [8] = "2.1.0",	[9] = "Bad App", [10] = "2.2.0",
	[11] = "api_error", [12] = "E42",     [13] = "bad ver",
};

struct world {
	struct fixture fixture; /* first: the helpers of the store's tests take it */
	struct firewall *firewall;
	struct collector *collector;
	struct collector_source source;
	int text_calls;
	int refused_calls;
	char refused_text[64];
	int heard;
	struct store_row rows[HEARD];
	char app[HEARD][64], version[HEARD][64], session[HEARD][17], name[HEARD][5][64];
};

static int fake_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	struct world *world = data;

	world->text_calls++;
	if (place == 500)
		return -E2BIG;
	if (place >= sizeof(texts) / sizeof(texts[0]) || !texts[place])
		return -ENOENT;
	snprintf(out, 64, "%s%s", texts[place], object == 2 ? "-lib" : "");
	return 0;
}

static const char *fake_program(void *data, uint16_t object)
{
	(void)data;
	return object == 1 ? "demo-cli" : object == 3 ? "Bad Program" : NULL;
}

static int64_t fake_utc_us(void *data, uint64_t monotonic_ns)
{
	(void)data;
	return NOON_US + (int64_t)(monotonic_ns / 1000);
}

static void fake_refused(void *data, uint16_t object, enum firewall_layer layer, const char *text)
{
	struct world *world = data;

	(void)object;
	(void)layer;
	world->refused_calls++;
	snprintf(world->refused_text, sizeof(world->refused_text), "%s", text ? text : "(none)");
}

static void collector_restart(struct world *world, int level)
{
	collector_free(world->collector);
	world->collector = NULL;
	assert_ok(&world->fixture, collector_new(world->fixture.store, world->firewall,
						 &world->source, level, &world->collector,
						 &world->fixture.error));
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	void *fixture;

	if (!world || fixture_setup(&fixture))
		return -1;
	world->fixture = *(struct fixture *)fixture;
	free(fixture);
	world->source = (struct collector_source){.data = world,
						  .text = fake_text,
						  .program = fake_program,
						  .utc_us = fake_utc_us,
						  .refused = fake_refused};
	if (firewall_new(&world->firewall, NULL))
		return -1;
	fixture_open(&world->fixture);
	collector_restart(world, TP_LEVEL_FULL);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	collector_free(world->collector);
	firewall_free(world->firewall);
	return fixture_teardown(state); /* frees the world, whose first member it is */
}

static struct tp_event event_of(enum tp_type type, uint64_t time_ns, uint32_t process)
{
	return (struct tp_event){.header = {.time_ns = time_ns, .process = process, .object = 1,
					    .program = 1, .type = (uint8_t)type}};
}

static struct tp_event span_of(uint64_t time_ns, uint32_t process)
{
	struct tp_event event = event_of(TP_SPAN, time_ns, process);

	event.value = 1500;
	event.span = 1;
	event.name[0] = 1;
	return event;
}

static void take(struct world *world, const void *record)
{
	assert_ok(&world->fixture, collector_take(world->collector, record,
						  sizeof(struct tp_event), &world->fixture.error));
}

static void commit(struct world *world)
{
	assert_ok(&world->fixture,
		  collector_commit(world->collector, NULL, 0, 0, &world->fixture.error));
}

static int hear(const struct store_row *row, void *data)
{
	struct world *world = data;
	int i, n = world->heard++;

	assert_true(n < HEARD);
	world->rows[n] = *row;
	strcpy(world->app[n], row->app);
	strcpy(world->version[n], row->version);
	strcpy(world->session[n], row->session);
	for (i = 0; i < 5; i++)
		strcpy(world->name[n][i], row->name[i] ? row->name[i] : "-");
	return 0;
}

static void read_all(struct world *world)
{
	struct store_filter filter = {0};

	commit(world);
	world->heard = 0;
	assert_ok(&world->fixture, store_each(world->fixture.store, &filter, hear, world,
					      &world->fixture.error));
}

/* The identity of the counts, at any moment. */
static void assert_counts(const struct world *world, uint64_t taken, uint64_t stored,
			  uint64_t lost)
{
	const struct collector_counts *counts = collector_counts(world->collector);
	uint64_t sum = 0;
	int i;

	for (i = 0; i < COLLECTOR_LOSSES; i++)
		sum += counts->lost[i];
	assert_int_equal(counts->taken, taken);
	assert_int_equal(counts->stored, stored);
	assert_int_equal(sum, lost);
	assert_int_equal(taken, counts->noted + stored + lost +
					collector_pending(world->collector));
}

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

	event.header.object = 2; /* the marker stands in the library, */
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
	} cases[] = {{5, "[REDACTED]", "a b c"},
		     {TP_PLACE_UNDECLARED, "[UNDECLARED]", "(none)"},
		     {77, "[UNDECLARED]", "(none)"},
		     {500, "[REDACTED]", "(none)"}};
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

static void collector_take_app_is_the_named_one_or_the_program(void **state)
{
	struct world *world = *state;
	struct tp_event before = span_of(1000, 1), after = span_of(3000, 1), other = span_of(4000, 2);
	struct tp_event named = event_of(TP_SESSION_BEGIN, 2000, 1);

	named.name[0] = 7;
	named.name[1] = 8;
	take(world, &before);
	take(world, &named);
	take(world, &after);
	take(world, &other);
	read_all(world);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->app[1], "named-app"); /* the naming itself too */
	assert_string_equal(world->version[1], "2.1.0");
	assert_string_equal(world->name[1][1], "2.1.0");
	assert_string_equal(world->app[2], "named-app");
	assert_string_equal(world->version[2], "2.1.0");
	assert_string_equal(world->app[3], "demo-cli"); /* another process */
	assert_string_equal(world->session[1], world->session[2]);
	assert_string_not_equal(world->session[0], world->session[1]);
	assert_string_equal(world->session[0], world->session[3]);
	assert_int_not_equal(world->rows[0].context, world->rows[3].context);
}

static void collector_take_refused_app_leaves_the_program(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 2000, 1), bad = span_of(3000, 2);

	named.name[0] = 9;
	named.name[1] = 13;
	take(world, &named);
	bad.header.program = bad.header.object = 3;
	take(world, &bad);
	read_all(world);
	assert_string_equal(world->app[0], "demo-cli");
	assert_string_equal(world->version[0], "");
	assert_string_equal(world->name[0][0], "[REDACTED]");
	assert_string_equal(world->app[1], "[REDACTED]");
	assert_int_equal(collector_counts(world->collector)->names_refused, 2);
}

static void collector_take_version_joins_the_open_session(void **state)
{
	struct world *world = *state;
	struct tp_event first = span_of(1000, 1), named = event_of(TP_SESSION_BEGIN, 2000, 1);
	struct tp_event newer = event_of(TP_SESSION_BEGIN, 3000, 2);

	take(world, &first);
	named.name[1] = 8; /* no app: still the program's */
	take(world, &named);
	newer.name[1] = 10;
	take(world, &newer);
	read_all(world);
	assert_string_equal(world->session[0], world->session[1]);
	assert_string_equal(world->version[0], "2.1.0");
	assert_int_equal(world->rows[0].context, world->rows[1].context);
	assert_string_not_equal(world->session[2], world->session[1]);
	assert_string_equal(world->version[2], "2.2.0");
}

static void collector_take_session_ends_with_quiet_and_midnight(void **state)
{
	static const int64_t minutes[] = {0, 29, 58, 89, 710, 721};
	static const int sessions[] = {0, 0, 0, 1, 2, 3};
	struct world *world = *state;
	struct tp_event event;
	int i, j;

	for (i = 0; i < 6; i++) {
		event = span_of((uint64_t)(minutes[i] * MINUTE_US) * 1000, 1);
		take(world, &event);
		if (i % 2)
			commit(world);
	}
	read_all(world);
	for (i = 0; i < 6; i++)
		for (j = 0; j < 6; j++)
			assert_int_equal(!strcmp(world->session[i], world->session[j]),
					 sessions[i] == sessions[j]);
	assert_int_equal(world->rows[0].session_started_us, NOON_US);
}

static void collector_restarted_goes_on_in_the_session(void **state)
{
	struct world *world = *state;
	struct tp_event event = span_of(1000, 1);

	take(world, &event);
	commit(world);
	collector_restart(world, TP_LEVEL_FULL);
	event.header.time_ns = 20 * MINUTE_US * 1000;
	take(world, &event);
	commit(world);
	collector_restart(world, TP_LEVEL_FULL);
	event.header.time_ns = 45 * MINUTE_US * 1000; /* 25 after the last: that was written */
	take(world, &event);
	read_all(world);
	assert_string_equal(world->session[0], world->session[1]);
	assert_string_equal(world->session[0], world->session[2]);
}

static void collector_take_exit_keeps_resources_at_full_only(void **state)
{
	struct world *world = *state;
	struct tp_exit record = {.header = {.time_ns = 1000, .process = 1, .object = 1, .program = 1,
					    .type = TP_EXIT, .flags = TP_FLAG_FORKED},
				 .wall_ns = 5000, .cpu_ns = 4999, .read_bytes = 7,
				 .written_bytes = 8, .peak_rss_kib = 9, .code = 256};

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
	assert_ok(&world->fixture, collector_commit(world->collector, &ring, 0, 64,
						    &world->fixture.error));
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
	static const double values[] = {12.5, -3, 0};
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
		[TP_SPAN] = 4,	    [TP_TAG] = 2,      [TP_COUNT] = 1,	       [TP_MEASURE] = 2,
		[TP_ERROR] = 2,	    [TP_RECOVERED] = 2, [TP_FEATURE] = 2,      [TP_DECISION] = 4,
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
			assert_string_equal(world->name[type - 1][i], i < names[type] ? "think" : "-");
		if (type != TP_MEASURE)
			assert_int_equal(world->rows[type - 1].value, 42);
	}
}

static void collector_take_bad_records_are_counted(void **state)
{
	struct world *world = *state;
	struct tp_event good = span_of(1000, 1), bad[9];
	struct tp_exit end = {.header = {.type = TP_EXIT}, .wall_ns = UINT64_MAX};
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
static void collector_take_flood_is_bounded_and_right(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 1, 1), event;
	uint64_t i, count = 150000;

	named.name[0] = 7;
	take(world, &named);
	for (i = 2; i <= count; i++) {
		event = span_of(i * 1000, (uint32_t)i);
		event.name[1] = (uint32_t)(1000 + i); /* a place that cannot be read */
		take(world, &event);
		if (i % 1000 == 0) {
			event = span_of(i * 1000, 1); /* the named process lives on */
			take(world, &event);
		}
		if (i % 20000 == 0)
			commit(world);
	}
	commit(world);
	assert_counts(world, count + 150, count + 150, 0);
	event = span_of((count + 1) * 1000, 1);
	take(world, &event);
	commit(world);
	world->heard = 0;
	assert_ok(&world->fixture,
		  store_each(world->fixture.store, &(struct store_filter){.limit = 1}, hear, world,
			     &world->fixture.error));
	assert_string_equal(world->app[0], "named-app");
}

static void collector_take_without_memory_counts_at_every_place(void **state)
{
	struct world *world = *state;
	struct tp_event named = event_of(TP_SESSION_BEGIN, 1000, 1), event = span_of(2000, 1);
	uint64_t taken = 0, stored = 0;
	int64_t kept = 0;
	long allocations;
	int ret = -1;

	if (!CAN_FAIL_MEMORY)
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
		assert_counts(world, taken, stored, taken - stored -
			      collector_pending(world->collector));
		if (!ret)
			assert_int_equal(stored, 2);
		commit(world);
	}
	assert_int_equal(ret, 0);
	assert_true(allocations > 10);
	assert_int_equal(fixture_events(&world->fixture), kept + 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(collector_take_span_becomes_a_row),
		TEST(collector_take_name_of_a_library_is_read_there),
		TEST(collector_take_known_record_reads_no_text_again),
		TEST(collector_take_refused_names_are_placeholders),
		TEST(collector_take_app_is_the_named_one_or_the_program),
		TEST(collector_take_refused_app_leaves_the_program),
		TEST(collector_take_version_joins_the_open_session),
		TEST(collector_take_session_ends_with_quiet_and_midnight),
		TEST(collector_restarted_goes_on_in_the_session),
		TEST(collector_take_exit_keeps_resources_at_full_only),
		TEST(collector_take_exec_is_noted),
		TEST(collector_take_measure_is_its_bucket),
		TEST(collector_take_every_type_is_stored_with_its_names),
		TEST(collector_take_bad_records_are_counted),
		TEST(collector_commit_stale_position_is_counted),
		TEST(collector_take_after_erasure_stores_whole_events),
		TEST(collector_take_on_full_disk_counts_the_batch),
		TEST(collector_take_flood_is_bounded_and_right),
		TEST(collector_take_without_memory_counts_at_every_place),
	};

	return cmocka_run_group_tests_name("service/collector", tests, NULL, NULL);
}
