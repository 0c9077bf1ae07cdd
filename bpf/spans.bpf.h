/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* spans.bpf.h - open spans of a thread, and of a process by id.
 * Rules (hazards: 4): an end closes the innermost span of its kind and name and, as abandoned, the
 * spans inside it; an end whose name is not open is counted and changes nothing; beyond 8 only the
 * depth is counted, and as many ends are then refused. */
#ifndef TELPROBE_BPF_SPANS_H
#define TELPROBE_BPF_SPANS_H

#include "emit.bpf.h"
#include "places.bpf.h"

enum { EEXIST = 17 };
enum { SPAN_BLOCK = 1024 }; /* numbers a thread takes at a time from its process; a power of two */

static __always_inline __u32 span_number(struct hit *hit)
{
	struct thread *leader;

	if (!(hit->thread->next_span & (SPAN_BLOCK - 1))) {
		leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);
		if (leader)
			hit->thread->next_span =
				__sync_fetch_and_add(&leader->next_block, 1) * SPAN_BLOCK;
		if (!hit->thread->next_span)
			hit->thread->next_span = 1; /* 0 is no span */
	}
	return hit->thread->next_span++;
}

/* The frame an id of 0 means: the thread's innermost open span. */
static __always_inline struct frame *innermost(struct thread *thread)
{
	__u32 depth = thread->depth;

	if (!depth || depth > TP_SPAN_DEPTH)
		return NULL;
	return &thread->frame[(depth - 1) & (TP_SPAN_DEPTH - 1)];
}

struct ending { /* how a span ends */
	__u64 now_ns;
	__u32 process;
	__u32 program;
	__u32 error; /* place */
	__s32 code;
	__u8 outcome;
	__u8 flags;
	__u8 is_discarded; /* the process is silent now: count, and tell nobody */
};

/* Detached from, a span's end is not seen any more: that it was never closed tells nothing. */
static __always_inline bool is_end_unseen(const struct frame *frame, const struct ending *ending)
{
	struct tp_object *object;
	__u32 key = frame->object;

	if (ending->outcome != TP_OUTCOME_ABANDONED)
		return false;
	object = bpf_map_lookup_elem(&objects, &key);
	return !object || !object->is_whole;
}

/* Global functions, so that the verifier looks at them once. */
__noinline int span_put(struct tp_reader *state, const struct frame *frame,
			const struct ending *ending)
{
	struct tp_event event = {};
	struct tp_counters *set;
	bool is_urgent;

	if (!state || !frame || !ending)
		return 0;
	set = counters_of(frame->object, frame->kind);
	if (!set)
		return 0;
	if (ending->is_discarded || is_end_unseen(frame, ending)) {
		bump(set, TP_COUNT_DISCARDED);
		return 0;
	}
	event.header.time_ns = ending->now_ns;
	event.header.process = ending->process;
	event.header.uid = frame->uid;
	event.header.object = frame->object;
	event.header.program = ending->program;
	event.header.type = TP_SPAN;
	event.header.kind = frame->kind;
	event.header.outcome = ending->outcome;
	event.header.flags = frame->flags | ending->flags;
	if (ending->now_ns > frame->start_ns)
		event.value = ending->now_ns - frame->start_ns;
	event.span = frame->span;
	event.parent = frame->parent;
	event.name[0] = frame->name[0];
	event.name[1] = frame->name[1];
	event.name[2] = frame->name[2];
	event.name[3] = ending->error;
	event.code = ending->code;
	is_urgent = ending->outcome == TP_OUTCOME_FAILED || ending->outcome == TP_OUTCOME_ABANDONED;
	bump(set, ending->outcome == TP_OUTCOME_ABANDONED ? TP_COUNT_ABANDONED : TP_COUNT_CLOSED);
	emit(state, &event, set, is_urgent);
	return 0;
}

/* Abandon the thread's open spans above @keep, innermost first. */
__noinline int spans_abandon(struct tp_reader *state, struct thread *thread, __u32 keep,
			     const struct ending *ending)
{
	struct frame *frame;
	int i;

	if (!state || !thread || !ending)
		return 0;
	for (i = 0; i < TP_SPAN_DEPTH; i++) {
		if (thread->depth <= keep)
			break;
		frame = innermost(thread);
		if (!frame)
			break;
		span_put(state, frame, ending);
		thread->depth--;
	}
	return 0;
}

static __always_inline void frame_fill(struct frame *frame, struct hit *hit, __u32 kind,
				       __u64 start_ns)
{
	frame->start_ns = start_ns;
	frame->uid = hit->uid;
	frame->object = hit->object;
	frame->kind = kind;
	frame->span = span_number(hit);
}

static __always_inline struct async_key async_key(struct hit *hit, __u32 kind, __u64 id)
{
	struct async_key key = {
		.process = hit->thread->process, .object = hit->object, .kind = kind, .id = id
	};

	return key;
}

/* Both the thread and its leader: whoever is last at exit must know that there is something left. */
static __always_inline void uses_ids(struct hit *hit)
{
	struct thread *leader;

	if (hit->thread->uses_ids)
		return;
	leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);
	if (leader)
		leader->uses_ids = 1;
	hit->thread->uses_ids = 1;
}

enum { ASYNC_TRIES = 3 }; /* other threads may begin and end the same id meanwhile */

