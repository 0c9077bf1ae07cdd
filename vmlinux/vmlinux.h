/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* vmlinux.h - the kernel types the BPF programs read, and no others.
 * Written by hand instead of dumped: a build needs no running kernel and a reader sees at a glance
 * what telprobe looks at. Only names and types matter; libbpf finds each field's real offset in
 * the running kernel's BTF (CO-RE). Structures and fields as in Linux 6.1 to 7.2; `___suffix`
 * flavours name the kernels they stand for. */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef int pid_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

/* include/uapi/linux/bpf.h: stable numbers */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_NO_PREALLOC = 1, BPF_F_RDONLY_PROG = 1 << 7, BPF_F_MMAPABLE = 1 << 10 };
enum { BPF_LOCAL_STORAGE_GET_F_CREATE = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };
enum { BPF_RB_AVAIL_DATA = 0 };
enum { BPF_F_USER_STACK = 1 << 8, BPF_F_USER_BUILD_ID = 1 << 11 };
enum { BPF_STACK_BUILD_ID_VALID = 1, BPF_BUILD_ID_SIZE = 20 };

struct bpf_stack_build_id {
	__s32 status;
	unsigned char build_id[BPF_BUILD_ID_SIZE];
	union {
		__u64 offset;
		__u64 ip;
	};
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
struct pt_regs {
	struct user_pt_regs user_regs;
};
#else
#error "telprobe knows x86-64 and arm64"
#endif

typedef struct {
	int counter;
} atomic_t;

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

struct timens_offsets {
	struct timespec64 monotonic;
};

struct time_namespace {
	struct timens_offsets offsets;
};

struct nsproxy {
	struct time_namespace *time_ns;
};

struct super_block {
	__u32 s_dev; /* MAJOR << 20 | MINOR */
	unsigned long s_magic;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
	long long i_size;
	__u32 i_generation;
};

struct file {
	struct inode *f_inode;
};

struct vm_area_struct {
	struct file *vm_file;
};

struct mm_struct {
	struct file *exe_file;
	unsigned long start_code; /* where the lowest executable segment was mapped */
	unsigned long end_code;	  /* and where the highest one ends */
	unsigned long arg_start, arg_end; /* the command line, string by string */
	unsigned long env_start, env_end;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct task_io_accounting {
	__u64 read_bytes;
	__u64 write_bytes;
};

struct task_struct;

struct signal_struct {
	atomic_t live; /* threads that did not begin to exit */
	int group_exit_code;
	unsigned int flags;
	unsigned long maxrss; /* pages */
	unsigned long long sum_sched_runtime;
	struct task_io_accounting ioac;
	struct task_struct *group_exec_task; /* since 5.17: a thread is executing a program */
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct task_struct {
	struct mm_struct *mm;
	pid_t pid;
	pid_t tgid;
	int exit_code;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct sched_entity se;
	__u64 start_time; /* CLOCK_MONOTONIC, ns */
	const struct cred *cred;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	char comm[16];			/* zeroed behind its end */
	struct task_io_accounting ioac; /* with CONFIG_TASK_IO_ACCOUNTING */
};

struct linux_binprm;
struct kernel_siginfo;

struct sigaction {
	void (*sa_handler)(int); /* NULL: SIG_DFL */
};

struct k_sigaction {
	struct sigaction sa;
};

struct bpf_iter_meta;

struct bpf_iter__task { /* what a program over all tasks is called with */
	union {
		struct bpf_iter_meta *meta;
		__u64 : 64;
	};
	union {
		struct task_struct *task; /* NULL behind the last */
		__u64 : 64;
	};
};

#pragma clang attribute pop

#endif
