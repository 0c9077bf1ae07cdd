/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_selftest.c - `telprobe selftest`: trace a program full of secrets, look for them everywhere. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/notice.h"
#include "cli/selftest_fixture.h"
#include "cli/selftest_report.h"
#include "cli/selftest_stop.h"

static int be_fixture(struct cli *cli)
{
	struct error error;

	return fixture_run(cli_argc(cli), cli_argv(cli), &error) ? cli_fail(cli, &error) : CLI_DONE;
}

static int count_leaks(const struct selftest_verdict *verdict)
{
	int i, leaks = 0;

	for (i = 0; i < SECRET_LAYERS; i++)
		leaks += verdict->layers[i].failed != 0;
	return leaks;
}

static int tell_failed(const struct cli *cli, const struct selftest_verdict *verdict)
{
	const int leaks = count_leaks(verdict);
	struct error error;

	if (!leaks) {
		error_set(&error, -ENODATA,
			  "%" PRIu64 " of the events are not there, so that nothing was found "
			  "proves nothing",
			  verdict->missing);
		error_hint(&error, "'telprobe doctor' tells what this machine lacks");
		return cli_fail(cli, &error);
	}
	error_set(&error, -EBADMSG, "%d of %d layers let through what nobody may see", leaks,
		  SECRET_LAYERS);
	error_hint(&error, "stop this telprobe ('systemctl stop telprobe'), delete what it stored "
			   "('telprobe delete'), and report this: SECURITY.md");
	return cli_fail(cli, &error);
}

static int tell(const struct cli *cli, const struct selftest *selftest, const char *keep)
{
	struct selftest_verdict verdict;
	int status;

	selftest_judge(selftest, &verdict);
	if (cli_flag(cli, "json"))
		status = answer_json(cli, selftest_json(selftest, &verdict), NULL);
	else
		status = answer_grid(cli, selftest_grid(&verdict), NULL);
	if (status == CLI_DONE && !cli_flag(cli, "json")) {
		selftest_print_faults(selftest, stdout);
		selftest_print_extent(selftest, stdout);
	}
	if (keep)
		notice("the traced program, its secrets, the database and the log are in '%s'",
		       keep);
	if (verdict.is_passed)
		selftest_stop(cli_flag(cli, "scheduled") ? CONTROL_SELFTEST_SCHEDULED
							 : CONTROL_SELFTEST_PASSED);
	else if (count_leaks(&verdict))
		selftest_stop(CONTROL_SELFTEST_LEAKED);
	if (status == CLI_DONE && !verdict.is_passed)
		status = tell_failed(cli, &verdict);
	return status;
}

static int run(struct cli *cli)
{
	const char *keep = cli_option(cli, "keep");
	struct selftest *selftest;
	struct error error = { 0 };
	int ret, status;

	if (cli_flag(cli, "fixture"))
		return be_fixture(cli);
	if (cli_argc(cli))
		return cli_misuse(cli, "unexpected argument '%s'", cli_argv(cli)[0]);
	selftest = calloc(1, sizeof(*selftest)); /* too large for the stack */
	ret = selftest ? selftest_trace(selftest, keep, &error)
		       : error_set(&error, -ENOMEM, "out of memory");
	status = ret ? cli_fail(cli, &error) : tell(cli, selftest, keep);
	free(selftest);
	return status;
}

static const struct cli_option options[] = {
	{ .name = "keep",
	  .value = "DIR",
	  .help = "make DIR and leave there what was traced, its secrets and what was stored; "
		  "in stored.db they stand as they are" },
	{ .name = "scheduled",
	  .help = "as a timer starts it: no service that was stopped captures again" },
	{ .name = "fixture",
	  .help = "be the traced program: tell every secret, in every marker; it is started so" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe selftest",
	  .what = "does a secret get through, and through which layer",
	  .needs = CLI_NEEDS_ROOT },
	{ .command = "telprobe selftest --keep looked && cut -f3 looked/secrets | "
		     "grep -c -F -f - looked/events.db looked/log; true",
	  .what = "search what was stored yourself",
	  .needs = CLI_NEEDS_ROOT },
	{ 0 },
};

const struct cli_command selftest_command = {
	.name = "selftest",
	.summary = "trace a program full of secrets and look for them in everything stored",
	.synopsis = "[--keep DIR] [--scheduled] [--json]",
	.description =
		"Makes a copy of telprobe into which secrets are written that this run invents:\n"
		"keys, tokens, addresses, numbers, paths, plain words; as constants and "
		"variables\n"
		"of its file, in its arguments, environment, stack, heap and working directory. "
		"It\n"
		"is traced as by 'telprobe run', tells each of them in each field of each marker,\n"
		"and then all that came of it is searched, for hexadecimal and base64 too: the\n"
		"ring, the kernel's maps, the database with its log and index, what 'export' and\n"
		"the other commands print, the messages. Its harmless events must be there, and\n"
		"for each secret what stands for it. Of a second database, in which secrets\n"
		"stand as they are, nothing may leave but what stands for them. Judges by the\n"
		"firewall's defaults, whatever telprobe.yaml allows; no service is needed. One\n"
		"that runs and is this very program stops capturing, of everybody, when\n"
		"something was found ('telprobe status' says so, also after a restart), and goes\n"
		"on when a selftest finds nothing that was not started by the timer\n"
		"(--scheduled). Exit status: 0: nothing was found; 1: something was, or it could\n"
		"not be tried.",
	.options = options,
	.examples = examples,
	.arguments_max = CLI_ANY,
	.run = run,
};
