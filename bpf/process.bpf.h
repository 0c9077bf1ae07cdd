/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process.bpf.h - fork, exec and exit of traced processes. Programs on BTF tracepoints: they need
 * no tracefs. Untraced processes cost one lookup. */
#ifndef TELPROBE_BPF_PROCESS_H
#define TELPROBE_BPF_PROCESS_H

#include "runs.bpf.h"

enum { SIGNAL_GROUP_EXIT = 4 }; /* include/linux/sched/signal.h */
enum { CORE_BIT = 0x80 };	/* depends on `ulimit -c`, tells nothing about the program */

struct sweep {
	struct tp_reader *reader;
	struct ending *ending;
	__u32 process;
	__u32 thread; /* its id: only what is open of the thread; 0: of all of them */
};

static long sweep_span(void *map, const void *key, void *value, void *context)
{
	const struct tp_async_key *async = key;
	struct sweep *sweep = context;
	struct frame frame;

	if (async->process != sweep->process ||
	    (sweep->thread &&
	     (!(async->id & TP_ID_OF_THREAD) || (__u32)async->id != sweep->thread)))
		return 0;
	frame = *(struct frame *)value;
	if (!bpf_map_delete_elem(&async_spans, key))
		span_put(sweep->reader, &frame, sweep->ending);
	return 0;
}

static long sweep_decision(void *map, const void *key, void *value, void *context)
{
	const struct tp_async_key *async = key;
	struct sweep *sweep = context;

	if (async->process == sweep->process)
		bpf_map_delete_elem(&decisions, key);
	return 0;
}

/* Everything a process that is no more has left open under ids. */
static __always_inline void process_sweep(struct tp_reader *state, __u32 process,
					  struct ending *ending)
{
	struct sweep sweep = { .reader = state, .ending = ending, .process = process };

	/* twice: an entry another processor reuses meanwhile can lead the first walk astray */
	bpf_for_each_map_elem(&async_spans, sweep_span, &sweep, 0);
	bpf_for_each_map_elem(&async_spans, sweep_span, &sweep, 0);
	bpf_for_each_map_elem(&decisions, sweep_decision, &sweep, 0);
}

/* What a thread that is no more has left open across other spans: no other thread ends it. */
static __always_inline void thread_sweep(struct tp_reader *state, struct task_struct *task,
					 struct thread *thread, struct ending *ending)
{
	struct sweep sweep = {
		.reader = state, .ending = ending, .process = thread->process, .thread = task->pid
	};

	if (!thread->crossing)
		return;
	thread->crossing = 0;
	bpf_for_each_map_elem(&async_spans, sweep_span, &sweep, 0); /* twice: process_sweep() */
	bpf_for_each_map_elem(&async_spans, sweep_span, &sweep, 0);
}

static __always_inline void thread_ending(struct ending *ending, struct thread *thread,
					  __u64 now_ns, __u8 flags, __s32 code)
{
	ending->now_ns = now_ns;
	ending->process = thread->process;
	ending->program = program_known(thread);
	ending->level = TP_AGREED_LEVEL(thread->agreed);
	ending->without = TP_AGREED_WITHOUT(thread->agreed);
	ending->is_of_run = !!(thread->mark & TP_MARK_RUN);
	ending->outcome = TP_OUTCOME_ABANDONED;
	ending->flags = flags;
	ending->code = code;
}

/* Whether of a process anything is told. */
static __always_inline bool tells_processes(__u32 agreed)
{
	return TP_AGREED_LEVEL(agreed) >= TP_LEVEL_ENHANCED &&
	       !(TP_AGREED_WITHOUT(agreed) & TP_CATEGORY_SESSIONS);
}

/* What a process that named itself forks goes on under that name. Userspace knows it by the
 * parent's number, and is told before the child runs: the parent may end first. */
