/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* markers.bpf.h - what each marker does once its hit was admitted. The arguments stand in the
 * registers of the calling convention, in the order of include/telprobe.h. */
#ifndef TELPROBE_BPF_MARKERS_H
#define TELPROBE_BPF_MARKERS_H

#include "singles.bpf.h"

/* When a whole span of @task may have begun at the earliest: up to the object, as place_unknown(). */
static __always_inline __u64 earliest_start(struct task_struct *task);

#define NAME(i, pointer, flags) \
	place_of(hit, pointer, PT_REGS_IP(ctx), TP_FLAG_NAME_IN_PROGRAM << (i), flags)

#define ARG1 PT_REGS_PARM1(ctx)
#define ARG2 PT_REGS_PARM2(ctx)
#define ARG3 PT_REGS_PARM3(ctx)
#define ARG4 PT_REGS_PARM4(ctx)
#define ARG5 PT_REGS_PARM5(ctx)
#if defined(__TARGET_ARCH_x86)
#define ARG6 (ctx->r9)
#else
#define ARG6 (ctx->user_regs.regs[5])
#endif

static __always_inline int on_command_begin(struct pt_regs *ctx, struct hit *hit)
{
	struct frame frame = {};

	frame_fill(&frame, hit, TP_KIND_COMMAND, hit->now_ns);
	frame.name[0] = NAME(0, ARG1, &frame.flags);
	frame.name[1] = NAME(1, ARG2, &frame.flags);
	frame.name[2] = NAME(2, ARG3, &frame.flags);
	span_begin(hit, &frame, ARG4);
	return 0;
}

static __always_inline int on_command_end(struct pt_regs *ctx, struct hit *hit)
{
	struct ending ending = {};
	__u8 flags = 0;
	__u32 name;

	ending_fill(&ending, hit, ARG2);
	name = NAME(0, ARG1, &flags);
	ending.error = NAME(3, ARG3, &ending.flags);
	span_end(hit, TP_KIND_COMMAND, name, ARG4, &ending);
	return 0;
}

static __always_inline int on_span_begin(struct pt_regs *ctx, struct hit *hit)
{
	struct frame frame = {};
	__u64 kind = ARG1;

	frame_fill(&frame, hit, kind, hit->now_ns);
	frame.name[0] = NAME(0, ARG2, &frame.flags);
	span_begin(hit, &frame, ARG3);
	return 0;
}

static __always_inline int on_span_end(struct pt_regs *ctx, struct hit *hit)
{
	struct ending ending = {};
	__u64 kind = ARG1;
	__u8 flags = 0;
	__u32 name;

	ending_fill(&ending, hit, ARG3);
	name = NAME(0, ARG2, &flags);
	ending.error = NAME(3, ARG4, &ending.flags);
	span_end(hit, kind, name, ARG5, &ending);
	return 0;
}

static __always_inline int on_span_done(struct pt_regs *ctx, struct hit *hit)
{
	struct ending ending = {};
	struct frame frame = {};
	__u64 kind = ARG1, start_ns;

	bump(hit->counters, TP_COUNT_BEGINS);
	start_ns = host_monotonic(hit->task, ARG3);
	if (start_ns > hit->now_ns || start_ns < earliest_start(hit->task)) {
		bump(hit->counters, TP_COUNT_REFUSED_START);
		return 0;
	}
	frame_fill(&frame, hit, kind, start_ns);
	frame.name[0] = NAME(0, ARG2, &frame.flags);
	frame.parent = span_around(hit->thread);
	ending_fill(&ending, hit, ARG4);
	ending.error = NAME(3, ARG5, &ending.flags);
	span_close(hit, &frame, &ending);
	return 0;
}

static __always_inline int on_tag(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	if (!tag_has_room(hit, ARG3)) {
		bump(hit->counters, TP_COUNT_REFUSED_TAGS);
		return 0;
	}
	event_fill(&event, hit, TP_TAG);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.name[1] = NAME(1, ARG2, &event.header.flags);
	event_emit(&event, hit, ARG3, false);
	return 0;
}

static __always_inline int on_count(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_COUNT);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.value = ARG2;
	event_emit(&event, hit, ARG3, false);
	return 0;
}

static __always_inline int on_measure(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_MEASURE);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.value = ARG2;
	event.name[1] = NAME(1, ARG3, &event.header.flags);
	event_emit(&event, hit, ARG4, false);
	return 0;
}

static __always_inline int on_error(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_ERROR);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.name[1] = NAME(1, ARG2, &event.header.flags);
	event.header.kind = ARG3 <= 4 ? ARG3 : 4;
	event.header.outcome = ARG4 != 0;
	event_emit(&event, hit, ARG5, true);
	return 0;
}

static __always_inline int on_recovered(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_RECOVERED);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.name[1] = NAME(1, ARG2, &event.header.flags);
	event.value = ARG3;
	event_emit(&event, hit, ARG4, false);
	return 0;
}

static __always_inline int on_feature(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	if (ARG2 > 2) {
		count(0, hit->kind, TP_COUNT_REFUSED_ARGUMENT);
		return 0;
	}
	event_fill(&event, hit, TP_FEATURE);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.header.kind = ARG2;
	event.name[1] = NAME(1, ARG3, &event.header.flags);
	event_emit(&event, hit, 0, false);
	return 0;
}

static __always_inline int on_decision(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_DECISION);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.name[1] = NAME(1, ARG2, &event.header.flags);
	event.name[2] = NAME(2, ARG3, &event.header.flags);
	event.name[3] = NAME(3, ARG4, &event.header.flags);
	if (ARG5)
		decision_pair(&event, hit, ARG5);
	event_emit(&event, hit, 0, false);
	return 0;
}

static __always_inline int on_lifecycle(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_LIFECYCLE);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.name[1] = NAME(1, ARG2, &event.header.flags);
	event.name[2] = NAME(2, ARG3, &event.header.flags);
	event.name[3] = NAME(3, ARG4, &event.header.flags);
	event.name[4] = NAME(4, ARG5, &event.header.flags);
	event.value = ARG6;
	event_emit(&event, hit, 0, false);
	return 0;
}

static __always_inline int on_session_begin(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};
	struct thread *leader;

	event_fill(&event, hit, TP_SESSION_BEGIN);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event.name[1] = NAME(1, ARG2, &event.header.flags);
	event_emit(&event, hit, 0, false);
	leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);
	if (leader)
		leader->named_by = hit->object;
	return 0;
}

static __always_inline int on_session_end(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};

	event_fill(&event, hit, TP_SESSION_END);
	event.name[0] = NAME(0, ARG1, &event.header.flags);
	event_emit(&event, hit, 0, false);
	return 0;
}

static __always_inline int on_opt_out(struct pt_regs *ctx, struct hit *hit)
{
	struct tp_event event = {};
	__u32 yes = 1;

	if (hit->level > TP_LEVEL_BASIC && /* below, not even of that anything single is told */
	    !(hit->without & TP_CATEGORY_SESSIONS)) {
		event_fill(&event, hit, TP_OPTED_OUT);
		event_emit(&event, hit, 0, false);
	}
	hit->thread->mark |= TP_MARK_SILENT;
	if (!bpf_map_update_elem(&silent, &hit->thread->process, &yes, BPF_NOEXIST))
		__sync_fetch_and_add(&numbers.silent_count, 1);
	return 0;
}

#endif
