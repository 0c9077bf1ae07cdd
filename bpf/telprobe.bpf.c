/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* telprobe.bpf.c - one program for all markers, one for probes that are none, six for processes. Only `environment`, which `run`
 * does not load, looks at user memory; for `process_crashes` the kernel follows the stack. declared.bpf.c holds what reads names.
 * One program, because then one link holds all markers of a file: detaching waits for a grace
 * period a link, and a service has a thousand files. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "telprobe/record.h"

char license_of_programs[] SEC("license") = "Dual BSD/GPL";

#include "crash.bpf.h"
#include "dispatch.bpf.h"
#include "environment.bpf.h"
#include "foreign.bpf.h"
#include "process.bpf.h"

/* Read by nobody: a name that is no constant of a known file. */
static __always_inline __u32 place_unknown(struct hit *hit, __u64 pointer)
{
	bump(hit->counters, TP_COUNT_UNDECLARED);
	return TP_PLACE_UNDECLARED;
}

/* A span that began before its process is none of its. */
static __always_inline __u64 earliest_start(struct task_struct *task)
{
	return task->group_leader->start_time;
}

SEC("uprobe")
int marker(struct pt_regs *ctx)
{
	return marker_hit(ctx);
}

SEC("uprobe")
int foreign_probe(struct pt_regs *ctx)
{
	return foreign_hit(ctx);
}

/* For finding out what a probe costs here and which instruction this kernel optimises. */
SEC("uprobe")
int empty(struct pt_regs *ctx)
{
	return 0;
}

static long mapped_identify(struct task_struct *task, struct vm_area_struct *area, void *data)
{
	struct tp_executable_key *key = data;
	struct file *file = area->vm_file;

	if (file) {
		key->inode = file->f_inode->i_ino;
		key->device = file->f_inode->i_sb->s_dev;
	}
	return 0;
}

/* Run by userspace for a mapping of its own, never attached. @arguments: an address; which part of what
 * is known of the file behind it to return, enum tp_mapped */
SEC("raw_tp")
int mapped(const __u64 *arguments)
{
	struct tp_executable_key key = {};

	bpf_find_vma(bpf_get_current_task_btf(), arguments[0], mapped_identify, &key, 0);
	switch (arguments[1]) {
	case TP_MAPPED_INODE:
		return key.inode;
	case TP_MAPPED_INODE_HIGH:
		return key.inode >> 32;
	}
	return key.device;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_forks, struct task_struct *parent, struct task_struct *child)
{
	struct thread *from, *to = NULL;
	bool is_lost;

	preemption_off();
	from = thread_of(parent, &is_lost);
	if (from)
		to = thread_inherit(parent, child, from);
	else if (is_lost)
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_NO_STATE);
	preemption_on();
	if (to)
		fork_emit(from, to);
	return 0;
}

/* Attached before process_execs, which must find the mark. Loaded for the service alone. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(environment, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct thread *thread;

	preemption_off();
	if (environment_says_no(task)) {
		thread = thread_new(task);
		if (thread)
			thread->mark |= TP_MARK_SILENT;
		else
			count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_NO_STATE);
	}
	preemption_on();
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_execs, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct hit hit = { .task = task };
	bool is_alive;

	hit.thread = bpf_task_storage_get(&threads, task, NULL, 0);
	hit.uid = bpf_get_current_uid_gid();
	is_alive = lease_is_alive(&hit);
	if (!hit.thread && is_alive)
		hit.thread = process_meet(&hit);
	if (!hit.thread)
		return 0;
	if (!is_alive)
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_LEASE);
	process_exec(&hit, old_pid, is_alive);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exits, struct task_struct *task)
{
	struct hit hit = { .task = task };
	struct ending ending = {};
	bool is_exec, is_alive;

	hit.thread = bpf_task_storage_get(&threads, task, NULL, 0);
	if (!hit.thread)
		return 0;
	hit.uid = bpf_get_current_uid_gid();
	is_alive = lease_is_alive(&hit);
	if (!is_alive)
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_LEASE);
	is_exec = is_replaced(task);
	thread_ending(&ending, hit.thread, hit.now_ns, is_exec ? TP_FLAG_BY_EXEC : TP_FLAG_BY_EXIT,
		      is_exec ? 0 : task->exit_code & ~CORE_BIT);
	ending.is_discarded = !is_alive || is_silent(hit.thread);
	spans_abandon(hit.reader, hit.thread, 0, &ending);
	thread_sweep(hit.reader, task, hit.thread, &ending);
	if (task->signal->live.counter || is_exec)
		return 0;
	process_exit(&hit, &ending);
	return 0;
}

/* Every signal of the machine comes by. With its default action one of these ends its process. */
SEC("tp_btf/signal_deliver")
int BPF_PROG(process_crashes, int signal, struct kernel_siginfo *info, struct k_sigaction *action)
{
	struct hit hit = { .kind = TP_KIND_PROCESS };
	struct crash *crash;

	if (!is_crash(signal) || action->sa.sa_handler)
		return 0;
	if (!crash_admit(&hit) || hit.task->signal->flags & SIGNAL_UNKILLABLE)
		return 0;
	crash = crash_of(hit.task);
	if (crash)
		crash_emit(ctx, &hit, crash, signal);
	return 0;
}

/* Run by userspace over all tasks, as often as it wants to hear of those that only run. */
SEC("iter/task")
int processes_alive(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct tp_lease *granted;
	struct hit hit = {};
	__u32 zero = 0;

	if (!task || task->pid != task->tgid || !task->signal->live.counter)
		return 0;
	hit.task = task;
	hit.thread = bpf_task_storage_get(&threads, task, NULL, 0);
	granted = bpf_map_lookup_elem(&lease, &zero);
	if (!hit.thread || !granted || !lease_is_alive(&hit))
		return 0;
	hit.uid = task->cred->uid.val;
	process_beat(&hit, granted->beat_ns);
	return 0;
}
