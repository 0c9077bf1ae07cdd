/* SPDX-License-Identifier: GPL-2.0-only */
/* sandbox.h - what each role gives up before it does anything, and who starts it again.
 * A role is a function that runs in a process of its own uid. A keeper stands between it and the
 * supervisor: forked as root, it drops to the role's uid for good, forks the worker, waits, and
 * starts it again with back-off (0.1 s doubling to 60 s, reset after 60 s of life; soon at first,
 * because the ring bridges about a second of a busy machine). So nobody needs
 * the right to change uids once the service has started. The keeper tells the supervisor of each
 * end through its message socket; when that socket closes, it ends the worker and itself. */
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
		*system_calls;	      /* allowed names, NULL-terminated; all others kill the process
					    (EPERM for socket, connect, bpf, ptrace, execve so that a
					    library that tries is refused, not killed) */
	rlim_t files_max, memory_max; /* RLIMIT_NOFILE, RLIMIT_AS; 0: as it is */
	bool may_use_network; /* false: own network namespace where the kernel gives one, and no
				 socket but AF_UNIX in the filter */
};

/** sandbox_enter() - give everything up, in this process, for good: groups, uids, capability sets,
 * bounding set, no_new_privs, not dumpable, limits, Landlock, seccomp, in the order that works.
 * Checked afterwards by reading back; a piece the kernel lacks (Landlock) is an error unless
 * @may_lack, which is set to what was lacking. */
int sandbox_enter(const struct sandbox *sandbox, const char **may_lack, struct error *error);

struct keeper;
struct keeper_report {	  /* read from keeper_fd() as one message */
	int32_t status;	  /* of the worker, as waitpid() */
	uint32_t starts;  /* so far */
	uint32_t wait_ms; /* until the next */
};

/**
 * keeper_start() - fork a keeper and under it the worker
 * @work: runs in the worker after sandbox_enter(); its return is the exit status. The worker keeps
 * the descriptors in @keep (others are closed), ended by -1, 0 to 2 stay.
 * The keeper itself enters the sandbox without the system call filter. */
int keeper_start(const struct sandbox *sandbox, int (*work)(void *data), void *data,
		 const int *keep, struct keeper **out, struct error *error);
int keeper_fd(const struct keeper *keeper); /* reports, SOCK_SEQPACKET */
int keeper_report(struct keeper *keeper,
		  struct keeper_report *out); /* 1 one, 0 none, -EPIPE gone */
/** keeper_restart() - kill the worker at once: it broke the rules. It is started again as after any
 * other end. */
void keeper_restart(struct keeper *keeper);
/** keeper_stop() - to be called when the worker was told to end: waits for @timeout_ms; what is left
 * then the keeper kills when 10 s have passed */
void keeper_stop(struct keeper *keeper, int timeout_ms);

#endif
