/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* emit.bpf.h - one record into the ring, or one more in the count of dropped ones. */
#ifndef TELPROBE_BPF_EMIT_H
#define TELPROBE_BPF_EMIT_H

#include "admit.bpf.h"
#include "preemption.bpf.h"

/* Asked after the reserve, so that a reader going to sleep sees the record or is seen to sleep; a
 * processor may still swap the two, so no reader sleeps longer than a second. */
static __always_inline __u64 wake_up(struct tp_reader *state, bool is_urgent)
{
	__u32 waiting = *(volatile __u32 *)&state->state;

	if (waiting == TP_READER_AWAKE)
		return BPF_RB_NO_WAKEUP;
	if (waiting == TP_READER_NAPS && !is_urgent &&
	    bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) < state->watermark_bytes)
		return BPF_RB_NO_WAKEUP;
	*(volatile __u32 *)&state->state = TP_READER_AWAKE;
	return BPF_RB_FORCE_WAKEUP;
}

struct record { /* every record is 64 bytes; filled on the stack, where nothing is left over */
	__u64 word[8];
};

_Static_assert(sizeof(struct record) == sizeof(struct tp_event), "one size");
_Static_assert(sizeof(struct record) == sizeof(struct tp_exit), "one size");
_Static_assert(sizeof(struct record) == sizeof(struct tp_discover), "one size");

/* A preempted writer between reserve and submit would hold up every reader (hazards: 1); where the
 * kernel lets us not prevent that, the time between the two is a copy of 64 bytes. */
static __always_inline int put_here(struct tp_reader *state, const struct record *record,
				    bool is_urgent)
{
	struct record *room;
	int ret = -1;

	preemption_off();
	room = bpf_ringbuf_reserve(&events, sizeof(*room), 0);
	if (room) {
		*room = *record;
		bpf_ringbuf_submit(room, wake_up(state, is_urgent));
		ret = 0;
	}
	preemption_on();
	return ret;
}

__noinline int put(struct tp_reader *state, const struct record *record, bool is_urgent)
{
	return state && record ? put_here(state, record, is_urgent) : -1;
}

/* Something was added up. Its reader is in no hurry, but asleep it would not come: a record that is
 * none wakes it. Of a full ring it hears anyway. The exchange is also a barrier: either the reader
 * that is going to sleep sees the word, or it is seen to sleep. */
static __always_inline void tell_of_totals(struct tp_reader *state)
{
	__u64 *room;

	if (*(volatile __u32 *)&state->has_totals ||
	    __sync_lock_test_and_set(&state->has_totals, 1) ||
	    *(volatile __u32 *)&state->state != TP_READER_SLEEPS)
		return;
	preemption_off();
	room = bpf_ringbuf_reserve(&events, sizeof(*room), 0);
	if (room) {
		*(volatile __u32 *)&state->state = TP_READER_AWAKE;
		bpf_ringbuf_discard(room, BPF_RB_FORCE_WAKEUP);
	}
	preemption_on();
}

static __always_inline void emit(struct tp_reader *state, const void *record,
				 struct tp_counters *set, bool is_urgent)
{
	if (put(state, record, is_urgent))
		bump(set, TP_COUNT_DROPPED_RING_FULL);
}

#endif
