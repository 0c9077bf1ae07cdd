/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* foreign.bpf.h - spans of programs that carry no markers: what begins and ends them are USDT probes of
 * others and functions. Their names stand in the configuration; of the program's own data nothing is
 * read but registers, and those are only compared.
 * Ends are not to be relied on: a function is left by longjmp() or an exception, a query that fails
 * passes by its last probe. So what was left open is abandoned as soon as that can be told: by a
 * begin of the same name, or by one of a function further up the stack. */
#ifndef TELPROBE_BPF_FOREIGN_H
#define TELPROBE_BPF_FOREIGN_H

#include "refused.bpf.h"

/* Each is read by a constant offset: the verifier takes no other, and the compiler would make one. */
static __always_inline __u64 argument_of(struct pt_regs *ctx, __u32 argument)
{
	__u64 found = ARG1;

#define TP_X(number, value)           \
	if (argument == (number)) {   \
		__u64 this = (value); \
                                      \
		barrier_var(this);    \
		found = this;         \
	}
	TP_X(2, ARG2)
	TP_X(3, ARG3)
	TP_X(4, ARG4)
	TP_X(5, ARG5)
	TP_X(6, ARG6)
#undef TP_X
	return found;
}

/* Two spans of a program may have the same argument, and no id is 0. */
static __always_inline __u64 id_of(struct pt_regs *ctx, const struct tp_foreign *span, __u32 number)
{
	__u64 which = (__u64)number << 48;

	if (span->pairing == TP_PAIRING_THREAD)
		return which | (__u32)bpf_get_current_pid_tgid();
	if (span->pairing == TP_PAIRING_ARGUMENT)
		return (which + argument_of(ctx, span->argument)) ?: 1;
	return 0;
}

/* Index of the lowest frame of a function that has been left, seen from a stack pointer which a call has
 * just lowered; -1 if none. A global function, so that the verifier looks at it once. */
__noinline int frame_left(struct thread *thread, __u32 stack)
{
	struct frame *frame;
	__u32 i;

	if (!thread)
		return -1;
	for (i = 0; i < TP_SPAN_DEPTH; i++) {
		if (i >= thread->depth)
			break;
		frame = &thread->frame[i];
		if (frame->is_function && (__s32)(frame->stack - stack) <= 0)
			return i;
	}
	return -1;
}

/* Index of the function's frame that returns at that stack pointer, -1 if none. */
__noinline int frame_returned(struct thread *thread, __u32 kind, __u32 file, __u32 name,
			      __u32 stack)
{
	struct frame *frame;
	int i;

	if (!thread)
		return -1;
	for (i = TP_SPAN_DEPTH - 1; i >= 0; i--) {
		if (i >= (int)thread->depth)
			continue;
		frame = &thread->frame[i];
		if (frame->is_function && frame->stack == stack && frame->kind == kind &&
		    frame->name[0] == name && file_of(frame->object, frame->generation) == file)
			return i;
	}
	return -1;
}

static __always_inline int frame_open(struct hit *hit, const struct tp_foreign *span)
{
	return frame_find(hit->thread, span->kind, file_of(hit->object, hit->generation),
			  span->name, false);
}

/* What is open from @index on never ended. */
static __always_inline void never_ended(struct hit *hit, int index)
{
	struct ending ending = {};

	ending_fill(&ending, hit, TP_OUTCOME_OK);
	ending.outcome = TP_OUTCOME_ABANDONED;
	deep_forget(hit->thread);
	spans_abandon(hit->reader, hit->thread, index, &ending);
}

/* Return: true when the begin is none: it is part of what is open. */
static __always_inline bool is_part(struct hit *hit, const struct tp_foreign *span)
{
	int index = frame_open(hit, span);
	struct frame *frame;

	if (index < 0)
		return false;
	if (span->recursion == TP_RECURSION_NONE)
		never_ended(hit, index);
	if (span->recursion != TP_RECURSION_OUTERMOST)
		return false;
	frame = &hit->thread->frame[index & (TP_SPAN_DEPTH - 1)];
	if (!frame->is_function)
		frame->inner++;
	return true;
}

/* @stack: lower half of the stack pointer */
static __always_inline void foreign_begin(struct hit *hit, const struct tp_foreign *span, __u64 id,
					  __u32 stack)
{
	struct frame frame = {};
	int index;

	if (!id) {
		index = frame_left(hit->thread, stack);
		if (index >= 0)
			never_ended(hit, index);
		if (is_part(hit, span))
			return;
	}
	frame_fill(&frame, hit, hit->kind, hit->now_ns);
	frame.name[0] = span->name;
	frame.is_function = !id && span->bytes;
	if (frame.is_function)
		frame.stack = stack;
	span_begin(hit, &frame, id);
}