static __always_inline void fork_emit(const struct thread *from, struct thread *to)
{
	struct tp_event event = {};
	struct hit hit = {};
	struct tp_object *object;
	struct tp_counters *set;

	if (!lease_is_alive(&hit) || (to->mark & TP_MARK_SILENT))
		return;
	hit.uid = bpf_get_current_uid_gid();
	object = bpf_map_lookup_elem(&objects, &to->named_by);
	if (!object || !object->is_enabled ||
	    !tells_processes(consented(to, hit.uid, object->target)))
		return;
	set = counters_of(to->named_by, TP_KIND_PROCESS);
	if (!set)
		return;
	event.header.time_ns = hit.now_ns;
	event.header.process = to->process;
	event.header.uid = hit.uid;
	event.header.object = to->named_by;
	event.header.type = TP_FORK;
	event.value = from->process;
	bump(set, TP_COUNT_SINGLES);
	emit(hit.reader, &event, set, false);
}

/* Return: the state of a child that goes on under the name its parent has; else NULL. */
static __always_inline struct thread *thread_inherit(struct task_struct *parent,
						     struct task_struct *child,
						     const struct thread *from)
{
	struct thread *leader, *to = thread_new(child);

	if (!to) {
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_NO_STATE);
		return NULL;
	}
	thread_copy(to, from);
	if (parent->tgid == child->tgid)
		return NULL;
	to->mark &= ~TP_MARK_FIRST;
	to->process = process_new();
	to->is_met = 0;
	to->run_span = 0;
	to->start_ns = bpf_ktime_get_ns();
	to->is_forked = 1;
	leader = bpf_task_storage_get(&threads, parent->group_leader, NULL, 0);
	if (!leader || !leader->named_by)
		return NULL;
	to->named_by = leader->named_by;
	return to;
}

static __always_inline __u32 process_agreed(struct thread *thread, __u32 uid, __u32 program)
{
	struct tp_object *object = bpf_map_lookup_elem(&objects, &program);

	if (!program && thread && (thread->mark & TP_MARK_FIRST))
		return thread->agreed;
	if (!program || !object || !object->is_enabled)
		return TP_LEVEL_OFF;
	return consented(thread, uid, object->target);
}

/* A process without a mark executes a program its owner consented to. */
static __always_inline struct thread *process_meet(struct hit *hit)
{
	__u32 program = program_executed();
	__u32 agreed = process_agreed(NULL, hit->uid, program);
	struct tp_object *object = bpf_map_lookup_elem(&objects, &program);

	if (!tells_processes(agreed) && (!program || !object || !tells_runs(object, agreed)))
		return NULL;
	return thread_new(hit->task);
}

static __always_inline void header_fill(struct tp_header *header, struct hit *hit, __u8 type)
{
	header->time_ns = hit->now_ns;
	header->process = hit->thread->process;
	header->uid = hit->uid;
	header->object = hit->thread->program;
	header->program = hit->thread->program;
	header->type = type;
	header->flags = hit->thread->is_forked ? TP_FLAG_FORKED : 0;
}

/* An executable nobody has looked at yet, in a tree that is traced: userspace is told at once. */
static __always_inline void discover(struct hit *hit)
{
	struct tp_discover record = {};
	struct tp_executable_key key = {};
	struct mm_struct *mm = hit->task->mm;
	struct inode *inode;

	if (!mm || !mm->exe_file)
		return;
	inode = mm->exe_file->f_inode;
	key.inode = inode->i_ino;
	key.device = inode->i_sb->s_dev;
	key.content = (inode->i_generation ^ inode->i_size) | 1;
	if (bpf_map_lookup_elem(&executables, &key))
		return;
	header_fill(&record.header, hit, TP_DISCOVER);
	record.inode = key.inode;
	record.device = key.device;
	record.content = key.content;
	record.pid = hit->task->tgid;
	put(hit->reader, (struct record *)&record, true);
}

/* A process number is given up: nobody asks whether it is silent any more. */
static __always_inline void silence_forget(__u32 process)
{
	if (*(volatile __u32 *)&numbers.silent_count && !bpf_map_delete_elem(&silent, &process))
		__sync_fetch_and_add(&numbers.silent_count, -1);
}

