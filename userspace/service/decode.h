/* SPDX-License-Identifier: GPL-2.0-only */
/* decode.h - what a record of the kernel side means, and whether it can be one.
 * Holds the table of record types: one row a type. The kernel side is our own; what is checked
 * here is that it and this program were built from the same layout. */
#ifndef TELPROBE_SERVICE_DECODE_H
#define TELPROBE_SERVICE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "privacy/firewall.h"
#include "telprobe/record.h"

union record { /* one size for all but a crash */
	struct tp_header header;
	struct tp_event event;
	struct tp_exit exit;
	struct tp_crash crash;
};

/** decode_bytes() - how long a record of @type is, whether that is known or not */
size_t decode_bytes(uint8_t type);

/** decode_record() - copy a record of @bytes and check it: size, type, ranges, unused parts zero.
 * Return: false for what cannot be a record for the collector. */
bool decode_record(const void *record, size_t bytes, union record *out);

/** decode_names() - how many names a type carries, and the field of each in *out_fields. */
int decode_names(enum tp_type type, const enum firewall_field **out_fields);

struct name_place {
	uint32_t place; /* TP_PLACE_ABSENT: none */
	uint16_t object;
};

/** decode_place() - where a name of an event stands: in its marker's file, or in its program. */
struct name_place decode_place(const struct tp_event *event, int name);

/** decode_value() - what is stored as the event's value. Return: false if it is not finite. */
bool decode_value(const union record *record, int64_t *out);

#endif
