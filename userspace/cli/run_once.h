/* SPDX-License-Identifier: GPL-2.0-only */
/* run_once.h - one start of a command within a run session. */
#ifndef TELPROBE_CLI_RUN_ONCE_H
#define TELPROBE_CLI_RUN_ONCE_H

#include "cli/command.h"
#include "cli/run_session.h"
#include "cli/run_targets.h"

/** run_once() - find its files, attach, start it, collect until it has ended
 * @out_found: added up over calls. @out_status: as waitpid() gives it.
 * Return: 0; what execve() says when it cannot be started; else what capture says. */
int run_once(struct run_session *session, char **argv, struct run_targets_found *out_found,
	     int *out_status, struct error *error);

/** run_impossible() - tell what stands in the way before any command is started: no root, no
 * database, a kernel that refuses. Return: exit status */
int run_impossible(const struct cli *cli, int code, struct error *error);

/** run_was_stopped() - somebody ended the command by SIGINT, SIGQUIT, SIGTERM or SIGHUP: who repeats
 * it stops too. @status: as waitpid() gives it */
bool run_was_stopped(int status);

/** run_refused() - tell a failure of run_once().
 * Return: exit status: 127 no such command, 126 it cannot be executed (as a shell), 1 else. */
int run_refused(const struct cli *cli, int code, struct error *error);

#endif
