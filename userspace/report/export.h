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
#include "report/choice.h"
#include "report/leaving.h"
#include "store/store.h"

enum export_format { EXPORT_JSON, EXPORT_NDJSON, EXPORT_CSV };

struct export_choice {
	enum export_format format;
	struct choice events;
};

/** export_events() - write them to @out, by names that may leave. Return: how many, or negative; what was written by then is
 * not to be used. A failing @out ends it early. */
int64_t export_events(struct leaving *leaving, const struct export_choice *choice, FILE *out,
		      struct error *error);

#endif
