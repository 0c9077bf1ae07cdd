/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* spans.bpf.h - open spans of a thread, and of a process by id.
 * Rules (hazards: 4): an end closes the innermost span of its kind and name and, as abandoned, the
 * spans inside it; an end whose name is not open is counted and changes nothing; beyond 8 only the
 * depth is counted, by sort, and as many ends of that sort are then refused. What is refused for what its owner agrees to:
 * refused.bpf.h. */
#ifndef TELPROBE_BPF_SPANS_H
#define TELPROBE_BPF_SPANS_H

#include "places.bpf.h"
#include "sampling.bpf.h"
#include "totals.bpf.h"

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

/* What lies around that which begins or happens now: the run, where nothing else is open. */
static __always_inline __u32 span_around(struct thread *thread)
{
	struct frame *frame = innermost(thread);

	return frame ? frame->span : thread->run_span;
}

static __always_inline __u32 sort_of(__u32 kind)
{
	return kind == TP_KIND_COMMAND ? SORT_COMMAND : SORT_SPAN;
}

static __always_inline bool is_deep(const struct thread *thread)
{
	return thread->deep[SORT_COMMAND] || thread->deep[SORT_SPAN];
}

static __always_inline void deep_forget(struct thread *thread)
{
	thread->deep[SORT_COMMAND] = 0;
	thread->deep[SORT_SPAN] = 0;
}

/* A global function, so that the verifier looks at it once. */
__noinline int frames_drop(struct thread *thread)
{
	struct frame *frame;
	int i;

	if (!thread)
		return 0;
	for (i = 0; i < TP_SPAN_DEPTH; i++) {
		frame = innermost(thread);
		if (!frame || is_current(frame->object, frame->generation))
			break;
		thread->depth--;
	}
	return 0;
}

/* Spans of a file that gave its number up never end: they must neither take the room of others nor
 * be the parent of one. What was open was counted then. Below a live span they wait for its end. */
static __always_inline void frames_tidy(struct hit *hit)
{
	struct frame *frame = innermost(hit->thread);

	if (!frame || is_deep(hit->thread) ||
	    (frame->object == hit->object && frame->generation == hit->generation))
		return;
	frames_drop(hit->thread);
}

/* Detached from, a span's end is not seen any more: that it was never closed tells nothing. */
static __always_inline bool is_end_unseen(const struct tp_object *object,
					  const struct ending *ending)
{
	return ending->outcome == TP_OUTCOME_ABANDONED && !object->is_whole;
}

/* What its owner agrees to now. */
static __always_inline __u32 agreed_of_span(const struct frame *frame, const struct ending *ending,
					    const struct tp_object *object)
{
	struct tp_consent_key key = { .uid = frame->uid, .target = object->target };

	if (!ending->is_of_run && (object->target != ending->target || frame->uid != ending->uid))
		return agreed_of_consent(bpf_map_lookup_elem(&consent, &key));
	return TP_AGREED(ending->level, ending->without);
}

static __always_inline __u32 category_of_kind(__u32 kind)
{
	return kind == TP_KIND_COMMAND ? TP_CATEGORY_COMMANDS : TP_CATEGORY_SPANS;
}

/* The lowest level of which anything of such a span is told. */
static __always_inline __u32 level_for_kind(__u32 kind)
{
	return kind == TP_KIND_COMMAND ? TP_LEVEL_BASIC : TP_LEVEL_FULL;
}

/* Global functions, so that the verifier looks at them once and each has a stack of its own.
 * Return: 0; -1: the ring is full. */
__noinline int span_tell(struct tp_reader *state, const struct frame *frame,
			 const struct ending *ending)
{
	struct tp_event event = {};
	bool is_urgent;

	if (!state || !frame || !ending)
		return -1;
	event.header.time_ns = ending->now_ns;
	event.header.process = ending->process;
	event.header.uid = frame->uid;
	event.header.object = frame->object;
	event.header.program = ending->program;
	event.header.type = TP_SPAN;
	event.header.kind = frame->kind;
	event.header.outcome = ending->outcome;
	event.header.flags = frame->flags | ending->flags;
	event.value = span_duration(frame, ending);
	event.span = frame->span;
	event.parent = frame->parent;
	event.name[0] = frame->name[0];
	event.name[1] = frame->name[1];
	event.name[2] = frame->name[2];
	event.name[3] = ending->error;
	event.code = ending->code;
	is_urgent = ending->outcome == TP_OUTCOME_FAILED || ending->outcome == TP_OUTCOME_ABANDONED;
	return put_here(state, (const struct record *)&event, is_urgent);
}

/* Return: 0: counted; 1: of a file that gave its number up, with which what was open was
 * counted. */
