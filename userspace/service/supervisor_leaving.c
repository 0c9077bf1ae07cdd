/* SPDX-License-Identifier: GPL-2.0-only */
/* supervisor_leaving.c - files on their way out. One step after the other, none of which waits:
 * detached (threads of capture/), told to the collector, the ring empty, forgotten. */
#include <stdio.h>

#include "lib/clock.h"
#include "service/supervisor.h"

enum {
	WRITER_MS = 10000, /* longest a writer waits for names to be resolved; the kernel: 45 s */
	IDLE_MS = 1000,	   /* how soon after its last process a file is left */
};

void leaving_begin(struct supervisor *supervisor, const uint16_t *objects, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		uint32_t number = supervisor->files[objects[i]].target;

		supervisor->files[objects[i]] = (struct supervised_file){ 0 };
		if (!number)
			continue;
		supervisor->targets[number - 1].files--;
		supervisor->targets[number - 1].sites -=
			capture_sites(supervisor->capture, objects[i]);
	}
	if (count)
		capture_leave(supervisor->capture, objects, count);
}

static int tell(struct supervisor *supervisor, const struct leaving_file *file)
{
	const struct message message = { .kind = MESSAGE_FORGET, .object = file->object };

	return collector_send(supervisor, &message, -1);
}

static void tell_all(struct supervisor *supervisor)
{
	uint32_t i;

	for (i = 0; i < supervisor->leaving_count; i++)
		if (!supervisor->leaving[i].drain && tell(supervisor, &supervisor->leaving[i]))
			return; /* it does not read: its successor will be told */
	if (collector_ask_drain(supervisor))
		return;
	for (i = 0; i < supervisor->leaving_count; i++)
		if (!supervisor->leaving[i].drain)
			supervisor->leaving[i].drain = supervisor->drains;
}

void leaving_tell_again(struct supervisor *supervisor)
{
	uint32_t i;

	for (i = 0; i < supervisor->leaving_count; i++)
		supervisor->leaving[i].drain = 0;
	tell_all(supervisor);
}

void leaving_detached(struct supervisor *supervisor)
{
	uint32_t before = supervisor->leaving_count;
	uint16_t object;

	while ((object = capture_left(supervisor->capture)))
		supervisor->leaving[supervisor->leaving_count++] = (struct leaving_file){
			.object = object,
			.since_ms = clock_monotonic_ms(),
		};
	if (supervisor->leaving_count > before)
		tell_all(supervisor);
}

/* Numbers of drains only grow; the newest answer holds for all that were asked before. */
static bool is_drained(const struct supervisor *supervisor, const struct leaving_file *file)
{
	return file->drain && (int32_t)(supervisor->drained - file->drain) >= 0;
}

void leaving_drained(struct supervisor *supervisor)
{
	uint16_t gone[TP_OBJECTS];
	uint32_t i, kept = 0;
	int count = 0;

	for (i = 0; i < supervisor->leaving_count; i++) {
		const struct leaving_file file = supervisor->leaving[i];

		if (!is_drained(supervisor, &file)) {
			supervisor->leaving[kept++] = file;
			continue;
		}
		inspector_drop(supervisor->inspector, file.object);
		gone[count++] = file.object;
	}
	supervisor->leaving_count = kept;
	capture_forget(supervisor->capture, gone, count);
}

void leaving_hurry(struct supervisor *supervisor)
{
	int64_t now_ms = clock_monotonic_ms();
	uint32_t i;

	for (i = 0; i < supervisor->leaving_count; i++)
		if (now_ms - supervisor->leaving[i].since_ms > WRITER_MS)
			capture_release(supervisor->capture, supervisor->leaving[i].object);
}

void leaving_idle_soon(struct supervisor *supervisor)
{
	if (!supervisor->idle_due_ms)
		supervisor->idle_due_ms = clock_monotonic_ms() + IDLE_MS;
}

static void tell_written(struct supervisor *supervisor, uint16_t object)
{
	complain(&supervisor->complaints, COMPLAINT_WRITTEN, supervisor->files[object].target,
		 "'%s' is being written: detached from it",
		 capture_path(supervisor->capture, object));
}

void leaving_idle(struct supervisor *supervisor)
{
	uint16_t object, leaving[TP_OBJECTS];
	int count = 0;

	if (!supervisor->idle_due_ms || clock_monotonic_ms() < supervisor->idle_due_ms)
		return;
	supervisor->idle_due_ms = 0;
	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		const struct supervised_file *file = &supervisor->files[object];
		enum capture_use use;

		if (!file->target || !(file->is_unlisted || file->is_passing))
			continue;
		use = capture_use(supervisor->capture, object);
		if (use == CAPTURE_SHARED) {
			leaving_idle_soon(supervisor);
			continue;
		}
		if (use == CAPTURE_WRITTEN)
			tell_written(supervisor, object);
		supervisor->targets[file->target - 1].is_dirty = true; /* it may be there again */
		leaving[count++] = object;
	}
	leaving_begin(supervisor, leaving, count);
}

void leaving_written(struct supervisor *supervisor)
{
	uint16_t object, leaving[TP_OBJECTS];
	int count = 0;

	while ((object = capture_wanted(supervisor->capture))) {
		tell_written(supervisor, object);
		leaving[count++] = object;
	}
	leaving_begin(supervisor, leaving, count);
}