/* Return: true when the end closes nothing, and that is nothing to be counted. */
static __always_inline bool is_no_end(struct hit *hit, const struct tp_foreign *span, __u64 id,
				      __u64 outcome)
{
	struct tp_async_key key;
	struct frame *frame;
	int index;

	if (id) {
		key = async_key(hit, hit->kind, id);
		return span->can_fail && !bpf_map_lookup_elem(&async_spans, &key);
	}
	index = frame_open(hit, span);
	if (index < 0)
		return span->can_fail && !is_deep(hit->thread);
	frame = &hit->thread->frame[index & (TP_SPAN_DEPTH - 1)];
	if (outcome || span->recursion != TP_RECURSION_OUTERMOST || !frame->inner)
		return false;
	frame->inner--;
	return true;
}

/* @outcome: TP_OUTCOME_FAILED by a probe that says so */
static __always_inline void foreign_end(struct hit *hit, const struct tp_foreign *span, __u64 id,
					__u64 outcome)
{
	struct ending ending = {};

	if (is_no_end(hit, span, id, outcome))
		return;
	ending_fill(&ending, hit, outcome);
	span_end(hit, hit->kind, span->name, id, &ending);
}

/* As a signed number of so many bytes. */
static __always_inline __s64 returned_value(__u64 returned, __u32 bytes)
{
	if (bytes == 1)
		return (__u8)returned;
	return bytes == 4 ? (__s64)(__s32)returned : (__s64)returned;
}

static __always_inline bool is_failure(const struct tp_foreign *span, __u64 returned)
{
	__s64 value = returned_value(returned, span->bytes);

	switch (span->failure) {
	case TP_FAILURE_LESS:
		return value < span->value;
	case TP_FAILURE_GREATER:
		return value > span->value;
	case TP_FAILURE_EQUAL:
		return value == span->value;
	case TP_FAILURE_OTHER:
		return value != span->value;
	}
	return false;
}

/* The frame tells by its stack pointer which call it was. */
static __always_inline void foreign_return(struct hit *hit, const struct tp_foreign *span,
					   __u32 stack, __u64 returned)
{
	struct thread *thread = hit->thread;
	struct ending ending = {};
	int index;

	ending_fill(&ending, hit, is_failure(span, returned) ? TP_OUTCOME_FAILED : TP_OUTCOME_OK);
	index = frame_returned(thread, hit->kind, file_of(hit->object, hit->generation), span->name,
			       stack);
	if (index >= 0) {
		frame_close(hit, index, &ending);
	} else if (span->recursion == TP_RECURSION_OUTERMOST && frame_open(hit, span) >= 0) {
		return; /* of a call inside the one that counts */
	} else if (thread->deep[sort_of(hit->kind)]) {
		thread->deep[sort_of(hit->kind)]--;
		bump(hit->counters, TP_COUNT_ENDS);
		bump(hit->counters, TP_COUNT_REFUSED_DEPTH_END);
	} else if (!span->can_fail) {
		end_unmatched(hit);
	}
}

/* Its owner agrees to less now: what is open is discarded, and nothing begins (refused.bpf.h). */
static __always_inline void foreign_refused(struct hit *hit, const struct tp_foreign *span,
					    __u64 id)
{
	int index;

	if (id) {
		refused_end_async(hit, hit->kind, id);
		return;
	}
	if (!hit->thread)
		return;
	index = frame_open(hit, span);
	if (index < 0)
		return;
	deep_forget(hit->thread);
	refused_discard(hit->reader, hit->thread, index, file_of(hit->object, hit->generation));
}

static __always_inline int foreign_hit(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 number = TP_FOREIGN_SPAN(cookie);
	struct tp_foreign *span = bpf_map_lookup_elem(&foreign, &number);
	struct hit hit; /* admit() fills the rest */
	__u64 id;

	if (cookie == ~0ull) /* none of ours: see the map */
		bpf_tail_call(ctx, &never, 0);
	if (!span || span->kind >= TP_SPAN_KINDS)
		return 0;
	hit.object = TP_FOREIGN_OBJECT(cookie);
	hit.kind = span->kind;
	hit.place = cookie;
	id = id_of(ctx, span, TP_FOREIGN_SPAN(cookie));
	if (!admit(&hit, level_for_kind(hit.kind), category_of_kind(hit.kind))) {
		if (hit.is_unwanted)
			foreign_refused(&hit, span, id);
		return 0;
	}
	if (!program_of(&hit))
		program_learn(&hit, PT_REGS_IP(ctx));
	frames_tidy(&hit);
	switch (TP_COOKIE_MARKER(cookie)) {
	case TP_FOREIGN_BEGIN:
		foreign_begin(&hit, span, id, PT_REGS_SP(ctx));
		break;
	case TP_FOREIGN_END:
	case TP_FOREIGN_FAILED:
		foreign_end(&hit, span, id,
			    TP_COOKIE_MARKER(cookie) == TP_FOREIGN_FAILED ? TP_OUTCOME_FAILED
									  : TP_OUTCOME_OK);
		break;
	case TP_FOREIGN_RETURN:
		foreign_return(&hit, span, PT_REGS_SP(ctx), PT_REGS_RC(ctx));
		break;
	}
	return 0;
}

#endif
