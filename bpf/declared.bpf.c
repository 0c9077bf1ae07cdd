/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* declared.bpf.c - the programs for files of targets that declare names. One is for markers: the same
 * handlers, and names that are no constants of a known file are read and looked up. The other looks
 * for declared words on the command lines of programs whose runs are told. Loaded only while such a
 * target exists, beside telprobe.bpf.c, whose maps they use (capture/declared.c). What they read leaves
 * as the number of a declared name or not at all, but for one case: `telprobe targets learn` shows its
 * caller what his own processes say. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "telprobe/record.h"

char license_of_programs[] SEC("license") = "Dual BSD/GPL";

#include "arguments.bpf.h"
#include "dispatch.bpf.h"

const volatile bool is_learning;
const volatile __u32 learner; /* uid: nobody else's names are read then */

enum { NAME_UNREADABLE = 1 }; /* in the upper half of what name_find() returns */

/* On the stack, zeroed; the reader leaves nothing behind the NUL (hazards: 1). A global function, which
 * the verifier looks at once. Return: the name's place; TP_PLACE_UNDECLARED for one that is not
 * declared, is too long, or could not be read, which the upper half tells. */
__noinline __u64 name_find(__u32 object, __u64 pointer)
{
	struct tp_object *found = bpf_map_lookup_elem(&objects, &object);
	struct name name = {};
	__u8 yes = 1;
	__u32 place;
	long bytes;

	if (!found)
		return TP_PLACE_UNDECLARED;
	name.key.target = TP_DECLARED_OF(found->target, TP_DECLARED_NAME);
	bytes = bpf_probe_read_user_str(name.key.text, TP_DECLARED_BYTES + 1,
					(const void *)pointer);
	if (bytes < 0) /* 0: 6.1 says so of an empty string */
		return (__u64)NAME_UNREADABLE << 32 | TP_PLACE_UNDECLARED;
	if (bytes > TP_DECLARED_BYTES)
		return TP_PLACE_UNDECLARED;
	place = place_declared(&name.key);
	if (place == TP_PLACE_UNDECLARED && is_learning) {
		name.key.target = 0;
		bpf_map_update_elem(&learned, &name.key, &yes, BPF_NOEXIST);
	}
	return place;
}

static __always_inline __u32 place_unknown(struct hit *hit, __u64 pointer)
{
	__u64 found = TP_PLACE_UNDECLARED;

	if (!is_learning || hit->uid == learner)
		found = name_find(hit->object, pointer);
	if (found >> 32)
		bump(hit->counters, TP_COUNT_UNREADABLE);
	else if ((__u32)found == TP_PLACE_UNDECLARED)
		bump(hit->counters, TP_COUNT_UNDECLARED);
	return found;
}

/* Such a program speaks for others, as `telprobe emit` for a script that began before it. */
static __always_inline __u64 earliest_start(struct task_struct *task)
{
	return 1;
}

SEC("uprobe")
int marker_declared(struct pt_regs *ctx)
{
	return marker_hit(ctx);
}

/* Attached after process_execs, whose run it adds to. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(run_arguments, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct line line = {};

	preemption_off();
	if (line_open(&line, task)) {
		bpf_loop(PIECES_MAX, argument_read, &line, 0);
		line_close(&line);
	}
	preemption_on();
	return 0;
}
