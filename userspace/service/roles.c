/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/roles.h"

#include <linux/capability.h>

#include "inspect/inspector_nursery.h"

/* Reads the mapped ring and writes databases in one directory. */
/* clang-format off */
static const char *const collector_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "exit", "exit_group", "rt_sigreturn",
	"restart_syscall", "futex", "rt_sigaction", "rt_sigprocmask", "getrandom", "getpid",
	"geteuid", "getuid", "gettid", "uname", "poll", "ppoll", "epoll_wait", "epoll_pwait",
	"recvmsg", "sendmsg", "recvfrom", "sendto", "getsockopt", "openat", "open", "close",
	"read", "write", "pread64", "pwrite64", "lseek", "fstat", "newfstatat", "stat", "lstat",
	"statx", "fsync", "fdatasync", "ftruncate", "fallocate", "fcntl", "unlink", "unlinkat",
	"access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "chmod",
	"fchmod", "fchmodat", "fchown", "umask", "getdents64", NULL,
};

/* Answers clients and reads databases. */
static const char *const api_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "exit", "exit_group", "rt_sigreturn",
	"restart_syscall", "futex", "rt_sigaction", "rt_sigprocmask", "getrandom", "getpid",
	"geteuid", "getuid", "gettid", "uname", "poll", "ppoll", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "accept", "accept4", "recvmsg", "sendmsg", "recvfrom",
	"sendto", "getsockopt", "shutdown", "openat", "open", "close", "read", "pread64",
	"lseek", "fstat", "newfstatat", "stat", "lstat", "statx", "fcntl", "access", "faccessat",
	"faccessat2", "readlink", "readlinkat", "getcwd", "getdents64", "write", NULL,
};

/* Starts readers of files and ends them; a reader drops the rest itself: close_range to seccomp are
 * for that. What a reader is left with is in inspect/inspector_confine.c. */
static const char *const inspector_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime", "exit",
	"exit_group", "rt_sigreturn", "restart_syscall", "futex", "rt_sigaction",
	"rt_sigprocmask", "getrandom", "getpid", "geteuid", "gettid", "poll", "recvmsg", "sendmsg",
	"recvfrom", "sendto", "close", "pread64", "socketpair", "clone process",
	"set_robust_list", "rseq", "kill", "wait4", "close_range", "dup2", "setsid", "chdir",
	"prlimit64", "capset", "prctl", "seccomp", NULL,
};

/* Makes perf events and passes them on. With CAP_SYS_ADMIN: nothing that it is not there for. */
static const char *const attach_calls[] = {
	"brk", "munmap", "clock_gettime", "exit", "exit_group", "rt_sigreturn", "restart_syscall",
	"futex", "recvmsg", "sendmsg", "close", "perf_event_open", NULL,
};

/* Opens any target and talks to the kernel; what it never does is left out: connect, accept, fork,
 * exec, signal, ptrace, mount, change ids or limits, load another program, make an event. */
static const char *const supervisor_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "time", "exit", "exit_group",
	"rt_sigreturn", "restart_syscall", "futex", "rt_sigaction", "rt_sigprocmask",
	"getrandom", "getpid", "geteuid", "getuid", "getgid", "getegid", "gettid", "uname",
	"getrusage", "poll", "ppoll", "epoll_ctl", "epoll_wait", "epoll_pwait", "recvmsg",
	"sendmsg", "recvfrom", "sendto", "getsockopt", "openat", "openat2", "open", "close",
	"read", "fstatfs", "write", "pread64", "lseek", "fstat", "newfstatat", "stat", "lstat", "statx", "fsync",
	"fcntl", "unlinkat", "renameat", "renameat2", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getcwd", "umask", "getdents64", "mkdir", "mkdirat", "bpf",
	"ioctl", "inotify_add_watch", "inotify_rm_watch", "sysinfo", "sched_getaffinity",
	"clone thread", "set_robust_list", "rseq", "pidfd_open", "wait4", "memfd_create",
	NULL,
};