/* From here on the thread stands for another program. What was used before was not its. */
static __always_inline void thread_renew(struct hit *hit)
{
	struct thread *thread = hit->thread;
	struct task_struct *task = hit->task;
	struct signal_struct *signal = task->signal;

	if (process_is_silent(thread->process))
		thread->mark |= TP_MARK_SILENT;
	silence_forget(thread->process);
	deep_forget(thread);
	thread->uses_ids = 0;
	thread->crossing = 0;
	thread->is_forked = 0;
	thread->is_met = 0;
	thread->has_ended = 0;
	thread->next_span = 0;
	thread->next_block = 0;
	thread->session_tags = 0;
	thread->named_by = 0;
	thread->process = process_new();
	thread->start_ns = hit->now_ns;
	thread->start_rss_pages = signal->maxrss;
	thread->start_cpu_ns = task->se.sum_exec_runtime + signal->sum_sched_runtime;
	if (bpf_core_field_exists(task->ioac.read_bytes)) {
		thread->start_read_bytes = task->ioac.read_bytes + signal->ioac.read_bytes;
		thread->start_written_bytes = task->ioac.write_bytes + signal->ioac.write_bytes;
	}
	program_set(thread, program_executed());
}

/* @is_alive: the lease is; else what was open is counted and nothing told */
static __always_inline void process_exec(struct hit *hit, pid_t old_pid, bool is_alive)
{
	struct thread *thread = hit->thread;
	struct ending ending = {};
	struct tp_event event = {};
	struct tp_counters *set;
	__u32 agreed;

	thread_ending(&ending, thread, hit->now_ns, TP_FLAG_BY_EXEC, 0);
	ending.is_discarded = !is_alive || is_silent(thread);
	spans_abandon(hit->reader, thread, 0, &ending);
	/* a thread that takes over its leader's place cannot know what the leader had open */
	if (thread->uses_ids || old_pid != hit->task->pid)
		process_sweep(hit->reader, thread->process, &ending);
	run_end(hit, &ending);
	thread_renew(hit);
	if (!is_alive || (thread->mark & TP_MARK_SILENT))
		return;
	if (!thread->program && (thread->mark & TP_MARK_RUN))
		discover(hit);
	agreed = process_agreed(thread, hit->uid, thread->program);
	run_begin(hit, agreed);
	if (!tells_processes(agreed))
		return;
	set = counters_of(thread->program, TP_KIND_PROCESS);
	if (!set)
		return;
	header_fill(&event.header, hit, TP_EXEC);
	bump(set, TP_COUNT_SINGLES);
	emit(hit->reader, &event, set, false);
}

/* The process's wait status, as wait4() will report it. */
static __always_inline __s32 wait_status(struct task_struct *task)
{
	struct signal_struct *signal = task->signal;

	if (signal->flags & SIGNAL_GROUP_EXIT)
		return signal->group_exit_code & ~CORE_BIT;
	return task->group_leader->exit_code & ~CORE_BIT;
}

/* @first: the leader's state, which knows how the process began */
static __always_inline void resources_fill(struct tp_exit *record, struct hit *hit,
					   const struct thread *first)
{
	struct task_struct *task = hit->task, *leader = task->group_leader;
	struct signal_struct *signal = task->signal;
	bool is_leader = leader->pid == task->pid;
	__u64 peak = signal->maxrss;

	record->cpu_ns =
		task->se.sum_exec_runtime + signal->sum_sched_runtime - first->start_cpu_ns;
	if (!is_leader)
		record->cpu_ns += leader->se.sum_exec_runtime;
	if (peak > first->start_rss_pages)
		record->peak_rss_kib = peak * page_kib;
	if (!bpf_core_field_exists(task->ioac.read_bytes))
		return;
	record->read_bytes =
		task->ioac.read_bytes + signal->ioac.read_bytes - first->start_read_bytes;
	record->written_bytes =
		task->ioac.write_bytes + signal->ioac.write_bytes - first->start_written_bytes;
	if (is_leader)
		return;
	record->read_bytes += leader->ioac.read_bytes;
	record->written_bytes += leader->ioac.write_bytes;
}

