/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* foreign.bpf.h - spans of programs that carry no markers: what begins and ends them are USDT probes of
 * others and functions. Their names stand in the configuration; of the program's own data nothing is
 * read but registers, and those are only compared.
 * Ends are not to be relied on: a function is left by longjmp() or an exception, a query that fails
 * passes by its last probe. So each frame keeps the stack pointer of its begin. Stacks grow down: what
 * begins higher up than a function that is open has left it, and a function's return is that of the
 * call that began at the same pointer. */
#ifndef TELPROBE_BPF_FOREIGN_H
#define TELPROBE_BPF_FOREIGN_H

#include "refused.bpf.h"

enum {
	STACK_BYTES = 8 << 20, /* farther apart is another stack: a handler's, a coroutine's */
	WORD = 8,
};

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
static __always_inline __u64 id_given(struct pt_regs *ctx, const struct tp_foreign *span,
				      __u32 number)
{
	__u64 which = (__u64)number << 48, value;

	if (span->pairing == TP_PAIRING_THREAD)
		return TP_ID_OF_THREAD | which | (__u32)bpf_get_current_pid_tgid();
	if (span->pairing != TP_PAIRING_ARGUMENT)
		return 0;
	value = argument_of(ctx, span->argument);
	return (which + (span->argument_bytes == 4 ? (__u32)value : value)) ?: 1;
}

/* The same, and the verifier knows nothing of it: it would walk all that follows once for each of the
 * four ways in which an id is found. */
static __always_inline __u64 id_of(struct pt_regs *ctx, const struct tp_foreign *span, __u32 number)
{
	return id_given(ctx, span, number) ^ zero_unknown(&span->name);
}

static __always_inline bool is_function(const struct frame *frame)
{
	return frame->inner == INNER_FUNCTION;
}

/* Whether a stack pointer lies above the frame's, on the same stack. */
static __always_inline bool is_above(__u32 stack, const struct frame *frame)
{
	return stack - frame->stack - 1 < STACK_BYTES;
}

/* Whether it lies below, there or on another one. */
static __always_inline bool is_below(__u32 stack, const struct frame *frame)
{
	return stack != frame->stack && !is_above(stack, frame);
}

/* What began deeper than the last frame was inside of what is gone. */
static __always_inline int frames_shrink(struct thread *thread)
{
	frames_drop(thread);
	if (thread->depth < TP_SPAN_DEPTH)
		deep_forget(thread);
	return 0;
}

/* Abandon the functions that were left, seen from a begin at @stack. A global function, so that the
 * verifier looks at it once. */
__noinline int frames_leave(struct tp_reader *state, struct thread *thread, __u32 stack,
			    const struct ending *ending)
{
	struct frame *frame;
	int i;

	if (!state || !thread || !ending)
		return 0;
	for (i = TP_SPAN_DEPTH - 1; i >= 0; i--) {
		if (i >= (int)thread->depth)
			continue;
		frame = &thread->frame[i];
		if (is_function(frame) && frame->object != NO_OBJECT && is_above(stack, frame))
			frame_give_up(state, frame, ending);
	}
	return frames_shrink(thread);
}

