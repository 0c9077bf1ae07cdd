/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "service/filter.h"

enum { OOM_SCORE_MAX = 1000 };

static int failed(const struct sandbox *sandbox, const char *step, int code, struct error *error)
{
	error_set(error, code, "the %s cannot %s: %s", sandbox->role, step, error_text(code));
	return error_hint(error,
			  "`telprobe doctor` tells what this kernel and its container allow");
}

static uint64_t capability_mask(const struct sandbox *sandbox)
{
	uint64_t mask = 0;
	int i;

	for (i = 0; i < SANDBOX_CAPABILITIES && sandbox->capabilities[i] >= 0; i++)
		mask |= UINT64_C(1) << sandbox->capabilities[i];
	return mask;
}

/* The worker of a keeper that stayed root: it came from what the keeper entered. */
static bool is_root_already(const struct sandbox *sandbox)
{
	return sandbox->uid == 0 && getegid() == sandbox->gid && getegid() != 0;
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

static int set_capabilities(uint64_t mask, bool in_effect)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(mask >> 32 * i);
		data[i].effective = in_effect ? data[i].permitted : 0;
	}
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static int change_ids(const struct sandbox *sandbox)
{
	gid_t groups[1] = { sandbox->extra_group };
	int count = sandbox->extra_group == (gid_t)-1 ? 0 : 1, ret;

	if (geteuid() != 0 || is_root_already(sandbox))
		return geteuid() == sandbox->uid ? 0 : -EPERM;
	ret = drop_bounding(sandbox);
	if (ret)
		return ret;
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
	struct rlimit none = { 0, 0 }, files = { sandbox->files_max, sandbox->files_max };
	struct rlimit memory = { sandbox->memory_max, sandbox->memory_max };

	if (setrlimit(RLIMIT_CORE, &none))
		return -errno;
	if (!sandbox->may_fork && setrlimit(RLIMIT_NPROC, &none))
		return -errno;
	if (sandbox->files_max && setrlimit(RLIMIT_NOFILE, &files))
		return -errno;
	if (sandbox->memory_max && setrlimit(RLIMIT_AS, &memory))
		return -errno;
	return 0;
}

/* While still root, whose file it is; what is forked inherits it. On top of what the service was
 * started with, so that it is never lowered: that would take CAP_SYS_RESOURCE. */
static int set_oom_score(const struct sandbox *sandbox)
{
	int ret = 0, before = 0;
	FILE *file;

	if (!sandbox->oom_score || geteuid() != 0 || is_root_already(sandbox))
		return 0;
	file = fopen("/proc/self/oom_score_adj", "r+e");
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &before) != 1)
		ret = -EIO;
	before += sandbox->oom_score;
	rewind(file);
	if (!ret && fprintf(file, "%d", before < OOM_SCORE_MAX ? before : OOM_SCORE_MAX) < 0)
		ret = -errno;
	if (fclose(file) && !ret)
		ret = -errno;
	return ret;
}

/* What each Landlock ABI can forbid (Documentation/userspace-api/landlock.rst, Linux 6.12); the
 * build's header may be older than the kernel. */
struct landlock_attributes {
	uint64_t files, network, scopes;
};

enum {
	LANDLOCK_FILES_1 = (1 << 13) - 1,
	LANDLOCK_REFER_2 = 1 << 13,
	LANDLOCK_TRUNCATE_3 = 1 << 14,
	LANDLOCK_IOCTL_DEV_5 = 1 << 15,
	LANDLOCK_TCP_4 = 3,    /* bind, connect */
	LANDLOCK_SCOPES_6 = 3, /* abstract sockets and processes outside the domain */
};

static int landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool sandbox_has_landlock(void)
{
	return landlock_version() >= 1;
}

static int landlock_forbid(const struct sandbox *sandbox, struct landlock_attributes *out)
{
	int abi = landlock_version();
	size_t bytes = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;

	if (abi < 0)
		return -errno;
	*out = (struct landlock_attributes){
		.files = LANDLOCK_FILES_1 | (abi >= 2 ? LANDLOCK_REFER_2 : 0) |
			 (abi >= 3 ? LANDLOCK_TRUNCATE_3 : 0) |
			 (abi >= 5 ? LANDLOCK_IOCTL_DEV_5 : 0),
		.network = abi >= 4 && !sandbox->may_use_network ? LANDLOCK_TCP_4 : 0,
		.scopes = abi >= 6 ? LANDLOCK_SCOPES_6 : 0,
	};
	abi = (int)syscall(SYS_landlock_create_ruleset, out, bytes, 0);
	return abi < 0 ? -errno : abi;
}

static int landlock_allow(int ruleset, const struct sandbox_path *path, uint64_t known)
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
				       LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_TRUNCATE_3;
	rule.allowed_access &= known;
	ret = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) ? -errno
											    : 0;
	close(rule.parent_fd);
	return ret;
}

static int lock_files(const struct sandbox *sandbox)
{
	struct landlock_attributes attributes;
	int ruleset = landlock_forbid(sandbox, &attributes), ret = 0, i;

	if (ruleset < 0)
		return ruleset;
	for (i = 0; !ret && i < SANDBOX_PATHS && sandbox->paths[i].path; i++)
		ret = landlock_allow(ruleset, &sandbox->paths[i], attributes.files);
	if (!ret && syscall(SYS_landlock_restrict_self, ruleset, 0))
		ret = -errno;
	close(ruleset);
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
	ret = set_oom_score(sandbox);
	if (ret)
		return failed(sandbox, "say that it may be ended first", ret, error);
	ret = change_ids(sandbox);
	if (ret)
		return failed(sandbox, "change its ids", ret, error);
	ret = set_capabilities(capability_mask(sandbox), !sandbox->holds_only);
	if (ret)
		return failed(sandbox, "drop its capabilities", ret, error);
	ret = limit(sandbox);
	if (ret)
		return failed(sandbox, "limit its resources", ret, error);
	/* a keeper's worker is not dumpable already, and nobody below a keeper may change it */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
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
	if (!sandbox->system_calls || !SANDBOX_HAS_FILTER)
		return 0;
	ret = filter_enter(sandbox->system_calls);
	return ret ? failed(sandbox, "filter its system calls", ret, error) : 0;
}
