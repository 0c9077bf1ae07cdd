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

/* Quoted for a shell where it must be. */
static void print_word(FILE *out, const char *word)
{
	const char *byte;

	if (*word && !strpbrk(word, " \t\n'\"\\$`!*?[](){}<>|&;~#")) {
		fputs(word, out);
		return;
	}
	putc('\'', out);
	for (byte = word; *byte; byte++)
		fputs(*byte == '\'' ? "'\\''" : (const char[]){ *byte, '\0' }, out);
	putc('\'', out);
}

bool run_was_stopped(int status)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return signal == SIGINT || signal == SIGQUIT || signal == SIGTERM || signal == SIGHUP;
}

/* The command to type instead: what was typed, behind sudo. */
static void hint_sudo(struct error *error)
{
	FILE *typed = fopen("/proc/self/cmdline", "re"), *out;
	char line[sizeof(error->hint)] = "", *word = NULL;
	size_t size = 0;

	out = typed ? fmemopen(line, sizeof(line), "w") : NULL;
	if (out) {
		fputs("sudo", out);
		while (getdelim(&word, &size, '\0', typed) > 0) {
			putc(' ', out);
			print_word(out, word);
		}
		if (fflush(out) || ferror(out) || ftell(out) >= (long)sizeof(line) - 1)
			line[0] = '\0'; /* a part of it would be another command */
		fclose(out);
	}
	error_hint(error, "%s", line[0] ? line : "type it again behind sudo");
	free(word);
	if (typed)
		fclose(typed);
}

int run_impossible(const struct cli *cli, int code, struct error *error)
{
	if (code == -EPERM && geteuid() != 0)
		hint_sudo(error);
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
