/* SPDX-License-Identifier: GPL-2.0-only */
/* config_lists.h - the keys whose value is a list: what may stand in it, and where it goes. For
 * config_keys.c. */
#ifndef TELPROBE_SERVICE_CONFIG_LISTS_H
#define TELPROBE_SERVICE_CONFIG_LISTS_H

#include "service/config_keys.h"

bool config_lists_has(enum config_kind kind);

/** config_lists_set() - @entry into the member of @key, which is empty
 * Return: 0; -EINVAL with file and line: what must not stand there, too many, one twice; -ENOMEM. */
int config_lists_set(const struct config_into *into, const struct config_key *key,
		     const struct config_entry *entry);

/** config_lists_format() - as it would stand in the file; how many there are where @out is too small */
void config_lists_format(const struct text_list *list, char *out, size_t bytes);

#endif