/* Abandon one frame. */
__noinline int frame_leave(struct tp_reader *state, struct thread *thread, __u32 index,
			   const struct ending *ending)
{
	if (!state || !thread || !ending || index >= TP_SPAN_DEPTH)
		return 0;
	frame_give_up(state, &thread->frame[index], ending);
	return frames_shrink(thread);
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
		if (is_function(frame) && frame->stack == stack && frame->kind == kind &&
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

/* Whether the begin is part of the frame that is open under its name: it lies deeper. */
static __always_inline bool is_part(const struct tp_foreign *span, struct frame *frame, __u32 stack)
{
	__u32 words = (frame->stack - stack) / WORD;

	if (span->recursion != TP_RECURSION_OUTERMOST || !is_below(stack, frame))
		return false;
	if (is_function(frame))
		return true;
	if (words > INNER_FAR)
		words = INNER_FAR;
	if (frame->inner == INNER_NONE || words < frame->inner)
		frame->inner = words;
	return true;
}

/* Whether the end is one of what is part of the frame: as deep as that began, or deeper. A part that was
 * left without its end so keeps nobody from ending the whole, which ends where it calls from. */
static __always_inline bool ends_part(const struct tp_foreign *span, const struct frame *frame,
				      __u32 stack)
{
	if (span->recursion != TP_RECURSION_OUTERMOST)
		return false;
	if (is_function(frame))
		return true;
	return frame->inner != INNER_NONE && is_below(stack, frame) &&
	       (frame->stack - stack) / WORD >= frame->inner;
}

/* Whether the frame that is open under the name of a begin never ended: by the span's own rule, or
 * because a function that began at this pointer is left when another begins there. */
static __always_inline bool has_no_end(const struct tp_foreign *span, const struct frame *frame,
				       __u32 stack)
{
	return span->recursion != TP_RECURSION_NESTED ||
	       (is_function(frame) && span->bytes && frame->stack == stack);
}

static __always_inline void foreign_begin(struct hit *hit, const struct tp_foreign *span, __u64 id,
					  __u32 stack)
{
	struct ending ending = {};
	struct frame frame = {};
	int index;

	if (!id) {
		ending_fill(&ending, hit, TP_OUTCOME_OK);
		ending.outcome = TP_OUTCOME_ABANDONED;
		frames_leave(hit->reader, hit->thread, stack, &ending);
		index = frame_open(hit, span);
		if (index >= 0) {
			struct frame *open = &hit->thread->frame[index & (TP_SPAN_DEPTH - 1)];

			if (is_part(span, open, stack))
				return;
			if (has_no_end(span, open, stack))
				frame_leave(hit->reader, hit->thread, index, &ending);
		}
	}
	frame_fill(&frame, hit, hit->kind, hit->now_ns);
	frame.name[0] = span->name;
	frame.stack = stack;
	if (!id && span->bytes)
		frame.inner = INNER_FUNCTION;
	hit->thread->crossing += span->pairing == TP_PAIRING_THREAD;
	span_begin(hit, &frame, id);
}

static __always_inline void foreign_end_id(struct hit *hit, const struct tp_foreign *span, __u64 id,
					   const struct ending *ending)
{
	if (!async_end(hit, hit->kind, id, ending)) {
		if (!span->can_fail)
			end_unmatched(hit);
		return;
	}
	if (span->pairing == TP_PAIRING_THREAD && hit->thread->crossing)
		hit->thread->crossing--;
}

/* An end for which nothing is open. */
static __always_inline void foreign_end_none(struct hit *hit, const struct tp_foreign *span)
{
	if (!end_deep(hit, hit->kind) && !span->can_fail)
		end_unmatched(hit);
}

/* By a probe that is no return. @outcome: TP_OUTCOME_OK but for probes that say otherwise */
static __always_inline void foreign_end(struct hit *hit, const struct tp_foreign *span, __u64 id,
					__u32 stack, __u64 outcome)
{
	struct ending ending = {};
	struct frame *frame;
	int index;

	ending_fill(&ending, hit, outcome);
	if (id) {
		foreign_end_id(hit, span, id, &ending);
		return;
	}
	index = frame_open(hit, span);
	frame = &hit->thread->frame[index & (TP_SPAN_DEPTH - 1)];
	if (index >= 0 && !outcome && ends_part(span, frame, stack))
		return;
	if (index >= 0 && !outcome && is_function(frame))
		index = -1; /* another span of that name, which ends where it returns */
	if (index >= 0 && !hit->thread->deep[sort_of(hit->kind)])
		frame_close(hit, index, &ending);
	else if (!outcome) /* that something failed means nothing then */
		foreign_end_none(hit, span);
}

/* An int or a pointer as a signed number, a bool as it is. */
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

static __always_inline void foreign_return(struct hit *hit, const struct tp_foreign *span,
					   __u32 stack, __u64 returned)
{
	struct ending ending = {};
	int index;

	ending_fill(&ending, hit, is_failure(span, returned) ? TP_OUTCOME_FAILED : TP_OUTCOME_OK);
	index = frame_returned(hit->thread, hit->kind, file_of(hit->object, hit->generation),
			       span->name, stack);
	if (index >= 0) {
		frame_close(hit, index, &ending);
		return;
	}
	if (span->recursion != TP_RECURSION_OUTERMOST || frame_open(hit, span) < 0)
		foreign_end_none(hit, span); /* else of a call inside the one that counts */
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

static __always_inline __u64 outcome_of(__u32 role)
{
	if (role == TP_FOREIGN_FAILED)
		return TP_OUTCOME_FAILED;
	return role == TP_FOREIGN_CANCELLED ? TP_OUTCOME_CANCELLED : TP_OUTCOME_OK;
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
	hit.cost = TP_COOKIE_MARKER(cookie) & TP_FOREIGN_DEAR ? TP_DEAR_HITS : 1;
	id = id_of(ctx, span, TP_FOREIGN_SPAN(cookie));
	if (!admit(&hit, level_for_kind(hit.kind), category_of_kind(hit.kind))) {
		if (hit.is_unwanted)
			foreign_refused(&hit, span, id);
		return 0;
	}
	program_meet(&hit, PT_REGS_IP(ctx));
	frames_tidy(&hit);
	switch (TP_FOREIGN_ROLE(cookie)) {
	case TP_FOREIGN_BEGIN:
		foreign_begin(&hit, span, id, PT_REGS_SP(ctx));
		break;
	case TP_FOREIGN_RETURN:
		foreign_return(&hit, span, PT_REGS_SP(ctx), PT_REGS_RC(ctx));
		break;
	default:
		foreign_end(&hit, span, id, PT_REGS_SP(ctx), outcome_of(TP_FOREIGN_ROLE(cookie)));
	}
	return 0;
}

#endif
