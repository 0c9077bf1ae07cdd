/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/config_set.h"
#include "cli/service_call.h"
#include "report/text.h"
#include "service/config.h"

enum outcome { RELOADED, NOT_RUNNING, NOT_ASKED };

static const char *const outcome_names[] = {
	[RELOADED] = "reloaded",
	[NOT_RUNNING] = "not running",
	[NOT_ASKED] = "not asked",
};

static const char *const outcome_texts[] = {
	[NOT_RUNNING] = "no service runs: this holds when it is started",
	[NOT_ASKED] = "no service was told: it reads " CONFIG_DIRECTORY,
};

static int ask(const char *directory, struct service_notices *notices, enum outcome *out,
	       struct error *error)
{
	struct client *client;
	int ret;

	*out = NOT_ASKED;
	if (strcmp(directory, CONFIG_DIRECTORY) != 0 && !getenv("TELPROBE_SOCKET"))
		return 0;
	ret = service_open(&client, error);
	if (ret == -ENOENT || ret == -ECONNREFUSED) {
		*out = NOT_RUNNING;
		return 0;
	}
	if (ret)
		return ret;
	*out = RELOADED;
	ret = service_reload(client, notices, error);
	client_close(client);
	return ret;
}

static void print_text(const struct service_notices *notices, enum outcome outcome)
{
	size_t i;

	if (outcome != RELOADED) {
		puts(outcome_texts[outcome]);
		return;
	}
	for (i = 0; i < notices->count; i++) {
		fputs(notices->items[i].is_problem ? "problem: " : "the service: ", stdout);
		text_print(notices->items[i].text, stdout);
		putchar('\n');
	}
	if (!notices->count)
		puts("the service has read it: nothing is different for it");
}

static bool add_texts(cJSON *json, const char *name, const struct service_notices *notices,
		      uint32_t is_problem)
{
	cJSON *list = cJSON_AddArrayToObject(json, name), *item;
	size_t i;

	for (i = 0; list && i < notices->count; i++) {
		if (notices->items[i].is_problem != is_problem)
			continue;
		item = cJSON_CreateString(notices->items[i].text);
		if (cJSON_AddItemToArray(list, item))
			continue;
		cJSON_Delete(item);
		return false;
	}
	return list != NULL;
}

static cJSON *complete(cJSON *json, const struct service_notices *notices, enum outcome outcome)
{
	return json_whole(json, json_add_text(json, "service", outcome_names[outcome]) &&
					add_texts(json, "changes", notices, 0) &&
					add_texts(json, "problems", notices, 1));
}

int reload_and_tell(const struct cli *cli, const char *directory, cJSON *json)
{
	struct service_notices notices = { 0 };
	enum outcome outcome;
	struct error error = { 0 };
	int ret, status = CLI_DONE;

	ret = ask(directory, &notices, &outcome, &error);
	if (ret || !cli_flag(cli, "json"))
		cJSON_Delete(json);
	if (ret)
		return config_set_refused(cli, &error);
	if (cli_flag(cli, "json"))
		status = answer_json(cli, complete(json, &notices, outcome), "the change is made");
	else
		print_text(&notices, outcome);
	service_notices_clear(&notices);
	return status;
}
