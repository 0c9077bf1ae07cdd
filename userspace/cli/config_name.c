/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/config_name.h"

#include <errno.h>
#include <string.h>

#include "lib/nearest.h"

#define NOTHING_LEAVES "telprobe opens no network connection: nothing leaves this machine anyway"

/* Groups other programs put their keys into; ours have none. Longer ones first. */
static const char *const groups[] = { "telemetry.privacy.", "telemetry.", "telprobe.", "privacy." };

/* What others call something that is no key here. To add one: its name without a group. */
static const struct {
	const char *name;
	const char *instead;
} others[] = {
	{ "air_gapped", NOTHING_LEAVES },
	{ "cloud_sync", NOTHING_LEAVES },
	{ "community", NOTHING_LEAVES },
	{ "community_contribution", NOTHING_LEAVES },
	{ "endpoint", NOTHING_LEAVES },
	{ "transport", NOTHING_LEAVES },
	{ "level", "the most anybody gets is 'level_max'; your own level: telprobe level LEVEL" },
	{ "db_path", "the service keeps its databases below: telprobe serve --state DIR" },
	{ "path", "the service keeps its databases below: telprobe serve --state DIR" },
	{ "batch_size", "events are stored as they come, in batches of what has come" },
	{ "flush_interval_secs",
	  "events are stored within a second; there is nothing to wait for" },
};

static const char *without_group(const char *typed)
{
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strncmp(typed, groups[i], strlen(groups[i])))
			return typed + strlen(groups[i]);
	return typed;
}

static const struct config_key *find(const char *name, bool is_of_target)
{
	const struct config_key *key;

	for (key = config_keys(); key->name; key++)
		if (key->is_of_target == is_of_target && !strcmp(key->name, name))
			return key;
	return NULL;
}

static void refuse(const char *typed, const char *name, bool is_of_target, struct error *error)
{
	const struct config_key *key;
	struct nearest nearest;
	size_t i;

	error_set(error, -EINVAL, "there is no key '%s'%s", typed,
		  is_of_target ? " in the file of a target" : " in telprobe.yaml");
	for (i = 0; !is_of_target && i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i].name, name)) {
			error_hint(error, "%s", others[i].instead);
			return;
		}
	nearest_init(&nearest, name, strlen(name));
	for (key = config_keys(); key->name; key++)
		if (key->is_of_target == is_of_target)
			nearest_try(&nearest, key->name);
	if (find(name, !is_of_target))
		error_hint(error, is_of_target ? "it is one of the machine: leave --target away"
					       : "it is one of a target: add --target NAME");
	else if (nearest.best)
		error_hint(error, "did you mean '%s'?", nearest.best);
	else
		error_hint(error, "'telprobe config explain' lists them");
}

const struct config_key *config_name_find(const char *typed, bool is_of_target, struct error *error)
{
	const char *name = without_group(typed);
	const struct config_key *key = find(typed, is_of_target);

	if (!key)
		key = find(name, is_of_target);
	if (!key)
		refuse(typed, name, is_of_target, error);
	return key;
}
