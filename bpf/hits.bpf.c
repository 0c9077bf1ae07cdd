/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* hits.bpf.c - how often probes are hit, whoever's program it is: for `telprobe targets check`, which
 * attaches for a second. It looks at nothing and keeps numbers alone. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

char license_of_hits[] SEC("license") = "Dual BSD/GPL";

/* Key: the cookie. Written here, read by who attached, who sets the size before it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

SEC("uprobe")
int hit(struct pt_regs *ctx)
{
	__u32 probe = bpf_get_attach_cookie(ctx);
	__u64 *count = bpf_map_lookup_elem(&hits, &probe);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}
