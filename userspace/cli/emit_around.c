/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/emit_around.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"
#include "inspect/programs.h"
#include "telprobe.h"

enum { STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127, STATUS_SIGINT = 128 + SIGINT };

enum { PROFILE = 3 }; /* place in the words of command_begin */

static int hint_usage(struct error *error)
{
	return error_hint(error, "usage: telprobe emit command NAME [SUBCOMMAND] "
				 "[--profile PROFILE] -- CMD [ARGS...]");
}

/* The words before `--` as those of command_begin. */
static int take_word(char **words, int *at, char *begin[PROFILE + 1], int *names,
		     struct error *error)
{
	char *word = words[*at];

	if (!strncmp(word, "--profile=", 10)) {
		begin[PROFILE] = word + 10;
	} else if (!strcmp(word, "--profile")) {
		begin[PROFILE] = words[++*at];
		if (!begin[PROFILE] || !strcmp(begin[PROFILE], "--")) {
			error_set(error, -EINVAL, "'--profile' needs a value");
			return hint_usage(error);
		}
	} else if (word[0] == '-' && word[1]) {
		error_set(error, -EINVAL, "unknown option '%.64s'", word);
		return hint_usage(error);
	} else if (*names == 2) {
		error_set(error, -EINVAL, "'%.64s' is one name too many: CMD stands behind --",
			  word);
		return hint_usage(error);
	} else {
		begin[++*names] = word;
	}
	return 0;
}

int emit_around_parse(int count, char **words, const char *profile, struct emit_around *out,
		      struct error *error)
{
	char begin_name[] = "command_begin", none[] = "-";
	char *begin[PROFILE + 1] = { begin_name, NULL, none, profile ? (char *)profile : none };
	int at, names = 0, ret = 0;

	for (at = 1; at < count && strcmp(words[at], "--") != 0; at++) {
		ret = take_word(words, &at, begin, &names, error);
		if (ret)
			return ret;
	}
	if (at >= count - 1 || !names) {
		error_set(error, -EINVAL, "'%s' needs %s", words[0],
			  names ? "a command behind --" : "a NAME");
		return hint_usage(error);
	}
	out->argv = words + at + 1;
	return emit_parse(PROFILE + 1, begin, &out->begin, error);
}

int64_t emit_around_outcome(int status, const char **out_category)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	*out_category = NULL;
	if (WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGINT)
			return TELPROBE_CANCELLED;
		*out_category = "signal";
		return TELPROBE_FAILED;
	}
	if (!code)
		return TELPROBE_OK;
	if (code == STATUS_SIGINT)
		return TELPROBE_CANCELLED;
	if (code == STATUS_NOT_FOUND)
		*out_category = "not-found";
	else if (code == STATUS_NOT_EXECUTABLE)
		*out_category = "not-executable";
	else if (code > 128 && code <= 128 + SIGRTMAX)
		*out_category = "signal"; /* as a shell tells of what it ran */
	else
		*out_category = code == 1 ? "exit-1" : code == 2 ? "exit-2" : "exit-other";
	return TELPROBE_FAILED;
}

/* @status: as waitpid() gives it */
static void tell_end(const struct emit_around *command, int status)
{
	struct emit_event end = { .marker = TP_MARKER_COMMAND_END };

	end.value[0] = command->begin.value[0];
	end.value[1].number = emit_around_outcome(status, &end.value[2].text);
	emit_fire(&end);
}

static int refused(const struct cli *cli, const struct emit_around *command, bool is_begun,
		   const struct error *error)
{
	int status = error->code == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;

	if (error->code == -ENOMEM || error->code == -EAGAIN)
		status = CLI_FAILED;
	if (is_begun)
		tell_end(command, W_EXITCODE(status, 0));
	cli_fail(cli, error);
	return status;
}

static int become(const struct cli *cli, const struct emit_around *command, const char *file)
{
	struct error error;

	execv(file, command->argv);
	error_set(&error, -errno, "cannot execute '%s': %s", file, error_text(errno));
	if (error.code == -ENOEXEC)
		error_hint(&error, "a script needs a first line like '#!/bin/sh'");
	return refused(cli, command, false, &error);
}

static int run_between(const struct cli *cli, const struct emit_around *command, const char *file)
{
	const struct child_identity as_we_are = { .uid = getuid(), .gid = getgid() };
	struct pollfd polled = { .events = POLLIN };
	struct child *child = NULL;
	struct error error;
	int status, ret;

	ret = child_start(&as_we_are, file, command->argv, &child, &error);
	if (!ret)
		ret = child_release(child, &error);
	if (ret) {
		child_free(child);
		return refused(cli, command, true, &error);
	}
	polled.fd = child_fd(child);
	while (!child_handle(child, &status))
		poll(&polled, 1, -1);
	tell_end(command, status);
	child_free(child);
	child_leave_as(status);
}

int emit_around_run(const struct cli *cli, const struct emit_around *command)
{
	const char *path = getenv("PATH");
	struct error error;
	char file[PATH_MAX];
	bool is_begun = emit_fire(&command->begin);
	int ret = programs_look_up(command->argv[0], path ? path : "/usr/bin:/bin", file, &error);

	if (ret)
		return refused(cli, command, is_begun, &error);
	return is_begun ? run_between(cli, command, file) : become(cli, command, file);
}
