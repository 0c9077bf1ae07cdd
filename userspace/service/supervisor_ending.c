/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_ending.c - a yes that ends by itself: off in the kernel, then deleted by the collector.
 * The kernel side stops at the end whatever becomes of us (struct tp_consent). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "service/supervisor.h"

_Static_assert((int)SUPERVISOR_TARGETS == (int)MESSAGE_TARGETS, "each has a bit");

enum { AGAIN_MS = 10000 }; /* until what could not be deleted is tried again */

struct consent_now ending_now(const struct supervisor *supervisor)
{
	struct consent_now now = { .utc_us = clock_now_us(), .boot_us = clock_boot_us() };

	memcpy(now.boot, supervisor->boot, sizeof(now.boot));
	return now;
}

static void note_ended(uint32_t uid, void *data)
{
	struct supervisor *supervisor = data;

	fprintf(stderr,
		"telprobe: the time uid %" PRIu32 " said yes for is over: off and deleted\n", uid);
	supervisor->owes = true;
	supervisor->end_due_ms = 0;
}

/* Return: whether one has ended. */
static bool tick(struct supervisor *supervisor)
{
	const struct consent_now now = ending_now(supervisor);
	bool had_none = !supervisor->owes;
	int64_t next_us = consents_tick(supervisor->consents, &now, note_ended, supervisor);

	supervisor->end_due_ms =
		next_us == INT64_MAX ? 0 : clock_monotonic_ms() + next_us / 1000 + 1;
	return had_none && supervisor->owes;
}

static int tell_end(uint32_t uid, void *data)
{
	struct supervisor *supervisor = data;
	struct message message = { .kind = MESSAGE_END, .uid = uid };

	if (!consents_owes(supervisor->consents, uid))
		return 0;
	supervisor->owes = true;
	message.place = ++supervisor->ends_told;
	collector_send(supervisor, &message, -1);
	return 0;
}

static int end(uint32_t uid, void *data)
{
	struct supervisor *supervisor = data;
	struct error error = { 0 };

	if (!consents_owes(supervisor->consents, uid))
		return 0;
	if (consent_apply(supervisor, uid, &error))
		fprintf(stderr, "telprobe: %s\n", error.what);
	return tell_end(uid, supervisor);
}

void ending_look(struct supervisor *supervisor)
{
	const bool is_again = supervisor->owes && clock_monotonic_ms() >= supervisor->end_again_ms;

	if (!tick(supervisor) && !is_again)
		return;
	supervisor->owes = false;
	supervisor->end_again_ms = clock_monotonic_ms() + AGAIN_MS;
	consents_each_uid(supervisor->consents, end, supervisor);
}

void ending_begin(struct supervisor *supervisor)
{
	tick(supervisor);
}

void ending_introduce(struct supervisor *supervisor)
{
	supervisor->owes = false;
	supervisor->end_again_ms = clock_monotonic_ms() + AGAIN_MS;
	consents_each_uid(supervisor->consents, tell_end, supervisor);
}

int ending_settle(struct supervisor *supervisor, uint32_t uid)
{
	if (!consents_owes(supervisor->consents, uid))
		return 0;
	tell_end(uid, supervisor);
	collector_await(supervisor, &supervisor->ends_done, supervisor->ends_told);
	return consents_owes(supervisor->consents, uid) ? 2 : 1;
}

void ending_answered(struct supervisor *supervisor, const struct message *message)
{
	supervisor->ends_done = message->place;
	if (message->code) {
		complain(&supervisor->complaints, COMPLAINT_NOT_DELETED, message->uid,
			 "what an ended yes of uid %" PRIu32
			 " collected is not deleted yet: %.63s; tried again in %d s",
			 message->uid, message->text, AGAIN_MS / 1000);
		return;
	}
	consents_paid(supervisor->consents, message->uid);
	consent_tell_collector(supervisor, message->uid);
}
