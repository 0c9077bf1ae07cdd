/* SPDX-License-Identifier: GPL-2.0-only */
/* event_json.h - a stored event in its published form, include/telprobe/event.schema.json.
 * What a process is called there is a keyed hash too: numbers that grow would tell which of two
 * exports came first from the same machine. */
#ifndef TELPROBE_REPORT_EVENT_JSON_H
#define TELPROBE_REPORT_EVENT_JSON_H

#include <cjson/cJSON.h>

#include "report/event_types.h"
#include "report/session_tags.h"
#include "store/store.h"

#define EVENT_SCHEMA_VERSION "1.0.0"

/** event_json() - the envelope with source, session and payload
 * @tags: for runtime and tier of the source; NULL: none
 * Return: an object for cJSON_Delete(), NULL without memory. */
cJSON *event_json(struct store *store, const struct store_row *row,
		  const struct session_tags *tags);

/** event_payload() - the payload alone. Return: as event_json(). */
cJSON *event_payload(struct store *store, const struct store_row *row);

/** event_process() - the name of the process in @row, 8 hex digits, the same at each export. */
void event_process(struct store *store, const struct store_row *row, char out[9]);

#endif
