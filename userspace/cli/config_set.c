/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/config_set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/config_name.h"
#include "cli/reload.h"
#include "cli/sudo_hint.h"
#include "report/text.h"
#include "service/config_write.h"

int config_set_refused(const struct cli *cli, struct error *error)
{
	if (geteuid() && (error->code == -EACCES || error->code == -EPERM))
		sudo_hint(error);
	return cli_fail(cli, error);
}

/* Many people type `config set telemetry.enabled false` about themselves. */
static int refuse(const struct cli *cli, const struct config_key *key, const char *const *values,
		  struct error *error)
{
	struct error told;

	if (!geteuid() || (error->code != -EACCES && error->code != -EPERM) ||
	    strcmp(key->name, "enabled") != 0)
		return config_set_refused(cli, error);
	sudo_hint(error);
	told = *error;
	error_hint(&told, "for yourself alone: telprobe %s; for everybody: %.300s",
		   values && !strcmp(values[0], "false") ? "disable" : "enable", error->hint);
	return cli_fail(cli, &told);
}

static cJSON *json_of(const struct config_change *change, const struct config_key *key,
		      const char *const *values, size_t count)
{
	cJSON *json = cJSON_CreateObject(), *list;
	bool is_whole = cJSON_AddStringToObject(json, "file", change->path) &&
			cJSON_AddStringToObject(json, "key", key->name);

	if (count == 1) {
		is_whole = is_whole && cJSON_AddStringToObject(json, "value", values[0]);
	} else if (!count) {
		is_whole = is_whole && cJSON_AddNullToObject(json, "value");
	} else {
		list = cJSON_CreateStringArray(values, (int)count);
		if (!cJSON_AddItemToObject(json, "value", list)) {
			cJSON_Delete(list);
			is_whole = false;
		}
	}
	if (is_whole)
		return json;
	cJSON_Delete(json);
	return NULL;
}

static void print_change(const struct config_change *change, const struct config_key *key,
			 const char *const *values, size_t count)
{
	size_t i;

	text_print(change->path, stdout);
	if (!count)
		printf(": '%s' is not said any more, its default is %s\n", key->name,
		       key->default_text ? key->default_text : "none");
	else
		printf(": '%s' is ", key->name);
	for (i = 0; i < count; i++) {
		fputs(i ? ", " : "", stdout);
		text_print(values[i], stdout);
	}
	if (count)
		putchar('\n');
}

int config_set(const struct cli *cli, const char *directory, const char *name,
	       const char *const *values, size_t count)
{
	struct config_change change = { .directory = directory,
					.target = cli_option(cli, "target") };
	const struct config_key *key;
	struct error error;

	key = config_name_find(name, change.target != NULL, &error);
	if (!key)
		return cli_misuse_error(cli, &error);
	if (config_write_key(&change, key->name, values, count, &error))
		return refuse(cli, key, count ? values : NULL, &error);
	if (cli_flag(cli, "json"))
		return reload_and_tell(cli, directory, json_of(&change, key, values, count));
	print_change(&change, key, values, count);
	return reload_and_tell(cli, directory, NULL);
}
