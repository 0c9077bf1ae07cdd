/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* places.bpf.h - from a pointer to the place of a constant in a file. Nothing is read: the
 * distance between the literal and the marker is the same in every run (design: 3). */
#ifndef TELPROBE_BPF_PLACES_H
#define TELPROBE_BPF_PLACES_H

#include "admit.bpf.h"

static __always_inline __u32 program_lookup(struct task_struct *task)
{
	struct tp_executable_key key = {};
	struct mm_struct *mm = task->mm;
	struct file *file;
	struct inode *inode;
	__u32 *object;

	if (!mm)
		return 0;
	file = mm->exe_file;
	if (!file)
		return 0;
	inode = file->f_inode;
	key.inode = inode->i_ino;
	key.device = inode->i_sb->s_dev;
	object = bpf_map_lookup_elem(&executables, &key);
	return object ? *object : 0;
}

/* The object of the executable; asked again while unknown, since it may have become known. */
static __always_inline __u32 program_of(struct hit *hit)
{
	if (!hit->thread->program)
		hit->thread->program = program_lookup(hit->task);
	return hit->thread->program;
}

enum { PLACE_IN_PROGRAM = 1 }; /* in the upper half of what place_find() returns */

/* A pointer that does not lead into the marker's own file: tried against the main executable. A
 * global function, which the verifier looks at once instead of at each of 40 calls.
 * Return: the place in the lower half; PLACE_IN_PROGRAM in the upper when it is one of @program. */
__noinline __u64 place_elsewhere(__u32 program, __u64 pointer)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct tp_object *main;
	__u64 distance;

	if (!pointer)
		return TP_PLACE_ABSENT;
	main = bpf_map_lookup_elem(&objects, &program);
	if (!program || !main || !mm)
		return TP_PLACE_UNDECLARED;
	distance = pointer - (mm->start_code - main->code_start);
	if (!distance || distance >= main->image_bytes)
		return TP_PLACE_UNDECLARED;
	return (__u64)PLACE_IN_PROGRAM << 32 | distance;
}

/* @site: address of the probed instruction, whose place is hit->place; @flag: bit of *flags to set
 * when the place is one of the main executable */
static __always_inline __u32 place_of(struct hit *hit, __u64 pointer, __u64 site, __u8 flag,
				      __u8 *flags)
{
	__u64 distance = pointer - site + hit->place, found;

	if (pointer && distance - 1 < hit->image_bytes - 1)
		return distance;
	found = place_elsewhere(hit->thread->program, pointer);
	*flags |= flag * (found >> 32 & PLACE_IN_PROGRAM);
	if ((__u32)found == TP_PLACE_UNDECLARED)
		bump(hit->counters, TP_COUNT_UNDECLARED);
	return found;
}

#endif
