/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bucket.bpf.c - the kernel side's function alone, for test_bucket.c to run. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "telprobe/bucket.h"

char license_of_programs[] SEC("license") = "Dual BSD/GPL";

struct question {
	__u64 ns;
	__u64 bucket;
};

/* As bpf/totals.bpf.h has it. */
__noinline int bucket_of(__u64 ns)
{
	return tp_bucket(ns);
}

SEC("syscall")
int bucket(struct question *question)
{
	question->bucket = bucket_of(question->ns);
	return 0;
}
