/* SPDX-License-Identifier: GPL-2.0-only */
/* retention.h - how long events are kept, as status and retention say it. */
#ifndef TELPROBE_CLI_RETENTION_H
#define TELPROBE_CLI_RETENTION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "service/control.h"

/** retention_print() - one line on stdout */
void retention_print(const struct control_retention *retention);

/** retention_json() - an object "retention" in @json. Return: false: no memory. */
bool retention_json(cJSON *json, const struct control_retention *retention);

#endif
