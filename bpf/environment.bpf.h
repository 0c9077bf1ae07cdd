/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* environment.bpf.h - DO_NOT_TRACK and TELPROBE_ENABLED in a new program's environment. Looks at
 * user memory, as declared.bpf.c alone does besides: loaded for the service, and all that leaves it
 * is one bit.
 * The whole block is searched, string by string; one that cannot be read or does not end counts as
 * a no (hazards: 3). At exec the pages have just been written, so no read fails for want of them. */
#ifndef TELPROBE_BPF_ENVIRONMENT_H
#define TELPROBE_BPF_ENVIRONMENT_H

#include "admit.bpf.h"

enum { CHUNK = 128, CHUNKS_MAX = 65536 };

struct search {
	__u64 at;
	__u64 end;
	bool is_start; /* of a string, not in the middle of a long one */
	bool is_silent;
	bool is_done;
};

static __always_inline bool begins_with(const char *text, const char *prefix, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		if (text[i] != prefix[i])
			return false;
	return true;
}

static __always_inline bool says_no(const char *text)
{
	if (begins_with(text, "DO_NOT_TRACK=", 13))
		return text[13] && !(text[13] == '0' && !text[14]);
	if (!begins_with(text, "TELPROBE_ENABLED=", 17))
		return false;
	return begins_with(text + 17, "0", 2) || begins_with(text + 17, "false", 6);
}

static long search_chunk(__u32 index, void *context)
{
	struct search *search = context;
	char text[CHUNK] = {};
	long bytes;

	if (search->at >= search->end) {
		search->is_done = true;
		return 1;
	}
	bytes = bpf_probe_read_user_str(text, sizeof(text), (const void *)search->at);
	if (bytes < 0)
		return 1;
	if (!bytes) /* of an empty string 6.1 says so, later kernels count the NUL */
		bytes = 1;
	if (search->is_start && says_no(text)) {
		search->is_silent = true;
		search->is_done = true;
		return 1;
	}
	/* a full buffer lost its last byte to the NUL: go on there, in the middle of the string */
	search->is_start = bytes < CHUNK;
	search->at += bytes < CHUNK ? bytes : CHUNK - 1;
	return 0;
}

static __always_inline bool environment_says_no(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	struct search search = { .is_start = true };

	if (!mm)
		return false;
	search.at = mm->env_start;
	search.end = mm->env_end;
	bpf_loop(CHUNKS_MAX, search_chunk, &search, 0);
	return search.is_silent || !search.is_done;
}

#endif
