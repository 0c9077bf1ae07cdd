/* SPDX-License-Identifier: GPL-2.0-only */
/* accounts.c - the kernel side's counters, and the programs themselves. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture_internal.h"

enum { SUMMED = 16 }; /* files read at once */

static void add(struct tp_counters *sum, const struct tp_counters *set)
{
	int i;

	for (i = 0; i < TP_COUNTERS; i++)
		sum->count[i] += set->count[i];
}

static void add_of_object(struct tp_counters *sum, const struct tp_object_counters *set)
{
	int i;

	for (i = 0; i < TP_OBJECT_COUNTERS; i++)
		sum->count[i] += set->count[i];
}

static int count_refusals(struct capture *capture, enum tp_kind kind, struct tp_counters *out,
			  struct error *error)
{
	int cpus = libbpf_num_possible_cpus();
	struct tp_counters *each;
	uint32_t key = kind;
	int ret, cpu;

	if (cpus < 0)
		return error_set(error, cpus, "cannot count the CPUs: %s", error_text(cpus));
	each = calloc((size_t)cpus, sizeof(*each));
	if (!each)
		return error_set(error, -ENOMEM, "no memory for the counters");
	ret = bpf_map_lookup_elem(bpf_map__fd(capture->programs->maps.refusals), &key, each);
	if (ret) {
		free(each);
		return error_set(error, ret, "cannot read the counters: %s", error_text(ret));
	}
	memset(out, 0, sizeof(*out));
	for (cpu = 0; cpu < cpus; cpu++)
		add(out, &each[cpu]);
	free(each);
	return 0;
}

int capture_count(struct capture *capture, uint16_t object, enum tp_kind kind,
		  struct tp_counters *out, struct error *error)
{
	uint32_t key = (uint32_t)object * TP_KINDS + kind;
	int ret;

	if (!object)
		return count_refusals(capture, kind, out, error);
	memset(out, 0, sizeof(*out)); /* the map has the first of them */
	ret = bpf_map_lookup_elem(bpf_map__fd(capture->programs->maps.counters), &key, out);
	return ret ? error_set(error, ret, "cannot read the counters: %s", error_text(ret)) : 0;
}

int capture_sum(struct capture *capture, struct tp_counters out[TP_KINDS], struct error *error)
{
	struct tp_object_counters set[SUMMED * TP_KINDS];
	uint32_t key[SUMMED * TP_KINDS], before, rows, i;
	int fd = bpf_map__fd(capture->programs->maps.counters), ret;
	uint16_t object;

	memcpy(out, capture->retained, sizeof(capture->retained));
	for (object = 1; object <= capture->last; object = (uint16_t)(object + SUMMED)) {
		before = (uint32_t)object * TP_KINDS - 1;
		rows = SUMMED * TP_KINDS;
		ret = bpf_map_lookup_batch(fd, &before, &before, key, set, &rows, NULL);
		if (ret && ret != -ENOENT) /* the end of the map */
			return error_set(error, ret, "cannot read the counters: %s",
					 error_text(ret));
		for (i = 0; i < rows; i++)
			add_of_object(&out[key[i] % TP_KINDS], &set[i]);
	}
	return 0;
}

int64_t capture_open_spans(const struct tp_counters *set)
{
	const __u64 *count = set->count;

	return (int64_t)(count[TP_COUNT_BEGINS] - count[TP_COUNT_CLOSED] -
			 count[TP_COUNT_ABANDONED] - count[TP_COUNT_OVERWRITTEN] -
			 count[TP_COUNT_REFUSED_OWNER] - count[TP_COUNT_REFUSED_DEPTH] -
			 count[TP_COUNT_REFUSED_ASYNC_FULL] - count[TP_COUNT_REFUSED_START] -
			 count[TP_COUNT_DISCARDED]);
}

/* What was open in the file will never be closed as far as anybody is told. */
void accounts_retain(struct capture *capture, uint16_t object)
{
	static const struct tp_object_counters none;
	int fd = bpf_map__fd(capture->programs->maps.counters), kind;
	struct tp_counters set;

	for (kind = 0; kind < TP_KINDS; kind++) {
		uint32_t key = (uint32_t)object * TP_KINDS + (uint32_t)kind;

		if (capture_count(capture, object, (enum tp_kind)kind, &set, NULL))
			continue;
		set.count[TP_COUNT_DISCARDED] += (uint64_t)capture_open_spans(&set);
		add(&capture->retained[kind], &set);
		bpf_map_update_elem(fd, &key, &none, BPF_ANY);
	}
}

int capture_program_fds(struct capture *capture, int *fds, int room)
{
	struct bpf_program *program;
	int count = 0;

	bpf_object__for_each_program(
		program, capture->programs->obj) if (count < room && bpf_program__fd(program) >= 0)
		fds[count++] = bpf_program__fd(program);
	if (capture->declared.program_fd >= 0 && count < room)
		fds[count++] = capture->declared.program_fd;
	if (capture->declared.arguments_fd >= 0 && count < room)
		fds[count++] = capture->declared.arguments_fd;
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
