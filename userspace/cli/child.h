/* SPDX-License-Identifier: GPL-2.0-only */
/* child.h - the command `telprobe run` runs: started as if its caller had started it.
 * Owns the child process, what is done with signals and the terminal meanwhile, and which user it
 * runs as. Knows nothing of probes. One child at a time, of a single-threaded process. */
#ifndef TELPROBE_CLI_CHILD_H
#define TELPROBE_CLI_CHILD_H

#include <sys/types.h>

#include "cli/child_identity.h"
#include "lib/error.h"

struct child;

/**
 * child_start() - fork the command, held before its exec
 * The child has its own stdin, stdout and stderr untouched, our process group, the signal mask this
 * process was started with, the dispositions, limits, umask and directory it has at the call, the
 * identity's ids and environment. After this call the parent leaves to the child what the
 * terminal sends to the whole group (SIGINT, SIGQUIT, SIGTSTP, SIGHUP), forwards what is sent to it
 * alone, and ignores SIGPIPE. A signal that kill(2) sends to the whole group reaches the child
 * twice: nothing tells it from one sent to us alone.
 * If this process dies before child_release() the child ends without exec; afterwards it goes on.
 * @file: what to execute, never searched in PATH; @argv: NULL-terminated, argv[0] as typed
 * Return: 0 or -errno; the caller ends @out_child with child_free(). */
int child_start(const struct child_identity *identity, const char *file, char *const argv[],
		struct child **out_child, struct error *error);
pid_t child_pid(const struct child *child);

/**
 * child_release() - let it exec, and wait until it has
 * Return: 0 once exec succeeded, and also when a signal ended the child before it (child_handle()
 * then tells which); the -errno of its exec (-EACCES, -ENOEXEC, -ENOENT, ...) when that failed:
 * the child is reaped then. */
int child_release(struct child *child, struct error *error);

/** child_fd() - readable (epoll, level-triggered) when child_handle() has something to do. */
int child_fd(const struct child *child);

/**
 * child_handle() - pass on signals, stop and go on together with the child, reap it
 * Does not block, except that this process is stopped for as long as its shell stops the job.
 * Return: 1 when the child has ended (then *out_status as waitpid() gives it), 0 not yet. */
int child_handle(struct child *child, int *out_status);

/** child_on_stop() - call @before just before this process stops together with the child, @after
 * when both go on */
void child_on_stop(struct child *child, void (*before)(void *data), void (*after)(void *data),
		   void *data);

/** child_free() - restore signals and free; takes NULL. A child not yet released ends without
 * exec; a released one is left running. */
void child_free(struct child *child);

/** child_leave_as() - end this process as @status says: the same exit code, or killed by the same
 * signal (no second core file). Flushes stdio first. Does not return. */
void child_leave_as(int status) __attribute__((noreturn));

#endif
