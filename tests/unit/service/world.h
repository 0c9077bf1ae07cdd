/* SPDX-License-Identifier: GPL-2.0-only */
/* world.h - a collector with a fake source, and what it stored. */
#ifndef TESTS_UNIT_SERVICE_WORLD_H
#define TESTS_UNIT_SERVICE_WORLD_H

#include "unit/store/fixture.h"

#include "service/collector.h"

enum { HEARD = 64 };

static const struct store_ring ring = { .boot_id = "boot", .ring_id = "ring" };

/* Two files: object 1 "demo-cli" is a program, object 2 a library, 3 a program of a bad name. */
static const char *const texts[] = {
	[1] = "think",	       [2] = "run",
	[3] = "balanced",      [4] = "timeout",
	[5] = "a b c",	       [6] = "ms",
	[7] = "named-app",     [8] = "2.1.0",
	[9] = "Bad App",       [10] = "2.2.0",
	[11] = "api_error",    [12] = "E42",
	[13] = "bad ver",      [14] = "user.password",
	[15] = "tarolimasune",
};

struct world {
	struct fixture fixture; /* first: the helpers of the store's tests take it */
	struct firewall *firewall;
	struct collector *collector;
	struct collector_source source;
	int text_calls;
	bool is_replaced; /* object 1 is another file now */
	int refused_calls;
	char refused_text[64];
	int heard;
	struct store_row rows[HEARD];
	char app[HEARD][64], version[HEARD][64], session[HEARD][17], name[HEARD][5][64];
};

static inline int fake_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	struct world *world = data;

	world->text_calls++;
	if (place == TP_PLACE_DECLARED + 1)
		return snprintf(out, 64, "declared-1") < 0;
	if (place == 500)
		return -E2BIG;
	if (place >= sizeof(texts) / sizeof(texts[0]) || !texts[place])
		return -ENOENT;
	snprintf(out, 64, "%s%s", texts[place],
		 object == 2	      ? "-lib"
		 : world->is_replaced ? "-new"
				      : "");
	return 0;
}

static const char *fake_program(void *data, uint16_t object)
{
	struct world *world = data;

	if (object == 1 && world->is_replaced)
		return "other-cli";
	return object == 1 ? "demo-cli" : object == 3 ? "Bad Program" : NULL;
}

static inline int64_t fake_utc_us(void *data, uint64_t monotonic_ns)
{
	(void)data;
	return NOON_US + (int64_t)(monotonic_ns / 1000);
}

static inline void fake_refused(void *data, uint16_t object, enum firewall_layer layer,
				const char *text)
{
	struct world *world = data;

	(void)object;
	(void)layer;
	world->refused_calls++;
	snprintf(world->refused_text, sizeof(world->refused_text), "%s", text ? text : "(none)");
}

static inline void collector_restart(struct world *world, int level)
{
	collector_free(world->collector);
	world->collector = NULL;
	assert_ok(&world->fixture,
		  collector_new(world->fixture.store, world->firewall, &world->source, level,
				&world->collector, &world->fixture.error));
}

static inline int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	void *fixture;

	if (!world || fixture_setup(&fixture))
		return -1;
	world->fixture = *(struct fixture *)fixture;
	free(fixture);
	world->source = (struct collector_source){ .data = world,
						   .text = fake_text,
						   .program = fake_program,
						   .utc_us = fake_utc_us,
						   .refused = fake_refused };
	if (firewall_new(NULL, &world->firewall, NULL))
		return -1;
	fixture_open(&world->fixture);
	collector_restart(world, TP_LEVEL_FULL);
	*state = world;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *world = *state;

	collector_free(world->collector);
	firewall_free(world->firewall);
	return fixture_teardown(state); /* frees the world, whose first member it is */
}

static inline struct tp_event event_of(enum tp_type type, uint64_t time_ns, uint32_t process)
{
	return (struct tp_event){ .header = { .time_ns = time_ns,
					      .process = process,
					      .object = 1,
					      .program = 1,
					      .type = (uint8_t)type } };
}

static inline struct tp_event span_of(uint64_t time_ns, uint32_t process)
{
	struct tp_event event = event_of(TP_SPAN, time_ns, process);

	event.value = 1500;
	event.span = 1;
	event.name[0] = 1;
	return event;
}

static inline void take(struct world *world, const void *record)
{
	assert_ok(&world->fixture, collector_take(world->collector, record, sizeof(struct tp_event),
						  &world->fixture.error));
}

static inline void commit(struct world *world)
{
	assert_ok(&world->fixture,
		  collector_commit(world->collector, NULL, 0, 0, &world->fixture.error));
}

static inline int hear(const struct store_row *row, void *data)
{
	struct world *world = data;
	int i, n = world->heard++;

	assert_true(n < HEARD);
	world->rows[n] = *row;
	copy_text(world->app[n], sizeof(world->app[n]), row->app);
	copy_text(world->version[n], sizeof(world->version[n]), row->version);
	copy_text(world->session[n], sizeof(world->session[n]), row->session);
	for (i = 0; i < 5; i++)
		copy_text(world->name[n][i], sizeof(world->name[n][i]), row->name[i]);
	return 0;
}

static inline void read_all(struct world *world)
{
	struct store_filter filter = { 0 };

	commit(world);
	world->heard = 0;
	assert_ok(&world->fixture,
		  store_each(world->fixture.store, &filter, hear, world, &world->fixture.error));
}

/* The identity of the counts, at any moment. */
static inline void assert_counts(const struct world *world, uint64_t taken, uint64_t stored,
				 uint64_t lost)
{
	const struct collector_counts *counts = collector_counts(world->collector);
	uint64_t sum = 0;
	int i;

	for (i = 0; i < LOSSES; i++)
		sum += counts->lost[i];
	assert_int_equal(counts->taken, taken);
	assert_int_equal(counts->stored, stored);
	assert_int_equal(sum, lost);
	assert_int_equal(taken,
			 counts->noted + stored + lost + collector_pending(world->collector));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
