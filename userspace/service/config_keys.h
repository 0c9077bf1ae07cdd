/* SPDX-License-Identifier: GPL-2.0-only */
/* config_keys.h - from entries of a file to members of a struct, by the table. For config.c. */
#ifndef TELPROBE_SERVICE_CONFIG_KEYS_H
#define TELPROBE_SERVICE_CONFIG_KEYS_H

#include "service/config.h"
#include "service/config_yaml.h"

struct config_into { /* what the entries of a file are put into */
	bool is_target;
	void *into; /* struct config or struct config_target */
	uint32_t *lines;
	const char *path; /* for messages */
	struct error *error;
};

/** config_keys_default() - every key of the kind of file @into is, as if nothing was said */
void config_keys_default(const struct config_into *into);

/** config_keys_set() - for config_yaml_each(), with a struct config_into as @data */
int config_keys_set(const struct config_entry *entry, void *data);

/** config_keys_refuse() - what was expected instead, by file and line
 * @value: the one of @entry that is wrong; NULL: that it is a list, or an empty one
 * Return: -EINVAL. */
int config_keys_refuse(const struct config_into *into, const struct config_key *key,
		       const struct config_entry *entry, const struct config_value *value);

/** config_keys_line() - where key @name was said; 0: nowhere */
uint32_t config_keys_line(const uint32_t *lines, const char *name);

#endif
