/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/roles.h"

#include <linux/capability.h>

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

/* Opens any target and talks to the kernel; what it never does is left out: connect, accept, exec,
 * ptrace, mount, change ids, load another program. It forks only the inspector, which drops the
 * rest itself: close_range to seccomp are for that. */
static const char *const supervisor_calls[] = {
	"brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "clock_gettime",
	"clock_nanosleep", "nanosleep", "gettimeofday", "time", "exit", "exit_group",
	"rt_sigreturn", "restart_syscall", "futex", "rt_sigaction", "rt_sigprocmask",
	"getrandom", "getpid", "geteuid", "getuid", "getgid", "getegid", "gettid", "uname",
	"getrusage", "poll", "ppoll", "epoll_ctl", "epoll_wait", "epoll_pwait", "recvmsg",
	"sendmsg", "recvfrom", "sendto", "getsockopt", "openat", "open", "close", "read",
	"write", "pread64", "lseek", "fstat", "newfstatat", "stat", "lstat", "statx", "fsync",
	"fcntl", "unlinkat", "renameat", "renameat2", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getcwd", "umask", "getdents64", "dup", "dup3", "mkdir",
	"mkdirat", "bpf", "perf_event_open", "ioctl", "inotify_add_watch", "inotify_rm_watch",
	"sysinfo", "sched_getaffinity", "socketpair", "clone", "set_robust_list", "rseq",
	"pidfd_open", "pidfd_send_signal", "kill", "wait4", "waitid", "close_range", "dup2",
	"setsid", "chdir", "prlimit64", "setrlimit", "getrlimit", "capset", "capget", "prctl",
	"seccomp", NULL,
};
/* clang-format on */

struct sandbox role_sandbox(enum role role, const struct accounts *accounts,
			    const struct places *places)
{
	switch (role) {
	case ROLE_COLLECTOR:
		return (struct sandbox){
			.role = "collector",
			.uid = accounts->collector,
			.gid = accounts->api_group, /* what it makes, the api may read */
			.extra_group = (gid_t)-1,
			.capabilities = { -1 },
			.paths = { { places->events, true }, { NULL, false } },
			.system_calls = collector_calls,
			.files_max = 512,
		};
	case ROLE_API:
		return (struct sandbox){
			.role = "api",
			.uid = accounts->api,
			.gid = accounts->api_group,
			.extra_group = (gid_t)-1,
			.capabilities = { -1 },
			.paths = { { places->events, false }, { NULL, false } },
			.system_calls = api_calls,
			.files_max = 2048,
		};
	default:
		return (struct sandbox){
			.role = "supervisor",
			.uid = accounts->supervisor,
			.gid = accounts->supervisor_group,
			.extra_group = (gid_t)-1,
			.capabilities = { CAP_BPF, CAP_PERFMON, CAP_DAC_READ_SEARCH, CAP_LEASE,
					  -1 },
			.paths = { { "/", false },
				   { places->consent, true },
				   { places->runtime, true },
				   { NULL, false } },
			.system_calls = supervisor_calls,
		};
	}
}
