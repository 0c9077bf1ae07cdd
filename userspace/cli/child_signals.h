/* SPDX-License-Identifier: GPL-2.0-only */
/* child_signals.h - signals of a process that stands between a shell and the shell's command.
 * Owns the signalfd and what is needed to put mask and dispositions back. */
#ifndef TELPROBE_CLI_CHILD_SIGNALS_H
#define TELPROBE_CLI_CHILD_SIGNALS_H

#include <signal.h>
#include <sys/types.h>

#include "lib/error.h"

struct child_signals {
	int fd;	       /* signalfd: SIGCHLD and all that is passed on; -1: not taken */
	sigset_t mask; /* as found, like the two below */
	struct sigaction child_action;
	struct sigaction pipe_action;
};

/** child_signals_take() - block and collect what would end or stop us, except what our own faults
 * raise and what others here have blocked since the start, to wait for it themselves. SIGCHLD to
 * default (it may be inherited ignored), SIGPIPE ignored. Return: 0 or -errno. */
int child_signals_take(struct child_signals *signals, struct error *error);

/** child_signals_restore_start() - for the child: the mask telprobe was started with, dispositions
 * as they were found. Async-signal-safe. */
void child_signals_restore_start(const struct child_signals *signals);

/** child_signals_release() - discard what is pending, put mask and dispositions back as they were
 * found, close. A no-op if not taken. */
void child_signals_release(struct child_signals *signals);

/** child_signals_pass() - hand what has come in to @pid, except what it got itself (the terminal
 * signals the whole group) and what it sent. */
void child_signals_pass(const struct child_signals *signals, pid_t pid);

/** child_signals_stop() - stop this process by @signal (SIGTSTP, SIGTTIN, SIGTTOU, SIGSTOP), so
 * that the shell sees why; returns when it is continued, with the SIGCONT consumed. */
void child_signals_stop(int signal);

#endif
