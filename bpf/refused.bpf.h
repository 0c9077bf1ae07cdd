/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* refused.bpf.h - spans whose owner agrees to less at their end than he did at their begin, or to
 * more. The hit is refused and counted; nothing of it is told or read. But an end still closes the
 * span it finds open, which is discarded: left open it would be the parent of what comes later, take
 * its room, and be told as abandoned some day. An end closes nothing that did not begin: what began
 * refused is counted in the span around it, and its end takes that back. (One that began refused inside
 * one of its own name, and ends admitted, is not told from that one.) */
#ifndef TELPROBE_BPF_REFUSED_H
#define TELPROBE_BPF_REFUSED_H

#include "markers.bpf.h"

enum { NO_OBJECT = 0xffff }; /* more than there are: of no file, not even one that was */

/* Index of the frame an end closes, -1 if none. A name that would have to be read is taken for that
 * of the innermost, if that was read, too. */
static __always_inline int refused_find(struct hit *hit, __u32 kind, __u32 name)
{
	struct frame *frame = innermost(hit->thread);

	if (name != TP_PLACE_UNDECLARED)
		return frame_ended(hit, kind, name);
	if (!frame || frame->kind != kind || frame->name[0] < TP_PLACE_DECLARED ||
	    file_of(frame->object, frame->generation) != file_of(hit->object, hit->generation))
		return -1;
	return (int)hit->thread->depth - 1;
}

/* It never ended. What lies above it in the list may still be open: its place stays until then. */
static __always_inline void frame_give_up(struct tp_reader *state, struct frame *frame,
					  const struct ending *ending)
{
	span_put(state, frame, ending);
	frame->object = NO_OBJECT;
}

/* Of the frames from @index on those of @file are counted and forgotten; those of others, who may agree to
 * theirs, stay what they are. One that is below such a frame goes when that does: frames_tidy(). */
__noinline int refused_discard(struct tp_reader *state, struct thread *thread, int index,
			       __u32 file)
{
	struct ending ending = { .is_discarded = true };
	struct frame *frame;
	int i;

	if (!state || !thread)
		return 0;
	for (i = TP_SPAN_DEPTH - 1; i >= 0; i--) {
		if (i < index || i >= (int)thread->depth)
			continue;
		frame = &thread->frame[i];
		if (file_of(frame->object, frame->generation) != file)
			continue;
		frame_give_up(state, frame, &ending);
	}
	return frames_drop(thread);
}

static __always_inline void refused_end_innermost(struct hit *hit, __u32 kind, __u64 pointer,
						  __u64 site)
{
	struct thread *thread = hit->thread;
	int index;

	if (refused_take_back(thread, kind))
		return;
	if (thread->deep[sort_of(kind)]) {
		thread->deep[sort_of(kind)]--;
		return;
	}
	index = refused_find(hit, kind, place_unread(hit, pointer, site));
	if (index < 0)
		return;
	deep_forget(thread);
	refused_discard(hit->reader, thread, index, file_of(hit->object, hit->generation));
}

/* Whoever began it: its thread need not be the one that ends it. */
static __always_inline void refused_end_async(struct hit *hit, __u32 kind, __u64 id)
{
	struct thread *leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);
	struct ending ending = { .is_discarded = true };
	struct tp_async_key key = {
		.object = hit->object,
		.generation = hit->generation,
		.kind = kind,
		.id = id,
	};
	struct frame frame;

	if (!leader || !leader->uses_ids)
		return;
	key.process = leader->process;
	if (async_take(&key, &frame))
		span_put(hit->reader, &frame, &ending);
}

static __always_inline void refused_begin(struct hit *hit, __u32 sort, __u64 id)
{
	struct frame *around = hit->thread && !id ? innermost(hit->thread) : NULL;

	if (around)
		around->refused[sort]++;
}

static __always_inline void refused_end(struct hit *hit, __u32 kind, __u64 pointer, __u64 id,
					__u64 site)
{
	if (id)
		refused_end_async(hit, kind, id);
	else if (hit->thread)
		refused_end_innermost(hit, kind, pointer, site);
}

/* Of a span's marker whose kind is one of telprobe.h. */
static __always_inline void refused_follow(struct pt_regs *ctx, struct hit *hit, __u32 marker)
{
	const __u64 site = PT_REGS_IP(ctx), one = ARG1, two = ARG2, three = ARG3, four = ARG4,
		    five = ARG5; /* read here: not by an offset that depends on the marker */

	switch (marker) {
	case TP_MARKER_COMMAND_BEGIN:
		refused_begin(hit, SORT_COMMAND, four);
		break;
	case TP_MARKER_COMMAND_END:
		refused_end(hit, TP_KIND_COMMAND, one, four, site);
		break;
	case TP_MARKER_SPAN_BEGIN:
		refused_begin(hit, SORT_SPAN, three);
		break;
	case TP_MARKER_SPAN_END:
		refused_end(hit, one, two, five, site);
		break;
	}
}

#endif
