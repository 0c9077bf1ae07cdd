/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>

#include "cli/notice.h"
#include "cli/run_once.h"
#include "cli/run_session.h"
#include "report/compare.h"

enum { STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 }; /* POSIX shell, 2.8.2 */

/* What the shell could not even start is nothing to compare with. */
static int check_started(const char *line, int status, struct error *error)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (code != STATUS_NOT_FOUND && code != STATUS_NOT_EXECUTABLE)
		return 0;
	error_set(error, code == STATUS_NOT_FOUND ? -ENOENT : -EACCES,
		  "cannot compare: '%s' ended "
		  "with status %d, as what cannot be executed",
		  line, code);
	return error_hint(error, "the shell said why: sh -c '%s'", line);
}

/* A shell splits the words, and is replaced by the command. */
static int run_line(struct run_session *session, struct run_keep *keep, const char *line,
		    int *out_status, struct error *error)
{
	char shell[] = "sh", option[] = "-c", script[4096];
	char *argv[] = { shell, option, script, NULL };
	struct run_targets_found found = { 0 };
	int ret;

	if ((size_t)snprintf(script, sizeof(script), "exec %s", line) >= sizeof(script))
		return error_set(error, -E2BIG, "a command line to compare is too long");
	session->keep = keep;
	ret = run_once(session, argv, &found, out_status, error);
	return ret ? ret : check_started(line, *out_status, error);
}

static int run_in_turn(struct cli *cli, struct run_session *session, struct run_keep keep[2],
		       int64_t times, int64_t failed[2], struct error *error)
{
	int64_t i;
	int ret = 0, status = 0;

	for (i = 0; i < 2 * times && !ret && !run_was_stopped(status); i++) {
		ret = run_line(session, &keep[i % 2], cli_argv(cli)[i % 2], &status, error);
		if (!ret)
			failed[i % 2] += status != 0;
	}
	return ret;
}

/* A command that gives up early is no faster one. */
static void tell_failures(const struct cli *cli, int64_t times, const int64_t failed[2])
{
	int side;

	for (side = 0; side < 2; side++)
		if (failed[side])
			notice("%" PRId64 " of %" PRId64 " runs of %c failed: '%s'", failed[side],
			       times, 'A' + side, cli_argv(cli)[side]);
}

int run_compare(struct cli *cli, uint32_t agreed, int64_t times, bool is_json)
{
	struct run_session session;
	struct run_keep keep[2] = { { 0 } };
	struct error error = { 0 };
	int64_t failed[2] = { 0 };
	int ret;

	ret = run_session_open(agreed, false, &session, &error);
	if (!ret)
		ret = run_keep_open(&session, ":memory:", &keep[0], &error);
	if (!ret)
		ret = run_keep_open(&session, ":memory:", &keep[1], &error);
	if (ret) {
		ret = run_impossible(cli, ret, &error);
		goto close;
	}
	ret = run_in_turn(cli, &session, keep, times, failed, &error);
	if (!ret)
		tell_failures(cli, times, failed);
	if (ret)
		ret = run_refused(cli, ret, &error);
	else if (compare_print(stdout, keep[0].store, keep[1].store, is_json, &error))
		ret = cli_fail(cli, &error);
close:
	run_keep_close(&session, &keep[1]);
	run_keep_close(&session, &keep[0]);
	run_session_close(&session);
	return ret;
}
