/* SPDX-License-Identifier: GPL-2.0-only */
/* accounts.c - the kernel side's counters, and the programs themselves. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture_internal.h"

int capture_count(struct capture *capture, uint16_t object, enum tp_kind kind,
		  struct tp_counters *out, struct error *error)
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t key = (uint32_t)object * TP_KINDS + kind;
	struct tp_counters *each;
	int ret, cpu, i;

	if (cpus < 0)
		return error_set(error, cpus, "cannot count the CPUs: %s", error_text(cpus));
	each = calloc((size_t)cpus, sizeof(*each));
	if (!each)
		return error_set(error, -ENOMEM, "no memory for the counters");
	ret = bpf_map_lookup_elem(bpf_map__fd(capture->programs->maps.counters), &key, each);
	if (ret) {
		free(each);
		return error_set(error, ret, "cannot read the counters: %s", error_text(ret));
	}
	memset(out, 0, sizeof(*out));
	for (cpu = 0; cpu < cpus; cpu++)
		for (i = 0; i < TP_COUNTERS; i++)
			out->count[i] += each[cpu].count[i];
	free(each);
	return 0;
}

int capture_program_fds(struct capture *capture, int *fds, int room)
{
	struct bpf_program *program;
	int count = 0;

	bpf_object__for_each_program(
		program, capture->programs->obj) if (count < room && bpf_program__fd(program) >= 0)
		fds[count++] = bpf_program__fd(program);
	return count;
}

uint64_t capture_missed(struct capture *capture)
{
	int fds[16], count = capture_program_fds(capture, fds, 16);
	uint64_t missed = 0;
	int i;

	for (i = 0; i < count; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 bytes = sizeof(info);

		if (!bpf_obj_get_info_by_fd(fds[i], &info, &bytes))
			missed += info.recursion_misses;
	}
	return missed;
}
