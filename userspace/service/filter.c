/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/filter.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Refused, not killed: a library may try and go on without. */
static const char *const refused_calls[] = {
	"socket",
	"connect",
	"bpf",
	"ptrace",
	"execve",
	"execveat",
	"open",
	"openat",
	"prctl",
	"perf_event_open",
	"process_vm_readv",
	"process_vm_writev",
	"pidfd_getfd",
	"kill",
	"tgkill",
	"mount",
	"unshare",
	"setns",
	"clone",
	"fork",
	"vfork",
	"io_uring_setup",
	"keyctl",
	"unlink",
	"rename",
	"chmod",
	"fchmod",
	"chown",
	"socketpair",
	"bind",
	"listen",
	"ioctl",
	"sysinfo",
	"setuid",
	"setresuid",
	"setresgid",
	"setgroups",
	"newfstatat",
	"statx",
	"access",
	"readlink",
	NULL,
};

enum { /* as glibc calls */
       FORK_FLAGS = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
       THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		      CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
};

/* A call that is only allowed with one of these values (of the bits in @mask) in one argument.
 * Other values kill, but for PROT_EXEC, which a library that loads another asks for: EPERM. */
struct narrowing {
	const char *name; /* up to a space that of the call */
	unsigned int argument;
	uint64_t mask, value;
};

/* All 64 bits, also of what the kernel takes for an int: one with other bits set is refused. */
#define WHOLE UINT64_MAX

static const struct narrowing narrowings[] = {
	{ "mmap", 2, PROT_EXEC, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	{ "socketpair", 0, WHOLE, AF_UNIX },
	{ "memfd_create", 1, WHOLE, MFD_CLOEXEC | MFD_ALLOW_SEALING }, /* privacy_wire.h */
	{ "clone process", 0, WHOLE, FORK_FLAGS },  /* like itself, in no new namespace */
	{ "clone thread", 0, WHOLE, THREAD_FLAGS }, /* a link's end takes a while: many at a time */
	/* readers of files of the same account, which may hang */
	{ "kill", 1, WHOLE, SIGKILL },
	/* of no process, of all of a CPU: what a uprobe needs */
	{ "perf_event_open", 1, WHOLE, UINT64_MAX },
	/* what a forked reader of files gives up */
	{ "prctl", 0, WHOLE, PR_SET_NO_NEW_PRIVS },
	{ "prctl", 0, WHOLE, PR_SET_PDEATHSIG },
	{ "prctl", 0, WHOLE, PR_GET_DUMPABLE },
	/* maps and links; no program is loaded after the start */
	{ "bpf", 0, WHOLE, BPF_MAP_LOOKUP_ELEM },
	{ "bpf", 0, WHOLE, BPF_MAP_UPDATE_ELEM },
	{ "bpf", 0, WHOLE, BPF_MAP_DELETE_ELEM },
	{ "bpf", 0, WHOLE, BPF_MAP_GET_NEXT_KEY },
	{ "bpf", 0, WHOLE, BPF_MAP_LOOKUP_BATCH },
	{ "bpf", 0, WHOLE, BPF_OBJ_GET_INFO_BY_FD },
	{ "bpf", 0, WHOLE, BPF_LINK_CREATE },
	{ "bpf", 0, WHOLE, BPF_LINK_DETACH },
	{ "bpf", 0, WHOLE, BPF_ITER_CREATE },
	{ "ioctl", 1, WHOLE, PERF_EVENT_IOC_SET_BPF },
	{ "ioctl", 1, WHOLE, PERF_EVENT_IOC_ENABLE },
	{ "ioctl", 1, WHOLE, PERF_EVENT_IOC_DISABLE },
};

enum { NARROWINGS = sizeof(narrowings) / sizeof(narrowings[0]) };

static bool is_listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

/* "clone" for "clone thread"; "bpf" for "bpf*", which in a role's list is that call with any argument */
static int call_number(const char *name)
{
	char call[32];

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(name, " *"), name);
	return seccomp_syscall_resolve_name(call);
}

static bool is_call_listed(const char *const *list, int number)
{
	for (; *list; list++)
		if (call_number(*list) == number)
			return true;
	return false;
}

static int rows_of(const char *name)
{
	int rows = 0, i;

	for (i = 0; i < NARROWINGS; i++)
		rows += !strcmp(narrowings[i].name, name);
	return rows;
}

/* One argument a row, never two: libseccomp 2.5.4 goes on comparing the second argument with what was
 * meant for the first, and so let prctl(PR_SET_DUMPABLE, 1) through as PR_SET_PDEATHSIG is 1. */
static int allow_narrowed(scmp_filter_ctx filter, const struct narrowing *row)
{
	int number = call_number(row->name), ret;

	if (row->mask == WHOLE)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
					SCMP_CMP64(row->argument, SCMP_CMP_EQ, row->value));
	ret = seccomp_rule_add(
		filter, SCMP_ACT_ALLOW, number, 1,
		SCMP_CMP64(row->argument, SCMP_CMP_MASKED_EQ, row->mask, row->value));
	if (ret) /* else: one bit that must not be set */
		return ret;
	return seccomp_rule_add(
		filter, SCMP_ACT_ERRNO(EPERM), number, 1,
		SCMP_CMP64(row->argument, SCMP_CMP_MASKED_EQ, row->mask, row->mask));
}

static int add_calls(scmp_filter_ctx filter, const char *const *names, uint32_t action,
		     const char *const *unless)
{
	for (; *names; names++) {
		int number = call_number(*names), ret;

		if (number == __NR_SCMP_ERROR || (unless && is_call_listed(unless, number)) ||
		    (!unless && rows_of(*names)))
			continue;
		ret = seccomp_rule_add(filter, action, number, 0);
		if (ret && ret != -EDOM) /* a call of another architecture */
			return ret;
	}
	return 0;
}

static int add_rules(scmp_filter_ctx filter, const char *const *names)
{
	int ret, i;

	ret = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!ret)
		ret = add_calls(filter, names, SCMP_ACT_ALLOW, NULL);
	for (i = 0; !ret && i < NARROWINGS; i++)
		if (is_listed(names, narrowings[i].name))
			ret = allow_narrowed(filter, &narrowings[i]);
	if (!ret)
		ret = add_calls(filter, refused_calls, SCMP_ACT_ERRNO(EPERM), names);
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return ret;
}

int filter_enter(const char *const *names)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret;

	if (!filter)
		return -ENOMEM;
	ret = add_rules(filter, names);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}
