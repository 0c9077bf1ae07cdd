/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* admit.bpf.h - may this hit be recorded? Cheapest refusal first; each is counted.
 * Lease, target, consent, silence, level; a thread that nothing is known of is met last. Every
 * program that records anything comes through here (design: 4). */
#ifndef TELPROBE_BPF_ADMIT_H
#define TELPROBE_BPF_ADMIT_H

#include "maps.bpf.h"

struct hit { /* one marker hit, on the stack of its program */
	__u64 now_ns;
	__u32 uid;
	__u32 object;
	__u32 generation;
	__u32 place; /* of the probed instruction */
	__u32 kind;  /* row of the counters */
	__u32 target;
	__u8 level;	  /* enum tp_level of the owner */
	__u8 cost;	  /* in hits on an instruction that is not stepped */
	__u8 without;	  /* enum tp_category: not agreed to */
	bool is_unwanted; /* refused for what its owner agrees to, no other reason */
	__u32 image_bytes;
	struct tp_reader *reader;
	struct thread *thread;
	struct task_struct *task;
	struct tp_counters *counters; /* of this object and kind */
};

/* 0, and the verifier does not know. @any: memory that may be read */
static __always_inline __u32 zero_unknown(const volatile __u32 *any)
{
	__u32 seen = *any, same = seen;

	barrier_var(same);
	return seen ^ same;
}

static __always_inline void bump(struct tp_counters *set, enum tp_counter counter)
{
	__sync_fetch_and_add(&set->count[counter], 1);
}

/* Of a file only the first TP_OBJECT_COUNTERS are there: the verifier knows. @object: not 0 */
static __always_inline struct tp_counters *counters_of_file(__u32 object, __u32 kind)
{
	__u32 key = object * TP_KINDS + kind;

	return bpf_map_lookup_elem(&counters, &key);
}

/* The compiler makes one call of both lookups, which the kernel then cannot write out in place: not
 * for what every hit asks. */
static __always_inline struct tp_counters *counters_of(__u32 object, __u32 kind)
{
	if (!object)
		return bpf_map_lookup_elem(&refusals, &kind);
	return counters_of_file(object, kind);
}

static __always_inline void count(__u32 object, __u32 kind, enum tp_counter counter)
{
	struct tp_counters *set = counters_of(object, kind);

	if (set)
		bump(set, counter);
}

/* Whether the number still stands for the file it stood for then. */
static __always_inline bool is_current(__u32 object, __u32 generation)
{
	struct tp_object *entry = bpf_map_lookup_elem(&objects, &object);

	return entry && entry->generation == generation;
}

static __always_inline bool lease_is_alive(struct hit *hit)
{
	__u32 zero = 0;
	struct tp_lease *granted = bpf_map_lookup_elem(&lease, &zero);

	hit->reader = bpf_map_lookup_elem(&reader, &zero);
	hit->now_ns = bpf_ktime_get_ns();
	return granted && hit->reader && hit->now_ns < granted->until_ns;
}

/* Who agreed for a time is asked no more when it is over, whoever sleeps then. */
static __always_inline __u32 agreed_of_consent(const struct tp_consent *consented)
{
	if (!consented || (consented->until_ns && bpf_ktime_get_boot_ns() >= consented->until_ns))
		return TP_LEVEL_OFF;
	return TP_AGREED(consented->level, consented->without);
}

/* What this thread's owner agreed to for @target; TP_LEVEL_OFF where there is no consent. A tree
 * marked by `run` has it in its own state: consent for one run is not an entry of a uid. */
static __always_inline __u32 consented(const struct thread *thread, __u32 uid, __u32 target)
{
	struct tp_consent_key key = { .uid = uid, .target = target };

	if (thread && (thread->mark & TP_MARK_RUN))
		return thread->agreed;
	return agreed_of_consent(bpf_map_lookup_elem(&consent, &key));
}

static __always_inline bool process_is_silent(__u32 process)
{
	return *(volatile __u32 *)&numbers.silent_count && bpf_map_lookup_elem(&silent, &process);
}

static __always_inline bool is_silent(const struct thread *thread)
{
	return thread && ((thread->mark & TP_MARK_SILENT) || process_is_silent(thread->process));
}

/* Zeroed: no initial value is given. Of two processors that give a task its first storage, of whatever
 * program, the kernel lets one down, which finds the other's when it asks again
 * (bpf_local_storage_alloc(), Linux 5.11 to 6.18). */
static __always_inline struct thread *thread_new(struct task_struct *task)
{
	struct thread *thread =
		bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!thread)
		thread = bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return thread;
}

static __always_inline __u32 process_new(void)
{
	return __sync_fetch_and_add(&numbers.last_process, 1) + 1;
}

