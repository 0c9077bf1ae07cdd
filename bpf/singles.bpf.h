/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* singles.bpf.h - markers that are one event each, and whole spans. */
#ifndef TELPROBE_BPF_SINGLES_H
#define TELPROBE_BPF_SINGLES_H

#include "spans.bpf.h"

/* The open span an id means, whatever its kind; the thread's innermost for 0. */
static __always_inline struct frame *frame_of(struct hit *hit, __u64 id)
{
	struct tp_async_key key = async_key(hit, 0, id);
	struct frame *frame;
	int kind;

	if (!id)
		return innermost(hit->thread);
	for (kind = 0; kind < TP_SPAN_KINDS; kind++) {
		key.kind = kind;
		frame = bpf_map_lookup_elem(&async_spans, &key);
		if (frame)
			return frame;
	}
	return NULL;
}

static __always_inline void event_fill(struct tp_event *event, struct hit *hit, __u8 type)
{
	event->header.time_ns = hit->now_ns;
	event->header.process = hit->thread->process;
	event->header.uid = hit->uid;
	event->header.object = hit->object;
	event->header.program = program_of(hit);
	event->header.type = type;
}

/* @id: of the span the event belongs to */
static __always_inline void event_emit(struct tp_event *event, struct hit *hit, __u64 id,
				       bool is_urgent)
{
	struct frame *frame = frame_of(hit, id);

	event->parent = frame ? frame->span : hit->thread->run_span;
	bump(hit->counters, TP_COUNT_SINGLES);
	emit(hit->reader, event, hit->counters, is_urgent);
}

/* Return: true when the span, or without one the session, has room for one more tag. */
static __always_inline bool tag_has_room(struct hit *hit, __u64 id)
{
	struct frame *frame = frame_of(hit, id);
	__u32 *tags = frame ? &frame->tags : &hit->thread->session_tags;

	return __sync_fetch_and_add(tags, 1) < TP_SPAN_TAGS;
}

/* Numbers a decision by its id; the second half tells how long the first waited, and ends it. */
static __always_inline void decision_pair(struct tp_event *event, struct hit *hit, __u64 id)
{
	struct tp_async_key key = async_key(hit, TP_KINDS, id);
	struct decision decision = { .first_ns = hit->now_ns };
	struct decision *first;

	first = bpf_map_lookup_elem(&decisions, &key);
	if (first) {
		decision = *first;
		event->span = decision.number;
		if (hit->now_ns > decision.first_ns)
			event->value = hit->now_ns - decision.first_ns;
		bpf_map_delete_elem(&decisions, &key);
		return;
	}
	decision.number = span_number(hit);
	uses_ids(hit);
	if (bpf_map_update_elem(&decisions, &key, &decision, BPF_NOEXIST))
		bump(hit->counters, TP_COUNT_REFUSED_DECISION);
	else
		event->span = decision.number;
}

/* A time namespace shifts what its processes call CLOCK_MONOTONIC. */
static __always_inline __u64 host_monotonic(struct task_struct *task, __u64 ns)
{
	struct nsproxy *namespaces = task->nsproxy;
	struct time_namespace *time;

	if (!namespaces)
		return ns;
	time = namespaces->time_ns;
	if (!time)
		return ns;
	return ns - time->offsets.monotonic.tv_sec * 1000000000ull -
	       time->offsets.monotonic.tv_nsec;
}

#endif
