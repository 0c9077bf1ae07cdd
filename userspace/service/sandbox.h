/* SPDX-License-Identifier: GPL-2.0-only */
/* sandbox.h - what each role gives up before it does anything.
 * A role is a function that runs in a process of its own uid; keeper.h starts it. */
#ifndef TELPROBE_SERVICE_SANDBOX_H
#define TELPROBE_SERVICE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "lib/error.h"

enum { SANDBOX_PATHS = 4, SANDBOX_CAPABILITIES = 8 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_HAS_FILTER 0 /* a sanitizer makes calls of its own, and maps what it likes */
#else
#define SANDBOX_HAS_FILTER 1
#endif

struct sandbox_path { /* what Landlock leaves of the file system; everything else is refused */
	const char *path;
	bool may_write; /* and make, remove and rename below it */
};

struct sandbox {
	const char *role; /* "collector" */
	uid_t uid;
	gid_t gid;
	gid_t extra_group;			/* (gid_t)-1: none */
	int capabilities[SANDBOX_CAPABILITIES]; /* kept, ends with -1; all others go, in all sets */
	struct sandbox_path paths[SANDBOX_PATHS]; /* ends with path NULL */
	const char *const
		*system_calls;	      /* allowed names (filter.h), NULL-terminated; all others kill
					    the process (EPERM for socket, connect, bpf, ptrace, execve so that a
					    library that tries is refused, not killed) */
	rlim_t files_max, memory_max; /* RLIMIT_NOFILE, RLIMIT_AS; 0: as it is */
	bool holds_only; /* capabilities are for what it forks: permitted, and none in effect */
	bool may_fork;	 /* else RLIMIT_NPROC is 0, for the worker; its keeper forks it */
	int oom_score;	 /* how much more than what starts it: 1..1000: ended before others
				 when memory runs out; 0: as it is */
	bool may_use_network; /* false: own network namespace where the kernel gives one, and no
				 socket but AF_UNIX in the filter */
};

/** sandbox_enter() - give everything up, in this process, for good: groups, uids, capability sets,
 * bounding set, no_new_privs, not dumpable, limits, Landlock, seccomp, in the order that works.
 * Checked afterwards by reading back; a piece the kernel lacks (Landlock) is an error unless
 * @may_lack, which is set to what was lacking. */
int sandbox_enter(const struct sandbox *sandbox, const char **may_lack, struct error *error);

/** sandbox_has_landlock() - does this kernel confine processes to files? */
bool sandbox_has_landlock(void);

#endif
