/* SPDX-License-Identifier: GPL-2.0-only */
/* config_name.h - which key somebody means: names people bring along from other programs
 * (telemetry.enabled) lead to ours, or to what there is instead. */
#ifndef TELPROBE_CLI_CONFIG_NAME_H
#define TELPROBE_CLI_CONFIG_NAME_H

#include <stdbool.h>

#include "lib/error.h"
#include "service/config.h"

/** config_name_find() - the key of telprobe.yaml, or of target files, that @typed means
 * Return: NULL, and @error says what there is instead. */
const struct config_key *config_name_find(const char *typed, bool is_of_target,
					  struct error *error);

#endif
