/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* telprobe.bpf.c - one program for all markers, four for processes. Only `environment`, which `run`
 * does not load, looks at user memory.
 * One program, because then one link holds all markers of a file: detaching waits for a grace
 * period a link, and a service has a thousand files. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "telprobe/record.h"

char license_of_programs[] SEC("license") = "Dual BSD/GPL";

#include "environment.bpf.h"
#include "markers.bpf.h"
#include "process.bpf.h"

/* The lowest level at which a marker's single records may leave the kernel. Below `enhanced` only
 * totals may, so a marker that basic allows waits for them here. */
static __always_inline __u32 level_of(__u32 marker)
{
	switch (marker) {
#define TP_X(constant, name, level) \
	case TP_MARKER_##constant:  \
		return TP_LEVEL_##level;
		TP_MARKERS_TABLE(TP_X)
#undef TP_X
	}
	return TP_LEVEL_FULL + 1;
}

static __always_inline bool is_span_kind(__u64 kind)
{
	return kind > TP_KIND_COMMAND && kind < TP_SPAN_KINDS;
}

/* Row of the counters; TP_KINDS for a span whose kind is none of telprobe.h. */
static __always_inline __u32 kind_of(struct pt_regs *ctx, __u32 marker)
{
	switch (marker) {
	case TP_MARKER_COMMAND_BEGIN:
	case TP_MARKER_COMMAND_END:
		return TP_KIND_COMMAND;
	case TP_MARKER_SPAN_BEGIN:
	case TP_MARKER_SPAN_END:
	case TP_MARKER_SPAN_DONE:
		return is_span_kind(ARG1) ? ARG1 : TP_KINDS;
	}
	return TP_KIND_SINGLE;
}

static __always_inline int dispatch(struct pt_regs *ctx, struct hit *hit, __u32 marker)
{
	switch (marker) {
	case TP_MARKER_SESSION_BEGIN:
		return on_session_begin(ctx, hit);
	case TP_MARKER_SESSION_END:
		return on_session_end(ctx, hit);
	case TP_MARKER_COMMAND_BEGIN:
		return on_command_begin(ctx, hit);
	case TP_MARKER_COMMAND_END:
		return on_command_end(ctx, hit);
	case TP_MARKER_SPAN_BEGIN:
		return on_span_begin(ctx, hit);
	case TP_MARKER_SPAN_END:
		return on_span_end(ctx, hit);
	case TP_MARKER_SPAN_DONE:
		return on_span_done(ctx, hit);
	case TP_MARKER_TAG:
		return on_tag(ctx, hit);
	case TP_MARKER_COUNT:
		return on_count(ctx, hit);
	case TP_MARKER_MEASURE:
		return on_measure(ctx, hit);
	case TP_MARKER_ERROR:
		return on_error(ctx, hit);
	case TP_MARKER_RECOVERED:
		return on_recovered(ctx, hit);
	case TP_MARKER_FEATURE:
		return on_feature(ctx, hit);
	case TP_MARKER_DECISION:
		return on_decision(ctx, hit);
	case TP_MARKER_LIFECYCLE:
		return on_lifecycle(ctx, hit);
	case TP_MARKER_OPT_OUT:
		return on_opt_out(ctx, hit);
	}
	return 0;
}

SEC("uprobe")
int marker(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 marker = TP_COOKIE_MARKER(cookie);
	__u32 kind = kind_of(ctx, marker);
	struct hit hit; /* admit() fills the rest */

	if (cookie == ~0ull) /* no marker's: see the map */
		bpf_tail_call(ctx, &never, 0);
	hit.object = TP_COOKIE_OBJECT(cookie);
	hit.kind = kind < TP_KINDS ? kind : TP_KIND_SINGLE;
	hit.place = cookie;
	if (!admit(&hit, level_of(marker)))
		return 0;
	if (kind >= TP_KINDS) {
		bump(hit.counters, TP_COUNT_REFUSED_ARGUMENT);
		return 0;
	}
	program_of(&hit);
	return dispatch(ctx, &hit, marker);
}

/* For finding out what a probe costs here and which instruction this kernel optimises. */
SEC("uprobe")
int empty(struct pt_regs *ctx)
{
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_forks, struct task_struct *parent, struct task_struct *child)
{
	thread_inherit(parent, child);
	return 0;
}

/* Attached before process_execs, which must find the mark. Loaded for the service alone. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(environment, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct thread *thread;

	if (!environment_says_no(task))
		return 0;
	thread = thread_new(task);
	if (thread)
		thread->mark |= TP_MARK_SILENT;
	else
		count(0, TP_KIND_PROCESS, TP_COUNT_REFUSED_NO_STATE);
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
	if (task->signal->live.counter || is_exec)
		return 0;
	process_exit(&hit, &ending);
	return 0;
}
