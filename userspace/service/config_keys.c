/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"

#define OF_MACHINE(member) .offset = offsetof(struct config, member)
#define OF_TARGET(member)  .is_of_target = true, .offset = offsetof(struct config_target, member)

#define LEVELS "off, basic, enhanced or full"

static const struct config_key keys[CONFIG_KEYS + 1] = {
	{ .name = "enabled",
	  .type = "true or false",
	  .default_text = "true",
	  .kind = CONFIG_BOOLEAN,
	  OF_MACHINE(is_enabled),
	  .help = "whether anything is captured on this machine at all; false also silences people "
		  "who said yes, and is shown to them" },
	{ .name = "level_max",
	  .type = LEVELS,
	  .default_text = "full",
	  .kind = CONFIG_LEVEL,
	  OF_MACHINE(level_max),
	  .help = "the highest level anybody on this machine gets, whatever they said yes to" },
	{ .name = "ring_mb",
	  .type = "a whole number from 1 to 64",
	  .default_text = "4",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(ring_mb),
	  .min = 1,
	  .max = 64,
	  .help = "megabytes of the buffer between kernel and service, rounded up to a power of "
		  "two; more bridges longer bursts. Read when the service starts" },
	{ .name = "connections_max",
	  .type = "a whole number from 1 to 1024",
	  .default_text = "256",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(connections_max),
	  .min = 1,
	  .max = 1024,
	  .help = "how many commands may talk to the service at a time. Read when the service "
		  "starts" },
	{ .name = "connections_max_user",
	  .type = "a whole number from 1 to 1024",
	  .default_text = "16",
	  .kind = CONFIG_NUMBER,
	  OF_MACHINE(connections_max_user),
	  .min = 1,
	  .max = 1024,
	  .help = "how many of these may belong to one person, so that nobody locks the others "
		  "out. Read when the service starts" },
	{ .name = "paths",
	  .type = "an absolute path, or a list of up to 32",
	  .kind = CONFIG_PATH_LIST,
	  OF_TARGET(paths),
	  .help = "the programs and libraries that carry the markers; * ? and [] are patterns. A "
		  "file that appears later is found" },
	{ .name = "policy",
	  .type = "opt-in, opt-out or locked",
	  .default_text = "opt-in",
	  .kind = CONFIG_POLICY,
	  OF_TARGET(policy),
	  .help = "opt-in: nothing until a person says yes; opt-out: at 'level' until a person "
		  "says no, for builds whose users agreed elsewhere; locked: nothing, whatever "
		  "anybody says" },
	{ .name = "level_max",
	  .type = LEVELS,
	  .default_text = "full",
	  .kind = CONFIG_LEVEL,
	  OF_TARGET(level_max),
	  .help = "the highest level anybody gets for this target" },
	{ .name = "level",
	  .type = LEVELS,
	  .default_text = "enhanced",
	  .kind = CONFIG_LEVEL,
	  OF_TARGET(level_default),
	  .help = "with policy opt-out, the level of people who have not decided; at most "
		  "level_max" },
	{ 0 },
};

const struct config_key *config_keys(void)
{
	return keys;
}

static const struct config_key *find(const char *name, bool is_target)
{
	const struct config_key *key;

	for (key = keys; key->name; key++)
		if (key->is_of_target == is_target && !strcmp(key->name, name))
			return key;
	return NULL;
}

uint32_t config_keys_line(const uint32_t *lines, const char *name)
{
	const struct config_key *key;

	for (key = keys; key->name; key++)
		if (lines[key - keys] && !strcmp(key->name, name))
			return lines[key - keys];
	return 0;
}

static int refuse_unknown(const struct config_into *into, const struct config_entry *entry)
{
	char known[256] = "";
	const struct config_key *key;
	struct nearest nearest;
	size_t used = 0;

	nearest_init(&nearest, entry->key, strlen(entry->key));
	for (key = keys; key->name; key++) {
		if (key->is_of_target != into->is_target)
			continue;
		nearest_try(&nearest, key->name);
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "", key->name);
	}
	error_set(into->error, -EINVAL, "%s:%u: unknown key '%.64s'", into->path, entry->line,
		  entry->key);
	if (find(entry->key, !into->is_target))
		error_hint(into->error, "that one belongs into %s; here are %s",
			   into->is_target ? "telprobe.yaml" : "a file of targets.d", known);
	else if (nearest.best)
		error_hint(into->error, "did you mean '%s'? known are %s", nearest.best, known);
	else
		error_hint(into->error, "known are %s", known);
	return -EINVAL;
}

static int refuse_value(const struct config_into *into, const struct config_key *key,
			const struct config_entry *entry, const struct config_value *value)
{
	unsigned int line = value ? value->line : entry->line;
	char found[96] = "a list";

	if (value && value->is_quoted)
		snprintf(found, sizeof(found), "the text \"%.64s\"", value->text);
	else if (value)
		snprintf(found, sizeof(found), "'%.64s'", value->text);
	if (value && !value->text[0])
		snprintf(found, sizeof(found), "nothing");
	else if (!value && !entry->count)
		snprintf(found, sizeof(found), "an empty list");
	error_set(into->error, -EINVAL, "%s:%u: '%s' must be %s, not %s", into->path, line,
		  key->name, key->type, found);
	error_hint(into->error, "'telprobe config explain %s' says what it does", key->name);
	return -EINVAL;
}

static int parse_number(const struct config_key *key, const char *text, int64_t *out)
{
	int64_t number = 0;
	const char *at;

	for (at = text; *at; at++) {
		if (*at < '0' || *at > '9' || number > key->max)
			return -EINVAL;
		number = number * 10 + (*at - '0');
	}
	if (at == text || number < key->min || number > key->max)
		return -EINVAL;
	*out = number;
	return 0;
}