/* Loads the one program that reads declared names, when the supervisor asks, which may load none. */
static const char *const loader_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime", "exit",
	"exit_group", "rt_sigreturn", "restart_syscall", "futex", "rt_sigaction",
	"rt_sigprocmask", "getrandom", "getpid", "uname", "recvfrom", "recvmsg", "sendmsg",
	"openat", "open", "read", "pread64", "lseek", "fstat", "newfstatat", "stat", "statx",
	"access", "faccessat", "faccessat2", "readlink", "readlinkat", "close", "fcntl", "dup",
	"dup3", "write", "bpf*", NULL,
};
/* clang-format on */

#define NO_GROUP ((gid_t)-1)

/* All that is the same on every machine; accounts and paths are filled in below. */
static const struct sandbox sandboxes[ROLES] = {
	[ROLE_SUPERVISOR] = {
		.role = "supervisor",
		.extra_group = NO_GROUP,
		.capabilities = { CAP_BPF, CAP_PERFMON, CAP_DAC_READ_SEARCH, CAP_LEASE, -1 },
		.system_calls = supervisor_calls,
		.may_fork = true, /* threads; the filter allows no process */
	},
	[ROLE_COLLECTOR] = {
		.role = "collector",
		.extra_group = NO_GROUP,
		.capabilities = { -1 },
		.system_calls = collector_calls,
		.files_max = 512,
		.oom_score = 200,
	},
	[ROLE_API] = {
		.role = "api",
		.extra_group = NO_GROUP,
		.capabilities = { -1 },
		.system_calls = api_calls,
		.files_max = 2048,
		.oom_score = 300,
	},
	[ROLE_LOADER] = {
		.role = "loader",
		.extra_group = NO_GROUP,
		.capabilities = { CAP_BPF, CAP_PERFMON, -1 },
		.system_calls = loader_calls,
		.files_max = 256,
		.oom_score = 200,
	},
	[ROLE_INSPECTOR] = {
		.role = "inspector",
		.extra_group = NO_GROUP,
		.capabilities = { -1 },
		.system_calls = inspector_calls,
		.files_max = NURSERY_FILES,
		.may_fork = true,
		.oom_score = 500, /* what a stranger's file makes it eat costs no other */
	},
	[ROLE_ATTACH] = {
		.role = "attach helper",
		.extra_group = NO_GROUP,
		.capabilities = { CAP_SYS_ADMIN, -1 },
		.system_calls = attach_calls,
		.files_max = 64,
		.memory_max = (rlim_t)256 << 20,
		.oom_score = 200,
	},
};

static void set_account(struct sandbox *sandbox, uid_t uid, gid_t gid)
{
	sandbox->uid = uid;
	sandbox->gid = gid;
}

struct sandbox role_sandbox(enum role role, const struct accounts *accounts,
			    const struct places *places)
{
	struct sandbox sandbox = sandboxes[role];

	switch (role) {
	case ROLE_COLLECTOR: /* what it makes, the api may read */
		set_account(&sandbox, accounts->collector, accounts->api_group);
		sandbox.paths[0] = (struct sandbox_path){ places->events, true };
		break;
	case ROLE_API:
		set_account(&sandbox, accounts->api, accounts->api_group);
		sandbox.paths[0] = (struct sandbox_path){ places->events, false };
		break;
	case ROLE_LOADER:
		set_account(&sandbox, accounts->supervisor, accounts->supervisor_group);
		sandbox.paths[0] = (struct sandbox_path){ "/", false };
		break;
	case ROLE_INSPECTOR:
		set_account(&sandbox, accounts->inspector, accounts->inspector_group);
		break;
	case ROLE_ATTACH:
		set_account(&sandbox, accounts->attach, accounts->attach_group);
		break;
	default:
		set_account(&sandbox, accounts->supervisor, accounts->supervisor_group);
		sandbox.paths[0] = (struct sandbox_path){ "/", false };
		sandbox.paths[1] = (struct sandbox_path){ places->consent, true };
		sandbox.paths[2] = (struct sandbox_path){ places->runtime, true };
		break;
	}
	return sandbox;
}
