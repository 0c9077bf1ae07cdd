/* SPDX-License-Identifier: GPL-2.0-only */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/database.h"
#include "report/text.h"

/* Return: 0 to go on, else the exit status. */
static int ask(const struct cli *cli, const struct store_totals *totals)
{
	char answer[16] = "", bytes[24];
	struct error error;

	text_bytes((double)totals->file_bytes, bytes);
	if (!isatty(STDIN_FILENO)) {
		error_set(&error, -EINVAL, "nothing was deleted: there is no terminal to ask on");
		error_hint(&error,
			   "to delete all %lld events (%s) unasked: telprobe delete "
			   "--confirm --db '%s'",
			   (long long)totals->events, bytes, database_path(cli));
		return cli_misuse_error(cli, &error);
	}
	fprintf(stderr, "%lld events of %lld sessions, %s, in '", (long long)totals->events,
		(long long)totals->sessions, bytes);
	text_print(database_name(cli), stderr);
	fputs("'\nDelete them for good? [y/N] ", stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		putc('\n', stderr);
	if (!strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n"))
		return 0;
	fputs("telprobe: nothing was deleted\n", stderr);
	return CLI_FAILED;
}

static int tell(const struct cli *cli, int64_t events, int64_t freed_bytes)
{
	char freed[24];
	struct error error;
	cJSON *json;

	if (!cli_flag(cli, "json")) {
		text_bytes((double)freed_bytes, freed);
		printf("deleted %lld events, freed %s\n", (long long)events, freed);
		return CLI_DONE;
	}
	json = cJSON_CreateObject();
	cJSON_AddNumberToObject(json, "deleted_events", (double)events);
	cJSON_AddNumberToObject(json, "freed_bytes", (double)freed_bytes);
	if (!json_print(json, stdout))
		return CLI_DONE;
	error_set(&error, -ENOMEM, "out of memory; the events are deleted");
	return cli_fail(cli, &error);
}

static int delete_all(const struct cli *cli, struct store *store)
{
	struct store_totals totals;
	int64_t freed_bytes = 0;
	struct error error;
	int ret;

	if (store_totals(store, &totals, &error))
		return cli_fail(cli, &error);
	if (!cli_flag(cli, "confirm")) {
		ret = ask(cli, &totals);
		if (ret)
			return ret;
	}
	if (store_delete_all(store, &freed_bytes, &error))
		return cli_fail(cli, &error);
	return tell(cli, totals.events, freed_bytes);
}

static int run(struct cli *cli)
{
	struct store *store;
	int ret;

	ret = database_open(cli, STORE_WRITE, &store);
	if (ret)
		return ret;
	ret = delete_all(cli, store);
	store_close(store);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_USER,
	{ .name = "confirm", .help = "do not ask" },
	{ .name = "force", .letter = 'f', .alias_of = "confirm" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe delete --db app.db --confirm", .what = "delete all, unasked" },
	{ .command = "telprobe clear --db app.db -f --json", .what = "the same in other words" },
	{ 0 },
};

const struct cli_command delete_command = {
	.name = "delete",
	.alias = "clear",
	.summary = "delete all events",
	.synopsis = "[--db FILE] [--user NAME] [--confirm] [--json]",
	.description =
		"Shows how many events there are and how much room they take, and asks. Their\n"
		"bytes are overwritten and the room is given back to the file system. Event ids\n"
		"of what is recorded later stay different from the deleted ones.",
	.options = options,
	.examples = examples,
	.run = run,
};
