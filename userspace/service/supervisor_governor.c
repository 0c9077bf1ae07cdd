/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_governor.c - what the probes of each target cost its programs, and that it is no more than the
 * administrator allows. Counted are hits of everybody, whether anything may be recorded of them or not:
 * the trap is most of the cost. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/clock.h"
#include "service/supervisor.h"

enum {
	PER_CENT = 100,
	WORK = 140, /* per cent: a marker's hit beside one of an empty probe ('make bench', pair) */
};

/* Processor time of the hits since the last call. */
static int64_t cost_ns(struct supervisor *supervisor, uint32_t number)
{
	const struct capture_facts *facts = capture_facts(supervisor->capture);
	uint16_t object;
	int64_t hits = 0;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		struct supervised_file *file = &supervisor->files[object];
		uint32_t now;
		int32_t more;

		if (file->target != number)
			continue;
		now = capture_hits(supervisor->capture, object);
		more = (int32_t)(now - file->hits);
		file->hits = now;
		hits += more > 0 ? more : 0; /* less: some were lost when it was described again */
	}
	return hits * facts->hit_ns / PER_CENT * WORK;
}

static void rest(struct supervisor *supervisor, uint32_t number)
{
	uint16_t object, resting[TP_OBJECTS];
	int count = 0;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++)
		if (supervisor->files[object].target == number)
			resting[count++] = object;
	capture_rest(supervisor->capture, resting, count);
}

static void rouse(struct supervisor *supervisor, uint32_t number)
{
	struct error error = { 0 };
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++)
		if (supervisor->files[object].target == number &&
		    capture_rouse(supervisor->capture, object, &error))
			target_lost(supervisor, object, error.what);
}

static void tell(struct supervisor *supervisor, const struct supervised_target *target)
{
	fprintf(stderr,
		"telprobe: target '%s': its probes cost its programs %.0f %% of a processor, more "
		"than overhead_max (%lld): attached to now and then only\n",
		target->name, target->governor.share * PER_CENT,
		(long long)supervisor->config->overhead_max);
}

static void govern(struct supervisor *supervisor, struct supervised_target *target, int64_t now_ms)
{
	const uint32_t number = (uint32_t)(target - supervisor->targets) + 1;
	double allowed = (double)supervisor->config->overhead_max / PER_CENT;
	bool was_governed = target->governor.is_governed;
	uint32_t chance = UINT32_MAX / 2;

	if (now_ms < target->governor.due_ms)
		return;
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = UINT32_MAX / 2;
	switch (governor_look(&target->governor, now_ms, cost_ns(supervisor, number), allowed,
			      chance)) {
	case GOVERNOR_REST:
		rest(supervisor, number);
		if (!was_governed)
			tell(supervisor, target);
		break;
	case GOVERNOR_ROUSE:
		rouse(supervisor, number);
		break;
	case GOVERNOR_RELEASE:
		fprintf(stderr, "telprobe: target '%s': its probes cost less now: attached to\n",
			target->name);
		break;
	case GOVERNOR_NOTHING:
		break;
	}
}

/* It may have been changed by a reload. */
static void release(struct supervisor *supervisor, struct supervised_target *target)
{
	if (target->governor.is_resting)
		rouse(supervisor, (uint32_t)(target - supervisor->targets) + 1);
	target->governor = (struct governor){ 0 };
}

static bool may_be_governed(const struct supervisor *supervisor,
			    const struct supervised_target *target)
{
	return supervisor->config->overhead_max && target->sites && !target->is_let_be;
}

void governor_turn(struct supervisor *supervisor)
{
	int64_t now_ms = clock_monotonic_ms();
	uint32_t i;

	supervisor->governor_due_ms = 0;
	for (i = 0; i < supervisor->target_count; i++) {
		struct supervised_target *target = &supervisor->targets[i];
		int64_t due_ms;

		if (!may_be_governed(supervisor, target)) {
			release(supervisor, target);
			continue;
		}
		govern(supervisor, target, now_ms);
		due_ms = target->governor.due_ms;
		if (!supervisor->governor_due_ms || due_ms < supervisor->governor_due_ms)
			supervisor->governor_due_ms = due_ms;
	}
}

void target_describe_governor(const struct supervisor *supervisor, uint32_t uid,
			      const struct supervised_target *target, char out[CONTROL_TEXT])
{
	const struct governor *governor = &target->governor;

	out[0] = '\0';
	if (governor->is_governed && uid)
		snprintf(out, CONTROL_TEXT,
			 "its probes cost its programs more than overhead_max allows: attached to "
			 "at random moments, so only a part is recorded");
	else if (governor->is_governed)
		snprintf(out, CONTROL_TEXT,
			 "its probes cost its programs %.0f %% of a processor, more than "
			 "overhead_max (%lld) allows: attached to at random moments, 1 of %.1f of "
			 "the time; what is recorded since then times that is an estimate",
			 governor->share * PER_CENT, (long long)supervisor->config->overhead_max,
			 governor_factor(governor, clock_monotonic_ms()));
}
