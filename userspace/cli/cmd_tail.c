/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_tail.c - `telprobe tail`: the newest events, then each as it is stored. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/follower.h"
#include "cli/notice.h"
#include "cli/period.h"
#include "lib/clock.h"

enum { LOOK_MS = 200, ROWS = 10 };

static volatile sig_atomic_t is_ended;

static void on_end(int number)
{
	(void)number;
	is_ended = 1;
}

static int catch_signals(struct error *error)
{
	struct sigaction end = { .sa_handler = on_end }, pipe = { .sa_handler = SIG_IGN };

	if (sigaction(SIGINT, &end, NULL) || sigaction(SIGTERM, &end, NULL) ||
	    sigaction(SIGPIPE, &pipe, NULL))
		return error_set(error, -errno, "cannot catch signals: %s", error_text(errno));
	return 0;
}

/* Return: whether anybody reads what is printed, after a while. */
static bool wait_a_while(void)
{
	struct pollfd polled = { .fd = STDOUT_FILENO, .events = 0 };

	return poll(&polled, 1, LOOK_MS) <= 0 || !(polled.revents & (POLLERR | POLLNVAL));
}

static bool comes_back(int ret)
{
	return ret == -ENOENT || ret == -ECONNREFUSED || ret == -EPIPE || ret == -ETIMEDOUT ||
	       ret == -EBUSY || ret == -EPROTO || ret == -EBADMSG || ret == -ECONNRESET;
}

/* Return: 0; negative: not now, or never again. */
static int look(const struct cli *cli, struct follower *follower, struct error *error)
{
	struct store *store;
	int ret = database_reopen(cli, &store, error);

	if (ret == -ENOENT && database_path(cli))
		follower_missing(follower, stderr);
	if (ret)
		return ret;
	ret = follower_look(follower, store, stdout, stderr, error);
	store_close(store);
	return ret;
}

/* What could not be printed. Who read it through a pipe may have seen enough. */
static int end_unprinted(const struct cli *cli, int ret, const struct error *error)
{
	__fpurge(stdout);
	clearerr(stdout);
	return ret == -EPIPE ? CLI_DONE : cli_fail(cli, error);
}

/* @is_awaited: what is followed is not there yet. */
static int follow(const struct cli *cli, struct follower *follower, bool is_awaited)
{
	struct error error;
	bool is_away = is_awaited;
	int ret = 0;

	while (!is_ended && wait_a_while()) {
		ret = look(cli, follower, &error);
		if (ret && ferror(stdout))
			return end_unprinted(cli, ret, &error);
		if (ret && !comes_back(ret))
			return cli_fail(cli, &error);
		if (ret && !is_away)
			notice("%s; waiting for it", error.what);
		if (!ret && is_away)
			notice("it is %s", is_awaited ? "there" : "back");
		is_away = ret != 0;
		is_awaited = is_awaited && is_away;
	}
	return CLI_DONE;
}

/* With --user a file is refused, there or not. */
static bool is_awaited_file(const struct cli *cli)
{
	const char *path = database_path(cli);
	struct stat file;

	if (!path || cli_flag(cli, "once") || cli_option(cli, "user") || !lstat(path, &file) ||
	    errno != ENOENT)
		return false;
	notice("there is no '%s' yet; waiting for it to appear", path);
	return true;
}

static int begin(const struct cli *cli, struct follower *follower,
		 const struct follower_choice *choice, bool *out_goes_on)
{
	struct store *store;
	struct error error;
	int ret = database_open(cli, STORE_READ, &store);

	*out_goes_on = false;
	if (ret)
		return ret;
	ret = follower_look(follower, store, stdout, stderr, &error);
	store_close(store);
	if (ret && ferror(stdout))
		return end_unprinted(cli, ret, &error);
	if (!ret && cli_flag(cli, "once") && !follower_has_told(follower))
		choose_tell_none(&choice->events, choice->limit);
	*out_goes_on = !ret && !cli_flag(cli, "once");
	return ret ? cli_fail(cli, &error) : CLI_DONE;
}

static int choose(struct cli *cli, struct follower_choice *choice)
{
	choice->limit = cli_option(cli, "since") ? 0 : ROWS;
	if (cli_number(cli, "limit", 1, 100000, &choice->limit) ||
	    period_since(cli, clock_now_us(), &choice->events.since_us) ||
	    choose_events(cli, &choice->events))
		return CLI_MISUSE;
	choice->has_people = database_is_of_all(cli);
	choice->is_json = cli_flag(cli, "json");
	return 0;
}

static int run(struct cli *cli)
{
	struct follower_choice choice = { 0 };
	bool is_awaited, goes_on = true;
	struct follower *follower;
	struct error error;
	int ret = choose(cli, &choice);

	if (ret)
		return ret;
	is_awaited = is_awaited_file(cli);
	if (is_awaited)
		choice.limit = 0; /* all of it comes from now on */
	follower = follower_new(&choice);
	if (!follower) {
		error_set(&error, -ENOMEM, "out of memory");
		return cli_fail(cli, &error);
	}
	ret = catch_signals(&error) ? cli_fail(cli, &error) : CLI_DONE;
	if (ret == CLI_DONE && !is_awaited)
		ret = begin(cli, follower, &choice, &goes_on);
	if (ret == CLI_DONE && goes_on)
		ret = follow(cli, follower, is_awaited);
	follower_free(follower);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_USER,
	{ .name = "limit",
	  .letter = 'n',
	  .value = "N",
	  .help = "how many to begin with (default: 10; all with --since)" },
	{ .name = "lines", .letter = 'l', .value = "N", .alias_of = "limit" },
	{ .name = "since",
	  .value = "WHEN",
	  .help = "begin with those from then on: 30m, 7d, today, 2026-11-20T12:00 (UTC)" },
	CLI_OPTIONS_CHOICE,
	{ .name = "once", .help = "begin, and end there" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe tail --db app.db --once -n 3", .what = "the last three events" },
	{ .command = "timeout 1 telprobe tail --db app.db --json | head -n 2",
	  .what = "events as they come, a JSON object a line" },
	{ 0 },
};

const struct cli_command tail_command = {
	.name = "tail",
	.summary = "show the newest events, then each as it is stored",
	.synopsis = "[--db FILE] [--user NAME] [-n N] [--since WHEN] [--type TYPE,...] "
		    "[--app NAME] [--once] [--json]",
	.description =
		"Each event once, whatever order they come in: within a moment by their time, and\n"
		"what comes late when it comes. Goes on until it is interrupted (Ctrl-C) or "
		"nobody\n"
		"reads any more; a service that ends is waited for, and so is a FILE that is not\n"
		"there yet. With --type or --app the beginning is searched among the newest\n"
		"100,000. To root the service tells everybody's, and whose each is.",
	.options = options,
	.examples = examples,
	.run = run,
};