__noinline int span_put(struct tp_reader *state, const struct frame *frame,
			const struct ending *ending)
{
	struct tp_counters *set;
	struct tp_object *object;
	__u32 number, agreed, level;

	if (!state || !frame || !ending)
		return 0;
	number = frame->object;
	object = bpf_map_lookup_elem(&objects, &number);
	set = counters_of_file(number, frame->kind);
	if (!set || !object || object->generation != frame->generation)
		return 1;
	agreed = agreed_of_span(frame, ending, object);
	level = TP_AGREED_LEVEL(agreed); /* at its begin and now: the less of both */
	if (level > frame->level)
		level = frame->level;
	if (ending->is_discarded || is_end_unseen(object, ending) ||
	    level < level_for_kind(frame->kind) ||
	    (TP_AGREED_WITHOUT(agreed) & category_of_kind(frame->kind))) {
		bump(set, TP_COUNT_DISCARDED);
		return 0;
	}
	bump(set, ending->outcome == TP_OUTCOME_ABANDONED ? TP_COUNT_ABANDONED : TP_COUNT_CLOSED);
	if (level == TP_LEVEL_BASIC ||
	    is_thinned_out(object, frame->kind, ending->outcome, ending->now_ns))
		span_add(state, frame, ending, set);
	else if (span_tell(state, frame, ending))
		bump(set, TP_COUNT_DROPPED_RING_FULL);
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
	frame->generation = hit->generation;
	frame->level = hit->level;
	frame->kind = kind;
	frame->span = span_number(hit);
}

