/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inspect/inspector_child.h"
#include "telprobe/record.h"

enum {
	NOBODY = 65534,
	DESCRIPTORS = TP_OBJECTS + 104, /* kept files and a few more */
	MEMORY_MIB = 256,		/* that may be added to what the parent had */
	PARENT_MIB = 64, /* taken for what it had where its sandbox has no /proc to look at */
};

/* Standard error stays where a sanitizer may have to report. */
static int leave_descriptors(int socket)
{
	if (socket != 0 && dup2(socket, 0) < 0)
		return -errno;
	close(1);
	if (INSPECTOR_HAS_FILTER)
		close(2);
	return close_range(3, ~0u, 0) ? -errno : 0;
}

static int leave_session(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL); /* fails for SIGKILL, SIGSTOP and the C library's own */
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) || setsid() < 0 || chdir("/"))
		return -errno;
	return 0;
}

static int limit_memory(void)
{
	struct rlimit limit;
	unsigned long pages =
		((unsigned long)PARENT_MIB << 20) / (unsigned long)sysconf(_SC_PAGESIZE);
	FILE *file;

	if (!INSPECTOR_HAS_FILTER)
		return 0;
	file = fopen("/proc/self/statm", "re");
	if (file) {
		if (fscanf(file, "%lu", &pages) != 1)
			pages = 0;
		fclose(file);
	}
	limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)MEMORY_MIB << 20);
	limit.rlim_max = limit.rlim_cur;
	return setrlimit(RLIMIT_AS, &limit) ? -errno : 0;
}

static int limit_resources(void)
{
	struct rlimit none = { 0, 0 };
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return -errno;
	if (files.rlim_max < DESCRIPTORS && geteuid() == 0)
		files.rlim_max = DESCRIPTORS;
	files.rlim_cur = files.rlim_max < DESCRIPTORS ? files.rlim_max : DESCRIPTORS;
	if (setrlimit(RLIMIT_NOFILE, &files) || setrlimit(RLIMIT_CORE, &none))
		return -errno;
	return limit_memory();
}

static int drop_privileges(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			       setresuid(NOBODY, NOBODY, NOBODY)))
		return -errno;
	if (syscall(SYS_capset, &header, none))
		return -errno;
	/* After the ids: changing them resets both. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	/* Below the service's supervisor it is 0 already, and nobody may change it. */
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	return 0;
}

/* Memory, but none that is backed by a file or executable. */
static int allow_memory(scmp_filter_ctx filter)
{
	int ret;

	ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
			       SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			       SCMP_A3_64(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	if (ret)
		return ret;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

static int add_rules(scmp_filter_ctx filter)
{
	static const int anywhere[] = {
		SCMP_SYS(pread64),    SCMP_SYS(close),	       SCMP_SYS(brk),
		SCMP_SYS(munmap),     SCMP_SYS(mremap),	       SCMP_SYS(madvise),
		SCMP_SYS(futex),      SCMP_SYS(clock_gettime), SCMP_SYS(exit),
		SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),  SCMP_SYS(restart_syscall),
	};
	static const int on_the_socket[] = {
		SCMP_SYS(recvmsg),
		SCMP_SYS(recvfrom),
		SCMP_SYS(sendmsg),
		SCMP_SYS(sendto),
	};
	int ret = allow_memory(filter);

	for (size_t i = 0; !ret && i < sizeof(anywhere) / sizeof(anywhere[0]); i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, anywhere[i], 0);
	for (size_t i = 0; !ret && i < sizeof(on_the_socket) / sizeof(on_the_socket[0]); i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, on_the_socket[i], 1,
				       SCMP_A0_32(SCMP_CMP_EQ, 0));
	return ret;
}

static int filter_calls(void)
{
	scmp_filter_ctx filter;
	int ret;

	if (!INSPECTOR_HAS_FILTER)
		return 0;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return -ENOMEM;
	ret = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!ret)
		ret = add_rules(filter);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

int inspector_child_confine(int socket, const char **out_step)
{
	static const struct {
		const char *name;
		int (*take)(void);
	} steps[] = {
		{ "leave the session", leave_session },
		{ "limit its resources", limit_resources },
		{ "drop its privileges", drop_privileges },
		{ "filter its system calls", filter_calls },
	};
	int ret = leave_descriptors(socket);

	if (ret) {
		*out_step = "close its descriptors";
		return ret;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		ret = steps[i].take();
		if (ret) {
			*out_step = steps[i].name;
			return ret;
		}
	}
	return 0;
}
