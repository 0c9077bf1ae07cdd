/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kernel.bpf.c - the kernel side without its first layer: it reads what a name that is no constant
 * points to, and keeps it. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "telprobe/record.h"

#include "../../bpf/crash.bpf.h"
#include "../../bpf/dispatch.bpf.h"
#include "../../bpf/environment.bpf.h"
#include "../../bpf/foreign.bpf.h"
#include "../../bpf/process.bpf.h"

struct text {
	char bytes[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct text);
} texts SEC(".maps");

__noinline int text_keep(__u64 pointer)
{
	struct text text = {};

	bpf_probe_read_user_str(text.bytes, sizeof(text.bytes), (const void *)pointer);
	bpf_map_update_elem(&texts, &pointer, &text, BPF_ANY);
	return 0;
}

/* In that file a name is counted in one place alone: where it is no constant. */
#define bump(set, counter) (text_keep(pointer), (bump)(set, counter))
#include "../../bpf/telprobe.bpf.c"
