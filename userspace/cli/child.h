/* SPDX-License-Identifier: GPL-2.0-only */
/* child.h - the command `telprobe run` runs: started as if its caller had started it.
 * Owns the child process, what is done with signals and the terminal meanwhile, and which user it
 * runs as. Knows nothing of probes. */
#ifndef TELPROBE_CLI_CHILD_H
#define TELPROBE_CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"

struct child_identity { /* as whom CMD runs */
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int group_count;
	char *path;	    /* PATH for CMD: under sudo the caller's, not sudo's secure_path */
	char *home;	    /* HOME for CMD */
	char *name;	    /* user name, for USER and LOGNAME under sudo; NULL: leave */
	bool is_under_sudo; /* SUDO_UID was set and we are root */
};

/** child_identity_find() - from SUDO_UID and friends when root, else our own. Under sudo PATH and
 * HOME come from the environment sudo was started with (/proc/<sudo>/environ), else from passwd. */
int child_identity_find(struct child_identity *out, struct error *error);
void child_identity_clear(struct child_identity *identity);

struct child;

/**
 * child_start() - fork the command, held before its exec
 * The child has its own stdin, stdout and stderr untouched, our process group, signal mask and
 * dispositions as they were when telprobe was started, the identity's ids and environment
 * (SUDO_* removed under sudo). After this call the parent ignores the terminal's SIGINT, SIGQUIT
 * and SIGTSTP, which reach the child by themselves, and forwards signals sent to it alone.
 * @file: what to execute (absolute); @argv: NULL-terminated, argv[0] as typed */
int child_start(const struct child_identity *identity, const char *file, char *const argv[],
		struct child **out, struct error *error);
pid_t child_pid(const struct child *child);

/** child_release() - let it exec. Return: 0 once exec succeeded; its -errno (-EACCES, -ENOEXEC,
 * -ENOENT, ...) when it failed: the child is reaped then. */
int child_release(struct child *child, struct error *error);

/** child_fd() - readable (epoll, level-triggered) when child_handle() has something to do. */
int child_fd(const struct child *child);

/** child_handle() - pass on signals, stop and go on together with the child, reap it.
 * Return: 1 when the child has ended (then *out_status as waitpid() gives it), 0 not yet. */
int child_handle(struct child *child, int *out_status);

/** child_finish() - restore signals and free. When @status says killed by a signal,
 * child_leave_as() must be used to leave with the same. */
void child_free(struct child *child);

/** child_leave_as() - end this process as @status says: the same exit code, or killed by the same
 * signal (no second core file). Flushes stdio first. Does not return. */
void child_leave_as(int status) __attribute__((noreturn));

#endif
