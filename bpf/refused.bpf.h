/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* refused.bpf.h - spans whose owner agrees to less at their end than he did at their begin, or to
 * more. The hit is refused and counted; nothing of it is told or read. But an end still closes the
 * span it finds open, which is discarded: left open it would be the parent of what comes later, take
 * its room, and be told as abandoned some day. An end closes nothing that did not begin: what began
 * refused is counted in the span around it, and its end takes that back. */
#ifndef TELPROBE_BPF_REFUSED_H
#define TELPROBE_BPF_REFUSED_H

#include "markers.bpf.h"

/* The file as well as the owner: another's end says nothing of it. */
static __always_inline bool is_frame_of(const struct hit *hit, const struct frame *frame)
{
	return frame->object == hit->object && frame->generation == hit->generation &&
	       frame->uid == hit->uid;
}

/* Index of the frame an end closes, -1 if none. A name that would have to be read is taken for that
 * of the innermost. */
static __always_inline int refused_find(struct hit *hit, __u32 kind, __u32 name)
{
	__u32 file = file_of(hit->object, hit->generation);
	struct frame *frame = innermost(hit->thread);
	int index;

	if (name == TP_PLACE_UNDECLARED)
		return frame && frame->kind == kind && is_frame_of(hit, frame)
			       ? (int)hit->thread->depth - 1
			       : -1;
	index = frame_find(hit->thread, kind, file, name, false);
	if (index < 0)
		index = frame_find(hit->thread, kind, file, first_place(hit->object, name), true);
	if (index < 0 || hit->thread->frame[index & (TP_SPAN_DEPTH - 1)].uid != hit->uid)
		return -1;
	return index;
}

static __always_inline void refused_end_innermost(struct hit *hit, __u32 kind, __u64 pointer,
						  __u64 site)
{
	struct ending ending = { .now_ns = hit->now_ns, .is_discarded = true };
	struct frame *around = innermost(hit->thread);
	__u32 *begun;
	int index;

	if (!around)
		return;
	begun = &around->refused[kind != TP_KIND_COMMAND];
	if (*begun) {
		*begun -= 1;
		return;
	}
	if (hit->thread->deep) {
		hit->thread->deep -= is_frame_of(hit, around);
		return;
	}
	index = refused_find(hit, kind, place_unread(hit, pointer, site));
	if (index >= 0)
		spans_abandon(hit->reader, hit->thread, index, &ending);
}

/* Whoever began it: its thread need not be the one that ends it. */
static __always_inline void refused_end_async(struct hit *hit, __u32 kind, __u64 id)
{
	struct thread *leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);
	struct ending ending = { .now_ns = hit->now_ns, .is_discarded = true };
	struct tp_async_key key = {
		.object = hit->object,
		.generation = hit->generation,
		.kind = kind,
		.id = id,
	};
	struct frame *found, frame;

	if (!leader || !leader->uses_ids)
		return;
	key.process = leader->process;
	found = bpf_map_lookup_elem(&async_spans, &key);
	if (!found || found->uid != hit->uid)
		return;
	frame = *found;
	if (!bpf_map_delete_elem(&async_spans, &key))
		span_put(hit->reader, &frame, &ending);
}

static __always_inline void refused_begin(struct hit *hit, bool is_span, __u64 id)
{
	struct frame *around = hit->thread && !id ? innermost(hit->thread) : NULL;

	if (around)
		around->refused[is_span]++;
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
		refused_begin(hit, false, four);
		break;
	case TP_MARKER_COMMAND_END:
		refused_end(hit, TP_KIND_COMMAND, one, four, site);
		break;
	case TP_MARKER_SPAN_BEGIN:
		refused_begin(hit, true, three);
		break;
	case TP_MARKER_SPAN_END:
		refused_end(hit, one, two, five, site);
		break;
	}
}

#endif