static int set_scalar(const struct config_key *key, const char *text, void *member)
{
	bool is_true = !strcmp(text, "true");

	switch (key->kind) {
	case CONFIG_BOOLEAN:
		if (!is_true && strcmp(text, "false") != 0)
			return -EINVAL;
		*(bool *)member = is_true;
		return 0;
	case CONFIG_LEVEL:
		return consent_level_parse(text, member);
	case CONFIG_NUMBER:
		return parse_number(key, text, member);
	case CONFIG_POLICY:
		return consent_policy_parse(text, member);
	case CONFIG_PATH_LIST:
		break;
	}
	return -EINVAL;
}

/* One way to write each, so that equal ones look equal. */
static bool is_path(const char *text)
{
	const char *at;

	if (text[0] != '/' || !text[1] || strlen(text) >= PATH_MAX)
		return false;
	for (at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
		if (*at == '/' &&
		    (!at[1] || at[1] == '/' || !strncmp(at, "/./", 3) || !strncmp(at, "/../", 4) ||
		     !strcmp(at, "/.") || !strcmp(at, "/..")))
			return false;
	}
	return true;
}

static int refuse_path(const struct config_into *into, const struct config_value *value)
{
	error_set(into->error, -EINVAL, "%s:%u: '%.128s' is no absolute path", into->path,
		  value->line, value->text);
	error_hint(into->error, "write it from the root, without '.', '..', '//' or a '/' at its "
				"end");
	return -EINVAL;
}

static int add_path(const struct config_into *into, const struct config_value *value)
{
	struct config_target *target = into->into;
	size_t i;

	for (i = 0; i < target->path_count; i++) {
		if (strcmp(target->paths[i], value->text) != 0)
			continue;
		error_set(into->error, -EINVAL, "%s:%u: '%.128s' is there twice", into->path,
			  value->line, value->text);
		error_hint(into->error, "remove one");
		return -EINVAL;
	}
	target->paths[i] = strdup(value->text);
	if (!target->paths[i])
		return error_set(into->error, -ENOMEM, "cannot read '%s': %s", into->path,
				 error_text(-ENOMEM));
	target->path_count++;
	return 0;
}

static int set_paths(const struct config_into *into, const struct config_key *key,
		     const struct config_entry *entry)
{
	struct config_target *target = into->into;
	size_t i;
	int ret;

	if (!entry->count)
		return refuse_value(into, key, entry, NULL);
	target->paths = calloc(entry->count, sizeof(*target->paths));
	if (!target->paths)
		return error_set(into->error, -ENOMEM, "cannot read '%s': %s", into->path,
				 error_text(-ENOMEM));
	for (i = 0; i < entry->count; i++) {
		if (!entry->values[i].text[0])
			return refuse_value(into, key, entry, &entry->values[i]);
		if (!is_path(entry->values[i].text))
			return refuse_path(into, &entry->values[i]);
		ret = add_path(into, &entry->values[i]);
		if (ret)
			return ret;
	}
	return 0;
}

int config_keys_set(const struct config_entry *entry, void *data)
{
	const struct config_into *into = data;
	const struct config_key *key = find(entry->key, into->is_target);
	uint32_t *line = key ? &into->lines[key - keys] : NULL;

	if (!key)
		return refuse_unknown(into, entry);
	if (*line) {
		error_set(into->error, -EINVAL, "%s:%u: '%s' is there twice, first in line %u",
			  into->path, entry->line, key->name, *line);
		error_hint(into->error, "remove one of them");
		return -EINVAL;
	}
	*line = entry->line;
	if (key->kind == CONFIG_PATH_LIST)
		return set_paths(into, key, entry);
	if (entry->is_list)
		return refuse_value(into, key, entry, NULL);
	if (entry->values[0].is_quoted && key->kind <= CONFIG_NUMBER && key->kind != CONFIG_LEVEL)
		return refuse_value(into, key, entry, &entry->values[0]);
	if (set_scalar(key, entry->values[0].text, (char *)into->into + key->offset))
		return refuse_value(into, key, entry, &entry->values[0]);
	return 0;
}

void config_keys_default(const struct config_into *into)
{
	const struct config_key *key;

	for (key = keys; key->name; key++)
		if (key->is_of_target == into->is_target && key->default_text)
			set_scalar(key, key->default_text, (char *)into->into + key->offset);
}

static void format(const struct config_key *key, const void *member, char *out, size_t bytes)
{
	switch (key->kind) {
	case CONFIG_BOOLEAN:
		snprintf(out, bytes, "%s", *(const bool *)member ? "true" : "false");
		break;
	case CONFIG_LEVEL:
		snprintf(out, bytes, "%s", consent_level_name(*(const enum tp_level *)member));
		break;
	case CONFIG_NUMBER:
		snprintf(out, bytes, "%" PRId64, *(const int64_t *)member);
		break;
	case CONFIG_POLICY:
	case CONFIG_PATH_LIST: /* of target files only */
		snprintf(out, bytes, "%s", "");
		break;
	}
}

int config_value(const struct config *config, const char *key, char *out, size_t bytes,
		 char *origin, size_t origin_bytes)
{
	const struct config_key *row = find(key, false);
	uint32_t line;

	if (!row)
		return -EINVAL;
	line = config->lines[row - keys];
	format(row, (const char *)config + row->offset, out, bytes);
	if (line)
		snprintf(origin, origin_bytes, "%s:%" PRIu32, config->file, line);
	else
		snprintf(origin, origin_bytes, "default");
	return 0;
}
