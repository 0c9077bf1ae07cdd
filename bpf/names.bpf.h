/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* names.bpf.h - the names that targets declare. */
#ifndef TELPROBE_BPF_NAMES_H
#define TELPROBE_BPF_NAMES_H

#include "maps.bpf.h"

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

struct name { /* read where a key is looked up, with room to see that it is too long for one */
	struct tp_declared_key key;
	char excess[4];
};

/* Return: the place that stands for the name; TP_PLACE_UNDECLARED. */
static __always_inline __u32 place_declared(const struct tp_declared_key *key)
{
	__u32 *number = bpf_map_lookup_elem(&declared, key);

	return number ? TP_PLACE_DECLARED | *number : TP_PLACE_UNDECLARED;
}

#endif
