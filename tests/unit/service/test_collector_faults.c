/* SPDX-License-Identifier: GPL-2.0-only */
/* What the collector stores when the disk is full, memory ends, or it is killed. */
#include <signal.h>
#include <sys/wait.h>

#include "unit/service/world.h"

#include "unit/failing_memory.h"
#include "unit/limit_files.h"

static void collector_take_on_full_disk_counts_the_batch(void **state)
{
	struct world *world = *state;
	struct tp_event event;
	uint64_t i, failures = 0;
	int ret;

	event = span_of(0, 1);
	take(world, &event);
	commit(world);
	limit_files(120000);
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
	limit_files(RLIM_INFINITY);
	commit(world);
	assert_true(failures > 0);
	assert_true(collector_counts(world->collector)->lost[LOSS_STORE_ERROR] > 0);
	assert_counts(world, 40001, (uint64_t)fixture_events(&world->fixture),
		      collector_counts(world->collector)->lost[LOSS_STORE_ERROR]);
	event = span_of(1, 1);
	take(world, &event);
	read_all(world); /* with room again it goes on, and what is there is whole */
}

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
		TEST(collector_killed_at_any_instant_loses_and_repeats_nothing),
		TEST(collector_take_on_full_disk_counts_the_batch),
		TEST(collector_take_without_memory_counts_at_every_place),
	};

	return cmocka_run_group_tests_name("service/collector_faults", tests, NULL, NULL);
}
