/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* places.bpf.h - from a pointer to the place of a constant in a file. Nothing is read here: the
 * distance between the literal and the marker is the same in every run (design: 3). */
#ifndef TELPROBE_BPF_PLACES_H
#define TELPROBE_BPF_PLACES_H

#include "admit.bpf.h"

static __always_inline __u32 object_of(struct inode *inode)
{
	struct tp_executable_key key = {};
	__u32 *object;

	key.inode = inode->i_ino;
	key.device = inode->i_sb->s_dev;
	object = bpf_map_lookup_elem(&executables, &key);
	return object ? *object : 0;
}

static __always_inline __u32 program_lookup(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	return mm && mm->exe_file ? object_of(mm->exe_file->f_inode) : 0;
}

enum { OVERLAY_MAGIC = 0x794c7630 }; /* include/uapi/linux/magic.h: OVERLAYFS_SUPER_MAGIC */

static long mapped_lookup(struct task_struct *task, struct vm_area_struct *area, void *object)
{
	struct file *file = area->vm_file;

	if (file)
		*(__u32 *)object = object_of(file->f_inode);
	return 0;
}

/* The object of the program this task begins to execute. In a container its inode is the overlay's,
 * another one in each mount. What is mapped, and what a probe sits on, is the file of the layer: so
 * there, and only there, since every exec of the machine comes by, the mapping of the program's code
 * is asked. No field of overlayfs is: its types are in no kernel's BTF while it is a module. A thread
 * of nobody is there yet to hold the lock; if a stranger does, program_learn() makes up for it. Global
 * as program_find() is, and for its reason. */
__noinline __u32 program_executed(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 object = program_lookup(task);
	struct mm_struct *mm = task->mm;

	if (!object && mm && mm->exe_file && mm->exe_file->f_inode->i_sb->s_magic == OVERLAY_MAGIC)
		bpf_find_vma(task, mm->start_code, mapped_lookup, &object, 0);
	return object;
}

/* Of a run of another program, or of a file that had another number, nothing is told (runs.bpf.h). */
static __always_inline void program_set(struct thread *thread, __u32 program)
{
	struct tp_object *object = bpf_map_lookup_elem(&objects, &program);

	thread->run_span = 0;
	thread->program = program;
	thread->program_generation = object ? object->generation : 0;
}

/* The object of the executable, 0 once its number was given up. */
static __always_inline __u32 program_known(struct thread *thread)
{
	if (thread->program && !is_current(thread->program, thread->program_generation))
		thread->program = 0;
	return thread->program;
}

/* Of a program in a container the kernel names the inode of an overlay mount, which nobody told us of
 * (process.bpf.h asks at exec). But a marker that lies in the image of what is executed is a marker of
 * that program, so its file is the hit's. Also for one that ran before we came. */
static __always_inline void program_learn(struct task_struct *task, struct thread *thread,
					  __u32 number, __u64 distance)
{
	struct tp_object *object = bpf_map_lookup_elem(&objects, &number);
	struct mm_struct *mm = task->mm;
	struct thread *leader;

	if (!object || !mm || distance != mm->start_code - object->code_start)
		return;
	program_set(thread, number);
	leader = bpf_task_storage_get(&threads, task->group_leader, NULL, 0);
	if (leader)
		program_set(leader, number);
}

/* Fills in the executable of this task, whose thread knows none yet. A global function, so that the
 * verifier looks at it once: each pointer it follows costs it a search by name in all of the kernel's
 * types (Linux 6.4 and later: btf_nested_type_is_trusted()).
 * @number, @distance: of the object that was hit, and how far from its place in the file the site is */
__noinline int program_find(struct thread *thread, __u32 number, __u64 distance)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!thread)
		return 0;
	program_set(thread, program_lookup(task));
	if (!thread->program && number)
		program_learn(task, thread, number, distance);
	return 0;
}

/* The object of the executable, asked again while unknown, since it may have become known. */
static __always_inline __u32 program_of(struct hit *hit)
{
	if (!program_known(hit->thread))
		program_find(hit->thread, 0, 0);
	return hit->thread->program;
}

/* At a hit of a probe. @site: as for place_of() */
static __always_inline void program_meet(struct hit *hit, __u64 site)
{
	if (!program_known(hit->thread))
		program_find(hit->thread, hit->object, site - hit->place);
}

enum { PLACE_IN_PROGRAM = 1 }; /* in the upper half of what place_elsewhere() returns */

/* A pointer that does not lead into the marker's own file: tried against the main executable. A
 * global function, which the verifier looks at once instead of at each of 40 calls.
 * Return: the place in the lower half; PLACE_IN_PROGRAM in the upper when it is one of @program. */
__noinline __u64 place_elsewhere(__u32 program, __u64 pointer)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct tp_object *main;
	__u64 distance;

	main = bpf_map_lookup_elem(&objects, &program);
	if (!program || !main || !mm)
		return TP_PLACE_UNDECLARED;
	distance = pointer - (mm->start_code - main->code_start);
	if (!distance || distance >= main->image_bytes)
		return TP_PLACE_UNDECLARED;
	return (__u64)PLACE_IN_PROGRAM << 32 | distance;
}

/* What stands for a name that is no constant of a known file: the one thing in which the two objects
 * differ. telprobe.bpf.c leaves it unread, declared.bpf.c reads it. */
static __always_inline __u32 place_unknown(struct hit *hit, __u64 pointer);

/* As place_of(), of a hit of which nothing may be read. */
static __always_inline __u32 place_unread(struct hit *hit, __u64 pointer, __u64 site)
{
	__u64 distance = pointer - site + hit->place;

	if (!pointer)
		return TP_PLACE_ABSENT;
	if (distance - 1 < (__u64)hit->image_bytes - 1)
		return distance;
	return place_elsewhere(program_known(hit->thread), pointer);
}

/* @site: address of the probed instruction, whose place is hit->place; @flag: bit of *flags to set
 * when the place is one of the main executable */
static __always_inline __u32 place_of(struct hit *hit, __u64 pointer, __u64 site, __u8 flag,
				      __u8 *flags)
{
	__u64 distance = pointer - site + hit->place, found;

	if (!pointer)
		return TP_PLACE_ABSENT;
	if (distance - 1 < (__u64)hit->image_bytes - 1)
		return distance;
	found = place_elsewhere(hit->thread->program, pointer);
	*flags |= flag * (found >> 32 & PLACE_IN_PROGRAM);
	return (__u32)found == TP_PLACE_UNDECLARED ? place_unknown(hit, pointer) : found;
}

#endif
