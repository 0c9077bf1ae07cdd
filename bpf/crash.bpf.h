/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* crash.bpf.h - where in its code a process was that a fault ends.
 * The kernel walks the stack by frame pointers, so what it finds is whatever lies there: return addresses,
 * or anything else a program without frame pointers keeps in that register and behind it. What leaves is
 * build id and offset of the instruction that was executed, of what lies in the program's own code,
 * and of what lies in other files between these; of everything else nothing. No other memory is looked at.
 * At signal_deliver: at sched_process_exit the memory is gone (before Linux 6.16). It comes with interrupts
 * off, when the kernel gives no more than one look at the mappings, and the build ids are that: whether
 * what lies in another file is code cannot be asked. */
#ifndef TELPROBE_BPF_CRASH_H
#define TELPROBE_BPF_CRASH_H

#include "process.bpf.h"

enum { SIGNAL_UNKILLABLE = 0x40 }; /* include/linux/sched/signal.h */

struct crash { /* of a process; the thread that sets is_told has it for itself */
	__u32 is_told;
	__u32 reserved;
	__u64 address[TP_CRASH_FRAMES]; /* these two never leave */
	struct bpf_stack_build_id found[TP_CRASH_FRAMES];
	struct tp_crash record;
};

/* Written and read here, of the leader of a process that crashes alone: it ends with that. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct crash);
} crashes SEC(".maps");

/* For an address that lies in no mapping the kernel names the next one above it: before that file's begin.
 * Return: the frame's flags; 0: its address lies in no file with a build id. */
static __always_inline __u32 place_fill(struct tp_frame *frame,
					const struct bpf_stack_build_id *found, bool is_program)
{
	int i;

	if (found->status != BPF_STACK_BUILD_ID_VALID || (__s64)found->offset < 0)
		return 0;
	frame->offset = found->offset;
	frame->flags = TP_FRAME_KNOWN | (is_program ? TP_FRAME_PROGRAM : 0);
	for (i = 0; i < BPF_BUILD_ID_SIZE; i++)
		frame->build_id[i] = found->build_id[i];
	return frame->flags;
}

/* Up to the last one in the program's code: behind it is what called the program, or chance. A global
 * function, so that the verifier looks at it once. */
__noinline int places_fill(struct crash *crash, __u32 count)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	__u32 i, flags;
	__u64 distance;

	if (!crash || !mm)
		return 0;
	for (i = 0; i < TP_CRASH_FRAMES && i < count; i++) {
		distance = crash->address[i] - mm->start_code;
		flags = place_fill(&crash->record.frame[i], &crash->found[i],
				   distance < mm->end_code - mm->start_code);
		if (!flags && i)
			break;
		if (!i || flags & TP_FRAME_PROGRAM)
			crash->record.count = i + 1;
	}
	for (i = 1; i < TP_CRASH_FRAMES; i++)
		if (i >= crash->record.count)
			__builtin_memset(&crash->record.frame[i], 0,
					 sizeof(crash->record.frame[i]));
	return 0;
}

/* The command of a run, of a file that nobody knows, has agreed as such. */
static __always_inline bool first_admit(struct hit *hit)
{
	const __u8 without = TP_AGREED_WITHOUT(hit->thread->agreed);

	if (!(hit->thread->mark & TP_MARK_FIRST) || is_silent(hit->thread))
		return false;
	if (!lease_is_alive(hit)) {
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_LEASE);
		return false;
	}
	if (TP_AGREED_LEVEL(hit->thread->agreed) < TP_LEVEL_ENHANCED) {
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_LEVEL);
		return false;
	}
	if (without & (TP_CATEGORY_ERRORS | TP_CATEGORY_SESSIONS)) {
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_CATEGORY);
		return false;
	}
	hit->uid = bpf_get_current_uid_gid();
	hit->counters = counters_of(0, TP_KIND_PROCESS);
	return hit->counters != NULL;
}

/* A crash is an error, and how a process ended: who leaves out either is asked for nothing. */
static __always_inline bool crash_admit(struct hit *hit)
{
	struct thread *leader;
	bool is_lost;

	hit->task = bpf_get_current_task_btf();
	hit->thread = thread_of(hit->task, &is_lost);
	leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);
	hit->object = hit->thread ? program_of(hit) : program_lookup(hit->task);
	if (!hit->object && leader)
		hit->object = program_known(leader);
	if (hit->object)
		return admit(hit, TP_LEVEL_ENHANCED, TP_CATEGORY_ERRORS | TP_CATEGORY_SESSIONS);
	return hit->thread && first_admit(hit);
}

/* As put_here(), of more bytes, which no stack has room for. */
static __always_inline int crash_put(struct tp_reader *state, const struct crash *crash)
{
	struct tp_crash *room;
	int ret = -1;

	preemption_off();
	room = bpf_ringbuf_reserve(&events, sizeof(*room), 0);
	if (room) {
		*room = crash->record;
		bpf_ringbuf_submit(room, wake_up(state, true));
		ret = 0;
	}
	preemption_on();
	return ret;
}

static __always_inline void crash_emit(void *context, struct hit *hit, struct crash *crash,
				       __u32 signal)
{
	const __u64 flags = BPF_F_USER_STACK;
	long bytes, found;

	bytes = bpf_get_stack(context, crash->address, sizeof(crash->address), flags);
	found = bpf_get_stack(context, crash->found, sizeof(crash->found),
			      flags | BPF_F_USER_BUILD_ID);
	if (bytes > 0 && found > 0)
		places_fill(crash, (__u32)bytes / sizeof(crash->address[0]));
	header_fill(&crash->record.header, hit, TP_CRASH);
	crash->record.header.object = crash->record.header.program = hit->object;
	crash->record.parent = span_around(hit->thread);
	crash->record.code = signal;
	bump(hit->counters, TP_COUNT_SINGLES);
	if (crash_put(hit->reader, crash))
		bump(hit->counters, TP_COUNT_DROPPED_RING_FULL);
}

/* Two threads may run into a fault before either ends the other: one of them tells. */
static __always_inline struct crash *crash_of(struct task_struct *task)
{
	struct crash *crash = bpf_task_storage_get(&crashes, task->group_leader, NULL,
						   BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!crash) /* as thread_new() says */
		crash = bpf_task_storage_get(&crashes, task->group_leader, NULL,
					     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!crash) {
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_NO_STATE);
		return NULL;
	}
	return __sync_lock_test_and_set(&crash->is_told, 1) ? NULL : crash;
}

/* Whether it is one of the signals by which event_is_crash() knows a crash: ILL, TRAP, ABRT, BUS, FPE,
 * SEGV, SYS. */
static __always_inline bool is_crash(__u32 signal)
{
	const __u32 set = 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 11 | 1u << 31;

	return signal < 32 && (set >> signal & 1);
}

#endif
