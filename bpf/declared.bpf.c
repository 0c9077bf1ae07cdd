/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* declared.bpf.c - the program for files of targets that declare names: the same handlers, and names
 * that are no constants of a known file are read and looked up. Loaded only while such a target
 * exists, beside telprobe.bpf.c, whose maps it uses (capture/declared.c). What it reads leaves as the
 * number of a declared name or not at all, but for one case: `telprobe targets learn` shows its caller
 * what his own processes say. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "telprobe/record.h"

char license_of_programs[] SEC("license") = "Dual BSD/GPL";

#include "dispatch.bpf.h"

/* Which names a target declares. Written by the supervisor alone, so a lookup is all a traced program
 * can make of it. Value: number of the name, from 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_DECLARED);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct tp_declared_key);
	__type(value, __u32);
} declared SEC(".maps");

/* Names that are not declared, of a command that is run to learn them, read by who runs it. Key: of no
 * target, so that each is there once. Made for `telprobe targets learn` alone: the kernel leaves the
 * code that writes to it out else. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TP_LEARNED);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct tp_declared_key);
	__type(value, __u8);
} learned SEC(".maps");

const volatile bool is_learning;
const volatile __u32 learner; /* uid: nobody else's names are read then */

enum { NAME_UNREADABLE = 1 }; /* in the upper half of what name_find() returns */

struct name { /* read where a key is looked up, with room to see that it is too long for one */
	struct tp_declared_key key;
	char excess[4];
};

/* On the stack, zeroed; the reader leaves nothing behind the NUL (hazards: 1). A global function, which
 * the verifier looks at once. Return: the name's place; TP_PLACE_UNDECLARED for one that is not
 * declared, is too long, or could not be read, which the upper half tells. */
__noinline __u64 name_find(__u32 object, __u64 pointer)
{
	struct tp_object *found = bpf_map_lookup_elem(&objects, &object);
	struct name name = {};
	__u8 yes = 1;
	__u32 *number;
	long bytes;

	if (!found)
		return TP_PLACE_UNDECLARED;
	name.key.target = found->target;
	bytes = bpf_probe_read_user_str(name.key.text, TP_DECLARED_BYTES + 1,
					(const void *)pointer);
	if (bytes < 0) /* 0: 6.1 says so of an empty string */
		return (__u64)NAME_UNREADABLE << 32 | TP_PLACE_UNDECLARED;
	if (bytes > TP_DECLARED_BYTES)
		return TP_PLACE_UNDECLARED;
	number = bpf_map_lookup_elem(&declared, &name.key);
	if (number)
		return TP_PLACE_DECLARED | *number;
	if (is_learning) {
		name.key.target = 0;
		bpf_map_update_elem(&learned, &name.key, &yes, BPF_NOEXIST);
	}
	return TP_PLACE_UNDECLARED;
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
