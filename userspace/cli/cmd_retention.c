/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_retention.c - `telprobe retention`: how long my events are kept, or less than that. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/retention.h"
#include "cli/service_call.h"
#include "store/retention.h"

/* Return: 0, or CLI_MISUSE, already told. */
static int parse_days(const struct cli *cli, const char *text, int64_t *out)
{
	struct error error;
	int64_t days = 0;
	const char *at;

	if (!strcmp(text, "default")) {
		*out = 0;
		return 0;
	}
	for (at = text; *at >= '0' && *at <= '9' && days <= STORE_KEEP_DAYS_MAX; at++)
		days = days * 10 + (*at - '0');
	if (!*at && days >= 1 && days <= STORE_KEEP_DAYS_MAX) {
		*out = days;
		return 0;
	}
	error_set(&error, -EINVAL, "a retention is 1 to %d days, or 'default', not '%s'",
		  STORE_KEEP_DAYS_MAX, text);
	error_hint(&error, "telprobe retention 30; to erase everything now: telprobe delete");
	return cli_misuse_error(cli, &error);
}

static int run(struct cli *cli)
{
	struct control_retention retention;
	struct client *client;
	struct error error;
	int64_t days = -1;
	cJSON *json;
	int ret;

	if (cli_argc(cli) && parse_days(cli, cli_argv(cli)[0], &days))
		return CLI_MISUSE;
	ret = service_open(&client, &error);
	if (ret)
		return cli_fail(cli, &error);
	ret = service_retention(client, days, &retention, &error);
	client_close(client);
	if (ret)
		return cli_fail(cli, &error);
	if (cli_flag(cli, "json")) {
		json = cJSON_CreateObject();
		return answer_json(cli, json_whole(json, retention_json(json, &retention)), NULL);
	}
	retention_print(&retention);
	return CLI_DONE;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe retention",
	  .what = "how long what is mine is kept",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe retention 30",
	  .what = "no longer than 30 days; what is older goes at once",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe retention default",
	  .what = "as long as this machine keeps it",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command retention_command = {
	.name = "retention",
	.summary = "show how long your events are kept, or have them kept shorter",
	.synopsis = "[DAYS] [--json]",
	.description =
		"DAYS is a number, or 'default' for as long as the machine keeps everybody's.\n"
		"The administrator sets the longest (retention_days of telprobe.yaml); you may\n"
		"choose less for what is yours, and nobody but you. Whole days (UTC) go: with 30, "
		"an\n"
		"event of day 0 is removed on day 31. It stays in force after telprobe delete.",
	.options = options,
	.examples = examples,
	.arguments_max = 1,
	.run = run,
};