static __always_inline void exit_fill(struct tp_exit *record, struct hit *hit,
				      const struct thread *first, __u32 agreed)
{
	header_fill(&record->header, hit, TP_EXIT);
	record->header.flags = first->is_forked ? TP_FLAG_FORKED : 0;
	record->wall_ns = hit->now_ns - first->start_ns;
	record->code = wait_status(hit->task);
	if (run_is_told(hit->thread))
		record->header.kind = hit->thread->run_starter;
	if (TP_AGREED_LEVEL(agreed) >= TP_LEVEL_FULL &&
	    !(TP_AGREED_WITHOUT(agreed) & TP_CATEGORY_PERFORMANCE))
		resources_fill(record, hit, first);
	else
		record->header.flags |= TP_FLAG_BARE;
}

/* Another thread of this process is executing a program: the others die with code 0. */
static __always_inline bool is_replaced(struct task_struct *task)
{
	struct signal_struct *signal = task->signal;

	return bpf_core_field_exists(signal->group_exec_task) && signal->group_exec_task;
}

static __always_inline void exit_emit(struct hit *hit, const struct thread *first)
{
	struct tp_exit record = {};
	struct tp_counters *set;
	__u32 agreed;

	if (!program_of(hit) && is_current(first->program, first->program_generation))
		program_set(hit->thread, first->program);
	agreed = process_agreed(hit->thread, hit->uid, hit->thread->program);
	if (!tells_processes(agreed))
		return;
	exit_fill(&record, hit, first, agreed);
	set = counters_of(hit->thread->program, TP_KIND_PROCESS);
	if (!set)
		return;
	bump(set, TP_COUNT_SINGLES);
	emit(hit->reader, &record, set, (record.code & 0x7f) != 0);
}

/* Of a process that has run for at least half of @beat_ns: that it still does. Nothing of another task's state is
 * changed here, it may be at a marker this moment. */
static __always_inline void process_beat(struct hit *hit, __u64 beat_ns)
{
	struct thread *thread = hit->thread;
	volatile struct thread *seen = hit->thread; /* it may execute another program meanwhile */
	const __u32 process = seen->process, program = seen->program;
	struct tp_event event = {};
	struct tp_counters *set;

	if (!process || seen->has_ended || is_silent(thread) ||
	    (__s64)(hit->now_ns - seen->start_ns) < (__s64)(beat_ns / 2))
		return;
	if (program && !is_current(program, seen->program_generation))
		return;
	if (!tells_processes(process_agreed(thread, hit->uid, program)))
		return;
	set = counters_of(program, TP_KIND_PROCESS);
	if (!set || seen->process != process || seen->program != program)
		return;
	event.header.time_ns = hit->now_ns;
	event.header.process = process;
	event.header.uid = hit->uid;
	event.header.object = program;
	event.header.program = program;
	event.header.type = TP_HEARTBEAT;
	event.value = beat_ns;
	bump(set, TP_COUNT_SINGLES);
	emit(hit->reader, &event, set, false);
}

/* The last thread of a process is ending. @ending: what becomes of its spans with an id */
static __always_inline void process_exit(struct hit *hit, struct ending *ending)
{
	struct thread *leader = bpf_task_storage_get(&threads, hit->task->group_leader, NULL, 0);

	if (!leader) /* forked before anything was known: the thread stands for its process */
		leader = hit->thread;
	/* on 6.1 two threads may both find themselves the last */
	if (__sync_lock_test_and_set(&leader->has_ended, 1))
		return;
	if (leader->uses_ids || hit->thread->uses_ids)
		process_sweep(hit->reader, hit->thread->process, ending);
	run_exit(hit, ending, wait_status(hit->task));
	if (!ending->is_discarded)
		exit_emit(hit, leader);
	silence_forget(hit->thread->process);
}

#endif
