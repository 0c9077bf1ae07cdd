/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* emit.bpf.h - one record into the ring, or one more in the count of dropped ones. */
#ifndef TELPROBE_BPF_EMIT_H
#define TELPROBE_BPF_EMIT_H

#include "admit.bpf.h"

/* Since 6.12: a preempted writer between reserve and submit would hold up every reader
 * (hazards: 1). Where the kernel lacks it, the time between the two is a copy of 64 bytes. */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

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

__noinline int put(struct tp_reader *state, const struct record *record, bool is_urgent)
{
	struct record *room;
	int ret = -1;

	if (!state || !record)
		return ret;
	if (bpf_preempt_disable)
		bpf_preempt_disable();
	room = bpf_ringbuf_reserve(&events, sizeof(*room), 0);
	if (room) {
		*room = *record;
		bpf_ringbuf_submit(room, wake_up(state, is_urgent));
		ret = 0;
	}
	if (bpf_preempt_enable)
		bpf_preempt_enable();
	return ret;
}

static __always_inline void emit(struct tp_reader *state, const void *record,
				 struct tp_counters *set, bool is_urgent)
{
	if (put(state, record, is_urgent))
		bump(set, TP_COUNT_DROPPED_RING_FULL);
}

#endif