static __always_inline struct tp_async_key async_key(struct hit *hit, __u32 kind, __u64 id)
{
	struct tp_async_key key = {
		.process = hit->thread->process,
		.object = hit->object,
		.generation = hit->generation,
		.kind = kind,
		.id = id,
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
	struct tp_async_key key = async_key(hit, frame->kind, id);
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
__noinline __u32 async_parent(struct thread *thread, __u32 object, __u32 generation, __u32 kind,
			      __u64 id)
{
	struct tp_async_key key = { .object = object, .generation = generation, .id = id };
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
	return span_around(thread);
}

static __always_inline void span_begin(struct hit *hit, struct frame *frame, __u64 id)
{
	__u32 depth = hit->thread->depth;

	bump(hit->counters, TP_COUNT_BEGINS);
	if (id) {
		frame->parent =
			async_parent(hit->thread, hit->object, hit->generation, frame->kind, id);
		async_begin(hit, frame, id);
		return;
	}
	frame->parent = span_around(hit->thread);
	if (depth >= TP_SPAN_DEPTH) {
		hit->thread->deep[sort_of(frame->kind)]++;
		bump(hit->counters, TP_COUNT_REFUSED_DEPTH);
		return;
	}
	hit->thread->frame[depth & (TP_SPAN_DEPTH - 1)] = *frame;
	hit->thread->depth = depth + 1;
}

/* An end without a begin. What runs since before all markers of the file were attached may have begun
 * the span then; what began to run later has not. */
static __always_inline void end_unmatched(struct hit *hit)
{
	struct tp_object *object = bpf_map_lookup_elem(&objects, &hit->object);
	const struct thread *thread = hit->thread;
	__u64 start_ns = hit->task->group_leader->start_time;

	barrier_var(
		start_ns); /* one load each: the verifier lets no two kinds of pointers share one */
	if (!thread->is_met)
		start_ns = thread->start_ns;
	if (object && start_ns < object->whole_since_ns) {
		bump(hit->counters, TP_COUNT_REFUSED_DISABLED);
		return;
	}
	bump(hit->counters, TP_COUNT_ENDS);
	bump(hit->counters, TP_COUNT_UNMATCHED);
}

static __always_inline void span_close(struct hit *hit, const struct frame *frame,
				       const struct ending *ending)
{
	if (frame->uid != hit->uid) { /* whose it is changed in between: nobody consented to that */
		bump(hit->counters, TP_COUNT_REFUSED_OWNER);
	} else if (span_put(hit->reader, frame, ending)) { /* it left since the hit was admitted */
		bump(hit->counters, TP_COUNT_REFUSED_DISABLED);
		return;
	}
	bump(hit->counters, TP_COUNT_ENDS);
}

/* The entry is copied before it is deleted: of two ends one deletes. What was freed and filled anew
 * for another span in between is not ours. */
static __always_inline bool async_take(struct tp_async_key *key, struct frame *out)
{
	struct frame *found = bpf_map_lookup_elem(&async_spans, key);

	if (!found)
		return false;
	*out = *found;
	return out->id == key->id && out->process == key->process && out->kind == key->kind &&
	       !bpf_map_delete_elem(&async_spans, key);
}

/* Return: false when nothing is open under that id. */
static __always_inline bool async_end(struct hit *hit, __u32 kind, __u64 id,
				      const struct ending *ending)
{
	struct tp_async_key key = async_key(hit, kind, id);
	struct frame frame;

	if (!async_take(&key, &frame))
		return false;
	span_close(hit, &frame, ending);
	return true;
}

/* The same text may stand at two places: `aliases` leads both to the first. */
static __always_inline __u32 first_place(__u32 object, __u32 place)
{
	struct tp_alias_key key = { .object = object, .place = place };
	__u32 *first = bpf_map_lookup_elem(&aliases, &key);

	return first ? *first : place;
}

/* A file among all that were, in one number. */
static __always_inline __u32 file_of(__u32 object, __u32 generation)
{
	return generation << 16 | object;
}

/* Index of the innermost frame of that kind and name, -1 if none. */
__noinline int frame_find(struct thread *thread, __u32 kind, __u32 file, __u32 name,
			  bool with_aliases)
{
	__u32 object = file & 0xffff;
	struct frame *frame;
	int i;

	if (!thread)
		return -1;
	for (i = TP_SPAN_DEPTH - 1; i >= 0; i--) {
		if (i >= (int)thread->depth)
			continue;
		frame = &thread->frame[i];
		if (frame->kind != kind || file_of(frame->object, frame->generation) != file)
			continue;
		if ((with_aliases ? first_place(object, frame->name[0]) : frame->name[0]) == name)
			return i;
	}
	return -1;
}

/* Return: whether such a span had begun inside the innermost frame and been refused. */
static __always_inline bool refused_take_back(struct thread *thread, __u32 kind)
{
	struct frame *around = innermost(thread);

	if (!around || !around->refused[sort_of(kind)])
		return false;
	around->refused[sort_of(kind)]--;
	return true;
}

/* Index of the frame an end of that name closes, -1 if none: mostly the innermost, for which no function
 * is called. */
static __always_inline int frame_ended(struct hit *hit, __u32 kind, __u32 name)
{
	__u32 file = file_of(hit->object, hit->generation);
	struct frame *frame = innermost(hit->thread);
	int index;

	if (frame && frame->kind == kind && frame->name[0] == name &&
	    file_of(frame->object, frame->generation) == file)
		return (int)hit->thread->depth - 1;
	index = frame_find(hit->thread, kind, file, name, false);
	return index < 0 ? frame_find(hit->thread, kind, file, first_place(hit->object, name), true)
			 : index;
}

/* What is open inside the frame @index when that ends. @ending is as it was afterwards: there is no
 * room on the stack for a second one. */
static __always_inline void abandon_inside(struct hit *hit, int index, struct ending *ending)
{
	const __u32 error = ending->error;
	const __u8 outcome = ending->outcome, flags = ending->flags;

	ending->outcome = TP_OUTCOME_ABANDONED;
	ending->flags = TP_FLAG_BY_OUTER;
	ending->error = TP_PLACE_ABSENT;
	spans_abandon(hit->reader, hit->thread, index + 1, ending);
	ending->outcome = outcome;
	ending->flags = flags;
	ending->error = error;
}

static __always_inline void frame_close(struct hit *hit, int index, struct ending *ending)
{
	struct thread *thread = hit->thread;

	deep_forget(thread); /* they were inside */
	if ((int)thread->depth != index + 1)
		abandon_inside(hit, index, ending);
	thread->depth = index;
	span_close(hit, &thread->frame[index & (TP_SPAN_DEPTH - 1)], ending);
}

/* Return: true when it ended one that found no frame. */
static __always_inline bool end_deep(struct hit *hit, __u32 kind)
{
	__u32 *deep = &hit->thread->deep[sort_of(kind)];

	if (!*deep)
		return false;
	--*deep;
	bump(hit->counters, TP_COUNT_ENDS);
	bump(hit->counters, TP_COUNT_REFUSED_DEPTH_END);
	return true;
}

static __always_inline void span_end(struct hit *hit, __u32 kind, __u32 name, __u64 id,
				     struct ending *ending)
{
	struct thread *thread = hit->thread;
	int index;

	if (id) {
		if (!async_end(hit, kind, id, ending))
			end_unmatched(hit);
		return;
	}
	if (end_deep(hit, kind))
		return;
	index = frame_ended(hit, kind, name);
	if (index < 0) {
		refused_take_back(thread, kind); /* it may have begun refused */
		end_unmatched(hit);
		return;
	}
	frame_close(hit, index, ending);
}

static __always_inline void ending_fill(struct ending *ending, struct hit *hit, __u64 outcome)
{
	ending->now_ns = hit->now_ns;
	ending->process = hit->thread->process;
	ending->program = program_of(hit);
	ending->target = hit->target;
	ending->uid = hit->uid;
	ending->level = hit->level;
	ending->without = hit->without;
	ending->is_of_run = !!(hit->thread->mark & TP_MARK_RUN);
	ending->outcome = outcome <= TP_OUTCOME_CANCELLED ? outcome : TP_OUTCOME_FAILED;
}

#endif
