/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_once.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run_collect.h"

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
	struct programs programs = {0};
	struct child *child = NULL;
	int ret;

	ret = prepare(session, argv, &programs, out_found, error);
	if (!ret)
		ret = child_start(&session->identity, programs.paths[0], argv, &child, error);
	if (!ret)
		ret = capture_mark(session->capture, child_pid(child), session->level,
				   session->is_silent, error);
	if (!ret)
		ret = child_release(child, error);
	if (!ret)
		ret = run_collect(session, child, out_status, error);
	child_free(child);
	programs_clear(&programs);
	return ret;
}

/* The command to type instead, quoted for a shell. */
static void hint_sudo(const struct cli *cli, struct error *error)
{
	char line[sizeof(error->hint)] = "sudo telprobe run --", quoted[128];
	size_t used = strlen(line), i;
	char *const *argv = cli_argv(cli);

	for (; *argv && used < sizeof(line) - sizeof(quoted); argv++) {
		bool is_plain = **argv && !strpbrk(*argv, " \t\n'\"\\$`!*?[](){}<>|&;~#");
		size_t at = 0;

		if (!is_plain)
			quoted[at++] = '\'';
		for (i = 0; (*argv)[i] && at < sizeof(quoted) - 8; i++) {
			if ((*argv)[i] == '\'') {
				memcpy(quoted + at, "'\\''", 4);
				at += 4;
			} else {
				quoted[at++] = (*argv)[i];
			}
		}
		if (!is_plain)
			quoted[at++] = '\'';
		quoted[at] = '\0';
		used += (size_t)snprintf(line + used, sizeof(line) - used, " %s", quoted);
	}
	error_hint(error, "%s", line);
}

int run_impossible(const struct cli *cli, int code, struct error *error)
{
	if (code == -EPERM && geteuid() != 0)
		hint_sudo(cli, error);
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
		return STATUS_NOT_EXECUTABLE;
	default:
		return CLI_FAILED;
	}
}
