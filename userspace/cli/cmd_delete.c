/* SPDX-License-Identifier: GPL-2.0-only */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/erasure_list.h"
#include "report/text.h"

static bool is_of_all(const struct cli *cli)
{
	const char *user = cli_option(cli, "user");

	return user && !strcmp(user, "all");
}

static const char *people_word(const struct store_totals *totals)
{
	return totals->people == 1 ? "person" : "people";
}

/* Return: 0 to go on, else the exit status. */
static int ask(const struct cli *cli, const struct store_totals *totals)
{
	char answer[16] = "", bytes[24], people[40] = "";
	struct error error;

	text_bytes((double)totals->file_bytes, bytes);
	if (!isatty(STDIN_FILENO)) {
		error_set(&error, -EINVAL, "nothing was deleted: there is no terminal to ask on");
		if (is_of_all(cli))
			snprintf(people, sizeof(people), " of %lld %s", (long long)totals->people,
				 people_word(totals));
		error_hint(&error,
			   "to delete all %lld event%s (%s)%s unasked: the same command with "
			   "--confirm",
			   (long long)totals->events, text_s(totals->events), bytes, people);
		return cli_misuse_error(cli, &error);
	}
	fprintf(stderr, "%lld event%s of %lld session%s", (long long)totals->events,
		text_s(totals->events), (long long)totals->sessions, text_s(totals->sessions));
	if (totals->aggregated)
		fprintf(stderr, ", totals of %lld command%s", (long long)totals->aggregated,
			text_s(totals->aggregated));
	fprintf(stderr, ", %s, in '", bytes);
	text_print(database_name(cli), stderr);
	putc('\'', stderr);
	if (is_of_all(cli))
		fprintf(stderr, ", of %lld %s", (long long)totals->people, people_word(totals));
	fputs("\nDelete them for good? [y/N] ", stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		putc('\n', stderr);
	if (!strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n"))
		return 0;
	fputs("telprobe: nothing was deleted\n", stderr);
	return CLI_FAILED;
}

static int tell(const struct cli *cli, const struct store_totals *totals, int64_t freed_bytes)
{
	const int64_t events = totals->events;
	char freed[24];
	cJSON *json;

	if (!cli_flag(cli, "json")) {
		text_bytes((double)freed_bytes, freed);
		printf("deleted %lld event%s", (long long)events, text_s(events));
		if (totals->aggregated)
			printf(" and totals of %lld command%s", (long long)totals->aggregated,
			       text_s(totals->aggregated));
		if (is_of_all(cli))
			printf(" of %lld %s", (long long)totals->people, people_word(totals));
		printf(", freed %s\n", freed);
		return CLI_DONE;
	}
	json = cJSON_CreateObject();
	json = json_whole(json, json_add_number(json, "deleted_events", (double)events) &&
					json_add_number(json, "deleted_aggregated",
							(double)totals->aggregated) &&
					json_add_number(json, "freed_bytes", (double)freed_bytes) &&
					(!is_of_all(cli) ||
					 json_add_number(json, "people", (double)totals->people)));
	return answer_json(cli, json, "the events are deleted");
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
	return tell(cli, &totals, freed_bytes);
}

static int run(struct cli *cli)
{
	struct store *store;
	int ret;

	if (cli_flag(cli, "list") && cli_flag(cli, "confirm"))
		return cli_misuse(cli, "--list deletes nothing: it goes without --confirm");
	if (cli_flag(cli, "list") && database_path(cli))
		return cli_misuse(cli,
				  "--list is of what the service keeps: it goes without --db and "
				  "$TELPROBE_DB");
	if (cli_flag(cli, "list"))
		return erasure_list(cli);
	ret = database_open(cli, STORE_WRITE, &store);
	if (ret)
		return ret;
	ret = delete_all(cli, store);
	store_close(store);
	return ret;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ .name = "user",
	  .value = "NAME",
	  .help = "whose events, for root: a name, a uid or 'all' (default: your own)" },
	{ .name = "list", .help = "delete nothing: what was deleted before, when and by whom" },
	{ .name = "confirm", .help = "do not ask" },
	{ .name = "force", .letter = 'f', .alias_of = "confirm" },
	CLI_OPTION_JSON,
	{ 0 },
};

static const struct cli_example examples[] = {
	{ .command = "telprobe delete --db app.db --confirm", .what = "delete all, unasked" },
	{ .command = "telprobe clear --db app.db -f --json", .what = "the same in other words" },
	{ .command = "telprobe delete --list",
	  .what = "what was deleted before",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command delete_command = {
	.name = "delete",
	.alias = "clear",
	.summary = "delete all events",
	.synopsis = "[--db FILE] [--user NAME] [--confirm | --list] [--json]",
	.description =
		"Shows how many events there are and how much room they take, and asks. Their\n"
		"bytes are overwritten and the room is given back to the file system. Event ids\n"
		"of what is recorded later stay different from the deleted ones. Yours alone,\n"
		"root's too: another's is deleted with --user NAME, everybody's with --user all.\n"
		"The service keeps a list of what was deleted from it: whose, when, by whom and "
		"how\n"
		"many events, and nothing of what they were. --list shows it, to root everybody's.",
	.options = options,
	.examples = examples,
	.run = run,
};
