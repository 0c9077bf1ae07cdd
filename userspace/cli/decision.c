/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/decision.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "lib/clock.h"
#include "privacy/categories.h"

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

int decision_without(const struct cli *cli, const char *text, uint8_t *out)
{
	struct error error;

	if (!text)
		return 0;
	if (categories_parse(text, out, &error))
		return cli_misuse_error(cli, &error);
	if (*out != TP_CATEGORIES_ALL)
		return 0;
	error_set(&error, -EINVAL, "--without leaves nothing to record");
	error_hint(&error, "name fewer; to switch all off: telprobe disable");
	return cli_misuse_error(cli, &error);
}

/* When what was just said ends by itself; 0: it does not, or no target tells. */
static int64_t until_of(const struct consent_wish *wish, const struct service_targets *targets)
{
	const struct control_target *item;

	for (item = targets->items; item < targets->items + targets->count; item++)
		if (wish->for_us && item->until_us &&
		    (!wish->target || !strcmp(item->name, wish->target)))
			return item->until_us;
	return 0;
}

static cJSON *json_of(const struct consent_wish *wish, const struct service_targets *targets)
{
	char without[CATEGORIES_TEXT];
	cJSON *json = cJSON_CreateObject(), *rows = cJSON_AddArrayToObject(json, "targets"), *row;
	bool is_whole = rows != NULL;
	size_t i;

	is_whole = is_whole && json_add_text(json, "target", wish->target) &&
		   json_add_text(json, "level", consent_level_name(wish->level)) &&
		   json_add_text(json, "without", categories_format(wish->without, without)) &&
		   json_add_time(json, "until", until_of(wish, targets)) &&
		   json_add_number(json, "text_version", CONSENT_TEXT_VERSION);
	for (i = 0; is_whole && i < targets->count; i++) {
		row = cJSON_CreateObject();
		is_whole = cJSON_AddItemToArray(rows, row) &&
			   json_add_text(row, "name", targets->items[i].name) &&
			   json_add_text(row, "level", consent_level_name(targets->items[i].level));
	}
	return json_whole(json, is_whole);
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

/* What the administrator leaves out of all that is on for somebody. */
static uint32_t never_of_all(const struct service_targets *targets)
{
	uint32_t never = TP_CATEGORIES_ALL;
	bool is_on = false;
	size_t i;

	for (i = 0; i < targets->count; i++) {
		if (targets->items[i].level == TP_LEVEL_OFF)
			continue;
		never &= targets->items[i].never;
		is_on = true;
	}
	return is_on ? never : 0;
}

/* What is left out beside what this decision says: for everybody, and by another decision. */
static void print_more_left_out(const struct consent_wish *wish,
				const struct service_targets *targets)
{
	const uint32_t never = never_of_all(targets) & ~(uint32_t)wish->without;
	const struct control_target *item;
	char without[CATEGORIES_TEXT];
	uint32_t more;

	if (categories_format((uint8_t)never, without))
		printf("  nobody here is recorded in %s: the administrator leaves that out\n",
		       without);
	for (item = targets->items; item < targets->items + targets->count; item++) {
		more = item->without & ~(never | wish->without);
		if (!more || (wish->target && strcmp(item->name, wish->target) != 0))
			continue;
		categories_format((uint8_t)more, without);
		printf("  but %s: without %s, by %s\n", item->name, without,
		       more & ~(uint32_t)item->never
			       ? "another decision of yours ('telprobe consent')"
			       : "the administrator");
	}
}

static void print_ended(int64_t ended)
{
	if (ended == 1)
		puts("what your yes for a time had collected is deleted; 'telprobe show' shows "
		     "what else there is");
	else if (ended)
		puts("what your yes for a time had collected is being deleted: 'telprobe consent' "
		     "tells when it is");
	else
		puts("nothing was deleted: 'telprobe show' shows what was recorded, 'telprobe "
		     "delete' erases it");
}

static void print_no(const struct consent_wish *wish, const struct service_targets *targets,
		     int64_t ended)
{
	printf("off for you from now on, %s%s, in every running program too\n",
	       wish->target ? "for " : "for all targets", wish->target ? wish->target : "");
	print_exceptions(wish->target, wish->level, targets);
	if (!targets->count)
		puts("  the administrator has not set up any target yet");
	print_ended(ended);
}

static void print_yes(const struct consent_wish *wish, const struct service_targets *targets)
{
	const int64_t until_us = until_of(wish, targets);
	char until[CLOCK_TEXT], without[CATEGORIES_TEXT];

	categories_format(wish->without, without);
	printf("on for you, %s%s, at level %s%s%s\n", wish->target ? "for " : "for all targets",
	       wish->target ? wish->target : "", consent_level_name(wish->level),
	       *without ? ", without " : "", without);
	print_exceptions(wish->target, wish->level, targets);
	print_more_left_out(wish, targets);
	if (!targets->count)
		puts("  the administrator has not set up any target yet");
	if (wish->for_us && until_us) {
		clock_format(until_us, until);
		printf("until %s: then it is off, and what it collected is deleted\n", until);
	}
	puts("'telprobe status' shows what it does, 'telprobe disable' ends it at once");
}

int decision_make(const struct cli *cli, struct client *client, const struct consent_wish *wish)
{
	struct service_targets targets = { 0 };
	struct error error = { 0 };
	int ret, status = CLI_DONE;
	int64_t ended = 0;

	ret = service_targets(client, &targets, &error);
	if (!ret && wish->target && !service_target(&targets, wish->target, &error))
		ret = -ENOENT;
	if (!ret)
		ret = service_decide(client, wish, &ended, &error);
	service_targets_clear(&targets);
	if (!ret)
		ret = service_targets(client, &targets, &error); /* what holds now */
	if (ret)
		return cli_fail(cli, &error);
	if (cli_flag(cli, "json"))
		status = answer_json(cli, json_of(wish, &targets), "the decision is kept");
	else if (wish->level == TP_LEVEL_OFF)
		print_no(wish, &targets, ended);
	else
		print_yes(wish, &targets);
	service_targets_clear(&targets);
	return status;
}
