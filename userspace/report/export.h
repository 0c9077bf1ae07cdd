/* SPDX-License-Identifier: GPL-2.0-only */
/* export.h - events for other programs: JSON, NDJSON and CSV, newest last, one event in memory at a
 * time. Each event is as include/telprobe/event.schema.json says; CSV has the same values in
 * columns, RFC 4180, empty where an event has no such field. Stored text is identifiers and
 * placeholders, so a cell never starts a formula with anything but a number's sign. */
#ifndef TELPROBE_REPORT_EXPORT_H
#define TELPROBE_REPORT_EXPORT_H

#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "store/store.h"

enum export_format { EXPORT_JSON, EXPORT_NDJSON, EXPORT_CSV };

struct export_choice {
	enum export_format format;
	int64_t since_us; /* 0: from the first */
	int64_t until_us; /* exclusive; 0: to the last */
	uint64_t types;	  /* bit set of 1 << position in event_types_at(); 0: all */
};

/** export_types_parse() - "command_failed,crash_detected" to a bit set. Return: 0, -EINVAL naming
 * the word that is no event type. */
int export_types_parse(const char *text, uint64_t *out, struct error *error);

/** export_events() - write them to @out. Return: how many, or negative; what was written by then is
 * not to be used. A failing @out ends it early. */
int64_t export_events(struct store *store, const struct export_choice *choice, FILE *out,
		      struct error *error);

#endif
