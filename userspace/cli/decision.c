/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/decision.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report/text.h"

int decision_level(const struct cli *cli, const char *text, enum tp_level *out)
{
	struct error error;

	if (!consent_level_parse(text, out))
		return 0;
	error_set(&error, -EINVAL, "unknown level '%s'", text);
	error_hint(&error,
		   "levels are off, basic, enhanced and full; 'telprobe explain' tells what "
		   "each collects");
	return cli_misuse_error(cli, &error);
}

static int print_json(const char *target, enum tp_level level,
		      const struct service_targets *targets)
{
	cJSON *json = cJSON_CreateObject(), *rows = cJSON_AddArrayToObject(json, "targets"), *row;
	bool is_whole = rows != NULL;
	size_t i;

	if (target)
		is_whole &= cJSON_AddStringToObject(json, "target", target) != NULL;
	else
		is_whole &= cJSON_AddNullToObject(json, "target") != NULL;
	is_whole &= cJSON_AddStringToObject(json, "level", consent_level_name(level)) != NULL;
	is_whole &= cJSON_AddNumberToObject(json, "text_version", CONSENT_TEXT_VERSION) != NULL;
	for (i = 0; is_whole && i < targets->count; i++) {
		row = cJSON_CreateObject();
		is_whole = cJSON_AddItemToArray(rows, row) &&
			   cJSON_AddStringToObject(row, "name", targets->items[i].name) &&
			   cJSON_AddStringToObject(row, "level",
						   consent_level_name(targets->items[i].level));
	}
	if (is_whole)
		return json_print(json, stdout);
	cJSON_Delete(json);
	return -ENOMEM;
}

/* Targets for which something else holds than was just said, and why. */
static void print_exceptions(const char *target, enum tp_level level,
			     const struct service_targets *targets)
{
	const struct control_target *item;

	for (item = targets->items; item < targets->items + targets->count; item++) {
		if (item->level == (uint32_t)level || (target && strcmp(item->name, target) != 0))
			continue;
		printf("  but %s: %s, ", item->name, consent_level_name(item->level));
		if (item->level == item->level_max && item->level && item->level < (uint32_t)level)
			puts("the administrator allows no more");
		else
			printf("because %s\n",
			       consent_reason_text((enum consent_reason)item->reason));
	}
}

static void print_text(const char *target, enum tp_level level,
		       const struct service_targets *targets)
{
	if (level == TP_LEVEL_OFF)
		printf("off for you from now on, %s%s, in every running program too\n",
		       target ? "for " : "for all targets", target ? target : "");
	else
		printf("on for you, %s%s, at level %s\n", target ? "for " : "for all targets",
		       target ? target : "", consent_level_name(level));
	print_exceptions(target, level, targets);
	if (!targets->count)
		puts("  the administrator has not set up any target yet");
	if (level == TP_LEVEL_OFF)
		puts("nothing was deleted: 'telprobe show' shows what was recorded, 'telprobe "
		     "delete' erases it");
	else
		puts("'telprobe status' shows what it does, 'telprobe disable' ends it at once");
}

int decision_make(const struct cli *cli, struct client *client, const char *target,
		  enum tp_level level)
{
	struct service_targets targets = { 0 };
	struct error error = { 0 };
	int ret;

	ret = service_targets(client, &targets, &error);
	if (!ret && target && !service_target(&targets, target, &error))
		ret = -ENOENT;
	if (!ret)
		ret = service_decide(client, target, level, &error);
	service_targets_clear(&targets);
	if (!ret)
		ret = service_targets(client, &targets, &error); /* what holds now */
	if (ret)
		return cli_fail(cli, &error);
	if (!cli_flag(cli, "json"))
		print_text(target, level, &targets);
	else if (print_json(target, level, &targets))
		ret = error_set(&error, -ENOMEM, "out of memory; the decision is kept");
	service_targets_clear(&targets);
	return ret ? cli_fail(cli, &error) : CLI_DONE;
}
