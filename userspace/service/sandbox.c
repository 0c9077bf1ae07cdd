/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed(const struct sandbox *sandbox, const char *step, int code, struct error *error)
{
	error_set(error, code, "the %s cannot %s: %s", sandbox->role, step, error_text(code));
	return error_hint(error, "`telprobe doctor` tells what this kernel and its container allow");
}

static uint64_t capability_mask(const struct sandbox *sandbox)
{
	uint64_t mask = 0;
	int i;

	for (i = 0; i < SANDBOX_CAPABILITIES && sandbox->capabilities[i] >= 0; i++)
		mask |= UINT64_C(1) << sandbox->capabilities[i];
	return mask;
}

/* While still root: what is dropped from the bounding set no exec brings back. */
static int drop_bounding(const struct sandbox *sandbox)
{
	uint64_t keep = capability_mask(sandbox);
	int i;

	for (i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(keep >> i & 1) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return -errno;
	return 0;
}

static int set_capabilities(uint64_t mask)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	int i;

	for (i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(mask >> 32 * i);
		data[i].effective = data[i].permitted;
	}
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static int change_ids(const struct sandbox *sandbox)
{
	gid_t groups[1] = {sandbox->extra_group};
	int count = sandbox->extra_group == (gid_t)-1 ? 0 : 1;

	if (geteuid() != 0)
		return geteuid() == sandbox->uid ? 0 : -EPERM;
	if (drop_bounding(sandbox))
		return -errno;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups((size_t)count, groups) ||
	    setresgid(sandbox->gid, sandbox->gid, sandbox->gid) ||
	    setresuid(sandbox->uid, sandbox->uid, sandbox->uid))
		return -errno;
	return 0;
}

static int check_ids(const struct sandbox *sandbox)
{
	uid_t real, effective, saved;

	if (getresuid(&real, &effective, &saved))
		return -errno;
	if (real != sandbox->uid || effective != sandbox->uid || saved != sandbox->uid)
		return -EPERM;
	if (sandbox->uid != 0 && !setuid(0))
		return -EPERM; /* the way back is open */
	return 0;
}

static int limit(const struct sandbox *sandbox)
{
	struct rlimit none = {0, 0}, files = {sandbox->files_max, sandbox->files_max};
	struct rlimit memory = {sandbox->memory_max, sandbox->memory_max};

	if (setrlimit(RLIMIT_CORE, &none))
		return -errno;
	if (sandbox->files_max && setrlimit(RLIMIT_NOFILE, &files))
		return -errno;
	if (sandbox->memory_max && setrlimit(RLIMIT_AS, &memory))
		return -errno;
	return 0;
}

/* Rights of Landlock ABI 1 (Linux 5.13); what later kernels add is handled where they know it. */
enum { LANDLOCK_RIGHTS_1 = (1 << 13) - 1 };

static int landlock_allow(int ruleset, const struct sandbox_path *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
		.parent_fd = open(path->path, O_PATH | O_CLOEXEC | O_NOFOLLOW),
	};
	int ret;

	if (rule.parent_fd < 0)
		return -errno;
	if (path->may_write)
		rule.allowed_access |= LANDLOCK_ACCESS_FS_WRITE_FILE |
				       LANDLOCK_ACCESS_FS_REMOVE_FILE |
				       LANDLOCK_ACCESS_FS_MAKE_REG;
	ret = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) ? -errno
											  : 0;
	close(rule.parent_fd);
	return ret;
}

static int lock_files(const struct sandbox *sandbox)
{
	struct landlock_ruleset_attr attributes = {.handled_access_fs = LANDLOCK_RIGHTS_1};
	int ruleset, ret = 0, i;

	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	if (ruleset < 0)
		return -errno;
	for (i = 0; !ret && i < SANDBOX_PATHS && sandbox->paths[i].path; i++)
		ret = landlock_allow(ruleset, &sandbox->paths[i]);
	if (!ret && syscall(SYS_landlock_restrict_self, ruleset, 0))
		ret = -errno;
	close(ruleset);
	return ret;
}

/* Refused, not killed: a library may try and go on without. */
static const char *const refused_calls[] = {
	"socket", "connect", "bpf", "ptrace", "execve", "execveat", "open", "openat", "prctl",
	"perf_event_open", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kill", "tgkill",
	"mount", "unshare", "setns", "clone", "clone3", "fork", "vfork", "io_uring_setup", "keyctl",
	"unlink", "rename", "chmod", "chown", "socketpair", "bind", "listen", "ioctl", "sysinfo",
	"setuid", "setresuid", "newfstatat", "statx", "access", "readlink", NULL,
};

static bool is_listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

static int add_calls(scmp_filter_ctx filter, const char *const *names, uint32_t action,
		     const char *const *unless)
{
	for (; *names; names++) {
		int number = seccomp_syscall_resolve_name(*names), ret;

		if (number == __NR_SCMP_ERROR || (unless && is_listed(unless, *names)))
			continue;
		ret = seccomp_rule_add(filter, action, number, 0);
		if (ret && ret != -EDOM)
			return ret;
	}
	return 0;
}

static int filter_calls(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret;

	if (!filter)
		return -ENOMEM;
	ret = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!ret)
		ret = add_calls(filter, sandbox->system_calls, SCMP_ACT_ALLOW, NULL);
	if (!ret)
		ret = add_calls(filter, refused_calls, SCMP_ACT_ERRNO(EPERM),
				sandbox->system_calls);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

static bool is_missing(int code)
{
	return code == -ENOSYS || code == -EOPNOTSUPP;
}

int sandbox_enter(const struct sandbox *sandbox, const char **may_lack, struct error *error)
{
	int ret;

	if (!sandbox->may_use_network && geteuid() == 0 && unshare(CLONE_NEWNET) &&
	    errno != EPERM && errno != EINVAL)
		return failed(sandbox, "leave the network", -errno, error);
	ret = change_ids(sandbox);
	if (ret)
		return failed(sandbox, "change its ids", ret, error);
	ret = set_capabilities(capability_mask(sandbox));
	if (ret)
		return failed(sandbox, "drop its capabilities", ret, error);
	ret = limit(sandbox);
	if (ret)
		return failed(sandbox, "limit its resources", ret, error);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return failed(sandbox, "give up new privileges", -errno, error);
	ret = lock_files(sandbox);
	if (is_missing(ret) && may_lack) {
		*may_lack = "Landlock";
		ret = 0;
	}
	if (ret)
		return failed(sandbox, "lock itself out of the file system", ret, error);
	ret = check_ids(sandbox);
	if (ret)
		return failed(sandbox, "be sure of its ids", ret, error);
	if (!sandbox->system_calls)
		return 0;
	ret = filter_calls(sandbox);
	return ret ? failed(sandbox, "filter its system calls", ret, error) : 0;
}