static __always_inline void async_begin(struct hit *hit, struct frame *frame, __u64 id)
{
	struct async_key key = async_key(hit, frame->kind, id);
	int ret = 0, i; /* not long: before 6.4 the upper half of what comes back is not the sign */

	uses_ids(hit);
	frame->id = id;
	frame->process = key.process;
	for (i = 0; i < ASYNC_TRIES; i++) {
		ret = bpf_map_update_elem(&async_spans, &key, frame, BPF_NOEXIST);
		if (ret != -EEXIST)
			break;
		if (!bpf_map_delete_elem(&async_spans, &key))
			bump(hit->counters, TP_COUNT_OVERWRITTEN);
	}
	if (ret)
		bump(hit->counters, TP_COUNT_REFUSED_ASYNC_FULL);
}

/* The span around one with an id: of the same id and another kind, outermost kind first, as the
 * other events of that id have it; else what the thread has open. */
__noinline __u32 async_parent(struct thread *thread, __u32 object, __u32 kind, __u64 id)
{
	struct async_key key = { .object = object, .id = id };
	struct frame *outer;
	__u32 i;

	if (!thread)
		return 0;
	key.process = thread->process;
	for (i = 0; i < TP_SPAN_KINDS && i < kind; i++) {
		key.kind = i;
		outer = bpf_map_lookup_elem(&async_spans, &key);
		if (outer)
			return outer->span;
	}
	outer = innermost(thread);
	return outer ? outer->span : 0;
}

static __always_inline void span_begin(struct hit *hit, struct frame *frame, __u64 id)
{
	struct frame *outer = innermost(hit->thread);
	__u32 depth = hit->thread->depth;

	bump(hit->counters, TP_COUNT_BEGINS);
	if (id) {
		frame->parent = async_parent(hit->thread, hit->object, frame->kind, id);
		async_begin(hit, frame, id);
		return;
	}
	frame->parent = outer ? outer->span : 0;
	if (depth >= TP_SPAN_DEPTH) {
		hit->thread->deep++;
		bump(hit->counters, TP_COUNT_REFUSED_DEPTH);
		return;
	}
	hit->thread->frame[depth & (TP_SPAN_DEPTH - 1)] = *frame;
	hit->thread->depth = depth + 1;
}

static __always_inline void span_close(struct hit *hit, const struct frame *frame,
				       const struct ending *ending)
{
	if (frame->uid != hit->uid) /* whose it is changed in between: nobody consented to that */
		bump(hit->counters, TP_COUNT_REFUSED_OWNER);
	else
		span_put(hit->reader, frame, ending);
}

/* The entry is copied before it is deleted: of two ends one deletes. What was freed and filled anew
 * for another span in between is not ours. */
static __always_inline void async_end(struct hit *hit, __u32 kind, __u64 id,
				      const struct ending *ending)
{
	struct async_key key = async_key(hit, kind, id);
	struct frame *found, frame;

	found = bpf_map_lookup_elem(&async_spans, &key);
	if (found) {
		frame = *found;
		if (frame.id == id && frame.process == key.process && frame.kind == kind &&
		    !bpf_map_delete_elem(&async_spans, &key)) {
			span_close(hit, &frame, ending);
			return;
		}
	}
	bump(hit->counters, TP_COUNT_UNMATCHED);
}

/* The same text may stand at two places: `aliases` leads both to the first. */
static __always_inline __u32 first_place(__u32 object, __u32 place)
{
	struct tp_alias_key key = { .object = object, .place = place };
	__u32 *first = bpf_map_lookup_elem(&aliases, &key);

	return first ? *first : place;
}

/* Index of the innermost frame of that kind and name, -1 if none. */
__noinline int frame_find(struct thread *thread, __u32 kind, __u32 object, __u32 name,
			  bool with_aliases)
{
	struct frame *frame;
	int i;

	if (!thread)
		return -1;
	for (i = TP_SPAN_DEPTH - 1; i >= 0; i--) {
		if (i >= (int)thread->depth)
			continue;
		frame = &thread->frame[i];
		if (frame->kind != kind || frame->object != object)
			continue;
		if ((with_aliases ? first_place(object, frame->name[0]) : frame->name[0]) == name)
			return i;
	}
	return -1;
}

static __always_inline void span_end(struct hit *hit, __u32 kind, __u32 name, __u64 id,
				     struct ending *ending)
{
	struct thread *thread = hit->thread;
	struct ending outer = *ending;
	int index;

	bump(hit->counters, TP_COUNT_ENDS);
	if (id) {
		async_end(hit, kind, id, ending);
		return;
	}
	if (thread->deep) {
		thread->deep--;
		bump(hit->counters, TP_COUNT_REFUSED_DEPTH_END);
		return;
	}
	index = frame_find(thread, kind, hit->object, name, false);
	if (index < 0)
		index = frame_find(thread, kind, hit->object, first_place(hit->object, name), true);
	if (index < 0) {
		bump(hit->counters, TP_COUNT_UNMATCHED);
		return;
	}
	outer.outcome = TP_OUTCOME_ABANDONED;
	outer.flags = TP_FLAG_BY_OUTER;
	outer.error = TP_PLACE_ABSENT;
	spans_abandon(hit->reader, thread, index + 1, &outer);
	thread->depth = index;
	span_close(hit, &thread->frame[index & (TP_SPAN_DEPTH - 1)], ending);
}

static __always_inline void ending_fill(struct ending *ending, struct hit *hit, __u64 outcome)
{
	ending->now_ns = hit->now_ns;
	ending->process = hit->thread->process;
	ending->program = program_of(hit);
	ending->outcome = outcome <= TP_OUTCOME_CANCELLED ? outcome : TP_OUTCOME_FAILED;
}

#endif
