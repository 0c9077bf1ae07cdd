/* SPDX-License-Identifier: GPL-2.0-only */
/* purpose.h - what each kind of event and each field is good for, with an example of the field.
 * The tables beside those of event_types.h, which say what there is: a test fails when one of these
 * has a row too many or too few (tests/unit/report/test_explanation.c). */
#ifndef TELPROBE_REPORT_PURPOSE_H
#define TELPROBE_REPORT_PURPOSE_H

#include <stddef.h>
#include <stdint.h>

#include "report/event_types.h"

struct purpose_kind {	     /* of one event type, or of some that belong together */
	const char *name;    /* "command" */
	const char *pattern; /* of the event types, fnmatch(3): "command_*" */
	const char *what;    /* it tells; lower case, no full stop, as the next */
	const char *purpose;
};

/** purpose_kinds_at() - row @index, NULL behind the last. The first that matches a type is its. */
const struct purpose_kind *purpose_kinds_at(size_t index);
const struct purpose_kind *purpose_kind_of(const char *event_type);

enum purpose_part {
	PURPOSE_EVENT,	  /* what every event has: event_parts_at() */
	PURPOSE_PAYLOAD,  /* event_fields_at() */
	PURPOSE_TOTALS,	  /* of level basic: the tables daily, buckets and series (store/sql.c) */
	PURPOSE_SHOWN,	  /* made for show and tail from the rest, stored nowhere */
	PURPOSE_DECISION, /* of a yes or no: privacy/consent.h */
	PURPOSE_PARTS
};

struct purpose_field {
	enum purpose_part part;
	const char *name;    /* "source.product" of a part of an object */
	uint32_t types;	     /* of a payload: bit set of 1 << enum tp_type; 0: of any */
	const char *example; /* as JSON has it, but for the quotes of a text */
	const char *meaning; /* NULL: event_types.h has it */
	const char *purpose; /* lower case, no full stop */
};

/** purpose_fields_at() - row @index, NULL behind the last. */
const struct purpose_field *purpose_fields_at(size_t index);

/** purpose_is_of() - whether the payload of @type may hold what @field is about. */
bool purpose_is_of(const struct purpose_field *field, const struct event_type *type);

const char *purpose_meaning(const struct purpose_field *field);

/** purpose_level() - the lowest enum tp_level at which it is collected, of any event
 * Return: TP_LEVEL_OFF for what is kept whatever the level. */
int purpose_level(const struct purpose_field *field);

const char *purpose_part_name(enum purpose_part part);

#endif