/* What a thread has of its process from the start. */
static __always_inline void thread_copy(struct thread *to, const struct thread *from)
{
	to->mark = from->mark;
	if (process_is_silent(from->process))
		to->mark |= TP_MARK_SILENT;
	to->agreed = from->agreed;
	to->program = from->program;
	to->program_generation = from->program_generation;
	to->start_ns = from->start_ns;
	to->process = from->process;
	to->is_met = from->is_met;
	to->run_level = from->run_level;
	to->run_starter = from->run_starter;
	to->run_uid = from->run_uid;
	to->run_span = from->run_span;
	to->run_subcommand = from->run_subcommand;
}

/* The thread's state; where its fork was missed (preemption.bpf.h) or it began before its process was
 * marked, it has its mark from the leader. *out_is_lost: there was no memory for that */
static __always_inline struct thread *thread_of(struct task_struct *task, bool *out_is_lost)
{
	struct thread *thread = bpf_task_storage_get(&threads, task, NULL, 0);
	struct thread *leader;

	*out_is_lost = false;
	if (thread || task->pid == task->tgid)
		return thread;
	leader = bpf_task_storage_get(&threads, task->group_leader, NULL, 0);
	if (!leader || (!leader->mark && !process_is_silent(leader->process)))
		return NULL;
	thread = thread_new(task);
	if (thread)
		thread_copy(thread, leader);
	*out_is_lost = !thread;
	return thread;
}

/* This task's process, whose owner consented and which is met for the first time. A global function,
 * so that the verifier looks at it once. Return: 0 when it has its state */
__noinline int thread_meet(__u64 now_ns)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *leader, *thread;

	leader = thread_new(task->group_leader);
	thread = thread_new(task);
	if (!leader || !thread)
		return -1;
	if (!leader->process && !__sync_val_compare_and_swap(&leader->process, 0, process_new())) {
		leader->start_ns = now_ns;
		leader->is_met = 1;
	}
	if (thread != leader)
		thread_copy(thread, leader);
	return 0;
}

/* Whether the thread of a hit that is admitted has its state; it may be met here. */
static __always_inline bool has_state(struct hit *hit)
{
	if (!hit->thread || !hit->thread->process)
		hit->thread = thread_meet(hit->now_ns)
				      ? NULL
				      : bpf_task_storage_get(&threads, hit->task, NULL, 0);
	if (!hit->thread)
		count(0, hit->kind, TP_COUNT_REFUSED_NO_STATE);
	return hit->thread != NULL;
}

/* Return: true when the hit may be recorded; *hit, whose object and kind are set, is filled then. Of
 * one that is unwanted all is set but the counters. */
static __always_inline bool admit(struct hit *hit, __u32 level_needed, __u32 category)
{
	struct tp_object *object;
	bool is_lost;
	__u32 agreed;

	hit->is_unwanted = false;
	if (!lease_is_alive(hit)) {
		count(0, hit->kind, TP_COUNT_REFUSED_LEASE);
		return false;
	}
	object = bpf_map_lookup_elem(&objects, &hit->object);
	if (!object || !object->is_enabled || !object->is_whole) {
		count(0, hit->kind, TP_COUNT_REFUSED_DISABLED);
		return false;
	}
	__sync_fetch_and_add(&object->hits, hit->cost);
	hit->image_bytes = object->image_bytes;
	hit->generation = object->generation;
	hit->task = bpf_get_current_task_btf();
	hit->thread = thread_of(hit->task, &is_lost);
	if (is_lost) {
		count(0, hit->kind, TP_COUNT_REFUSED_NO_STATE);
		return false;
	}
	hit->uid = hit->task->cred->uid.val; /* the real one, as the initial namespace has it */
	hit->target = object->target;
	agreed = consented(hit->thread, hit->uid, object->target);
	hit->level = TP_AGREED_LEVEL(agreed);
	hit->without = TP_AGREED_WITHOUT(agreed);
	if (hit->level == TP_LEVEL_OFF) {
		hit->is_unwanted = !is_silent(hit->thread);
		count(0, hit->kind, TP_COUNT_REFUSED_CONSENT);
		return false;
	}
	hit->counters = counters_of_file(hit->object, hit->kind);
	if (!hit->counters)
		return false;
	if (is_silent(hit->thread)) {
		bump(hit->counters, TP_COUNT_REFUSED_SILENT);
		return false;
	}
	if (hit->level < level_needed) {
		hit->is_unwanted = true;
		bump(hit->counters, TP_COUNT_REFUSED_LEVEL);
		return false;
	}
	if (hit->without & category) {
		hit->is_unwanted = true;
		bump(hit->counters, TP_COUNT_REFUSED_CATEGORY);
		return false;
	}
	return has_state(hit);
}

#endif
