/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_once.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/run_collect.h"
#include "cli/sudo_hint.h"

enum { STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 }; /* POSIX shell, 2.8.2 */

static int prepare(struct run_session *session, char **argv, struct programs *programs,
		   struct run_targets_found *out_found, struct error *error)
{
	struct run_targets_found found;
	const char *slash;
	int ret;

	run_act_as_user(session);
	ret = programs_find(argv, session->identity.path, getenv("LD_LIBRARY_PATH"), programs,
			    error);
	run_act_as_root(session);
	if (ret)
		return ret;
	slash = strrchr(argv[0], '/');
	snprintf(session->command, sizeof(session->command), "%s", slash ? slash + 1 : argv[0]);
	ret = run_targets_add(session, programs, &found, error);
	out_found->files += found.files;
	out_found->sites += found.sites;
	out_found->unusable += found.unusable;
	return ret;
}

int run_once(struct run_session *session, char **argv, struct run_targets_found *out_found,
	     int *out_status, struct error *error)
{
	struct programs programs = { 0 };
	struct child *child = NULL;
	int ret;

	ret = prepare(session, argv, &programs, out_found, error);
	if (!ret)
		ret = child_start(&session->identity, programs.paths[0], argv, &child, error);
	if (!ret)
		ret = capture_mark(session->capture, child_pid(child),
				   TP_AGREED(session->level, session->without), session->is_silent,
				   error);
	if (!ret)
		ret = child_release(child, error);
	if (!ret)
		ret = run_collect(session, child, out_status, error);
	child_free(child);
	programs_clear(&programs);
	return ret;
}

bool run_was_stopped(int status)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return signal == SIGINT || signal == SIGQUIT || signal == SIGTERM || signal == SIGHUP;
}

int run_impossible(const struct cli *cli, int code, struct error *error)
{
	if (code == -EPERM && geteuid() != 0)
		sudo_hint(error);
	return cli_fail(cli, error);
}

int run_refused(const struct cli *cli, int code, struct error *error)
{
	cli_fail(cli, error);
	switch (code) {
	case -ENOENT:
		return STATUS_NOT_FOUND;
	case -EACCES:
	case -ENOEXEC:
	case -ETXTBSY:
	case -E2BIG:
	case -ELOOP:
	case -ELIBBAD:
		return STATUS_NOT_EXECUTABLE;
	default:
		return CLI_FAILED;
	}
}
