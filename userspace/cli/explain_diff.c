/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/explain_diff.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/service_call.h"
#include "lib/clock.h"
#include "report/collected.h"
#include "store/retention.h"

enum { ANSWER_BYTES = 4 << 20 }; /* ten times what explain --json prints */

void explain_keeping(struct client *client, struct explanation_keeping *out)
{
	struct control_retention retention;
	struct error error;

	*out = (struct explanation_keeping){ .days = COLLECTED_KEEP_DAYS,
					     .machine_days = COLLECTED_KEEP_DAYS };
	if (!client || service_retention(client, -1, &retention, &error))
		return;
	*out = (struct explanation_keeping){
		.days = store_shorter(retention.own_days, retention.machine_days),
		.own_days = retention.own_days,
		.machine_days = retention.machine_days,
		.max_bytes = retention.max_bytes,
		.is_in_force = true,
	};
}

static int read_answer(const char *path, cJSON **out, struct error *error)
{
	char *text = malloc(ANSWER_BYTES);
	FILE *file = text ? fopen(path, "re") : NULL;
	size_t bytes = 0;
	int ret = 0;

	if (!text)
		return error_set(error, -ENOMEM, "out of memory");
	if (file)
		bytes = fread(text, 1, ANSWER_BYTES, file);
	if (!file || ferror(file))
		ret = error_set(error, errno ? -errno : -EIO, "cannot read '%s': %s", path,
				error_text(errno ? errno : EIO));
	*out = ret || bytes == ANSWER_BYTES ? NULL : cJSON_ParseWithLength(text, bytes);
	if (!ret && !*out)
		ret = error_set(error, -EINVAL, "'%s' is no answer of 'telprobe explain --json'",
				path);
	if (file)
		fclose(file);
	free(text);
	return ret;
}

static int collected_of_file(const char *path, struct collected *out, struct error *error)
{
	cJSON *json;
	int ret = read_answer(path, &json, error);

	if (ret)
		return ret;
	ret = collected_of_json(out, json, error);
	if (ret == -EINVAL)
		error_set(error, ret, "'%s' is no answer of 'telprobe explain --json'", path);
	cJSON_Delete(json);
	return ret;
}

/* The yes that was given to the earliest text, of those nothing replaced; about @target or all.
 * Return: NULL: there is none. */
static const struct consent_decision *earliest_yes(const struct consent_decision *decisions,
						   size_t count, const char *target)
{
	const struct consent_decision *found = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (decisions[i].level == TP_LEVEL_OFF || !consent_is_in_force(decisions, count, i))
			continue;
		if (target && decisions[i].target[0] && strcmp(decisions[i].target, target) != 0)
			continue;
		if (!found || decisions[i].text_version < found->text_version)
			found = &decisions[i];
	}
	return found;
}

static int compare(struct collected *before, const struct explanation_keeping *keeping,
		   struct collected_difference *out)
{
	struct collected now;
	int ret = collected_now(&now, keeping->days);

	if (!ret)
		ret = collected_compare(before, &now, out);
	collected_clear(&now);
	return ret;
}

static void name_day(const struct consent_decision *decision, char out[CLOCK_TEXT])
{
	clock_format(decision->decided_us, out);
	out[strcspn(out, "T")] = '\0';
}

void explain_changed(struct client *client, const char *target)
{
	struct consent_decision decisions[CONSENT_DECISIONS];
	struct collected_difference difference = { 0 };
	const struct consent_decision *yes;
	struct explanation_keeping keeping;
	struct collected before = { 0 };
	char day[CLOCK_TEXT];
	struct error error;
	size_t count;

	if (service_decisions(client, decisions, &count, &error))
		return;
	yes = earliest_yes(decisions, count, target);
	if (!yes || yes->text_version == CONSENT_TEXT_VERSION)
		return;
	explain_keeping(client, &keeping);
	name_day(yes, day);
	if (!collected_of_version(&before, yes->text_version, &error) &&
	    !compare(&before, &keeping, &difference)) {
		fprintf(stderr, "You said yes to text %" PRIu32 " on %s. What differs since:\n",
			yes->text_version, day);
		collected_difference_print(stderr, &difference);
		putc('\n', stderr);
	}
	collected_difference_clear(&difference);
	collected_clear(&before);
}

/* @against: "text 1, to which you said yes on 2026-11-20" */
static int print(const struct cli *cli, const char *against,
		 const struct collected_difference *difference)
{
	struct error error;
	cJSON *json;

	if (cli_flag(cli, "json")) {
		json = collected_difference_json(difference);
		return answer_json(cli, json_whole(json, json_add_text(json, "against", against)),
				   NULL);
	}
	printf("against %s:\n", against);
	if (!collected_difference_print(stdout, difference))
		return CLI_DONE;
	error_set(&error, -ENOMEM, "out of memory");
	return cli_fail(cli, &error);
}

static int find_yes(struct client *client, struct collected *out, char *against, size_t bytes,
		    struct error *error)
{
	struct consent_decision decisions[CONSENT_DECISIONS];
	const struct consent_decision *yes;
	char day[CLOCK_TEXT];
	size_t count;
	int ret = service_decisions(client, decisions, &count, error);

	if (ret)
		return ret;
	yes = earliest_yes(decisions, count, NULL);
	if (!yes) {
		error_set(error, -ENOENT,
			  "there is nothing to compare with: you have not said yes");
		error_hint(error, "telprobe explain --diff FILE compares with an answer of "
				  "'telprobe explain --json' that you kept");
		return -ENOENT;
	}
	name_day(yes, day);
	snprintf(against, bytes, "text %" PRIu32 ", to which you said yes on %s", yes->text_version,
		 day);
	return collected_of_version(out, yes->text_version, error);
}

int explain_diff(const struct cli *cli, const char *path)
{
	struct collected_difference difference = { 0 };
	struct explanation_keeping keeping;
	struct collected before = { 0 };
	struct client *client = NULL;
	char against[PATH_MAX + 2];
	struct error error;
	int ret, status;

	ret = service_open(&client, &error);
	if (ret && !path) {
		error_hint(&error, "telprobe explain --diff FILE needs none: it compares with an "
				   "answer of 'telprobe explain --json' that you kept");
		return cli_fail(cli, &error);
	}
	explain_keeping(client, &keeping);
	snprintf(against, sizeof(against), "%s", path ? path : "");
	ret = path ? collected_of_file(path, &before, &error)
		   : find_yes(client, &before, against, sizeof(against), &error);
	client_close(client);
	if (!ret && compare(&before, &keeping, &difference))
		ret = error_set(&error, -ENOMEM, "out of memory");
	status = ret ? cli_fail(cli, &error) : print(cli, against, &difference);
	collected_difference_clear(&difference);
	collected_clear(&before);
	return status;
}
