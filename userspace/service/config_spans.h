/* SPDX-License-Identifier: GPL-2.0-only */
/* config_spans.h - the key 'spans' of target files, each of which is a mapping. For config_lists.c. */
#ifndef TELPROBE_SERVICE_CONFIG_SPANS_H
#define TELPROBE_SERVICE_CONFIG_SPANS_H

#include "service/config_keys.h"

/** config_spans_set() - as config_lists_set(); what one span's fields say of each other is checked too */
int config_spans_set(const struct config_into *into, const struct config_key *key,
		     const struct config_entry *entry);

/** config_probe_parse() - usdt:PROVIDER:NAME or function:NAME. Return: 0, -EINVAL. */
int config_probe_parse(const char *text, struct config_probe *out);

#endif
