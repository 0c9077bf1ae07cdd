/* SPDX-License-Identifier: GPL-2.0-only */
/* config_yaml.h - a YAML file of keys with a value, a list of values or a list of mappings of values, and
 * nothing deeper.
 * The only place that knows libyaml. Its events are walked here, because each message must name the
 * line it is about. No anchors, aliases, tags, second documents. */
#ifndef TELPROBE_SERVICE_CONFIG_YAML_H
#define TELPROBE_SERVICE_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { CONFIG_VALUES = 1024 }; /* most values of one key, those in mappings included */

struct config_value {
	char *text;
	char *field;	   /* of the mapping it is in; NULL: it is in none */
	unsigned int item; /* which of the list, from 1; of a mapping all values have it */
	unsigned int line;
	bool is_quoted; /* then it is text and no number or truth value */
};

struct config_entry {
	char *key;
	unsigned int line;
	bool is_list;
	size_t count;
	struct config_value values[CONFIG_VALUES];
};

/**
 * config_yaml_each() - hand each key of @bytes to @each, in order, also repeated ones
 * @path: for messages
 * @each: takes nothing over; other than 0 ends the walk and is returned (it sets @error)
 * Return: 0; -EINVAL with "FILE:LINE: ..."; -ENOMEM. */
int config_yaml_each(const char *bytes, size_t size, const char *path,
		     int (*each)(const struct config_entry *entry, void *data), void *data,
		     struct error *error);

#endif
