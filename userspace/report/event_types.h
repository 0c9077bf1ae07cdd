/* SPDX-License-Identifier: GPL-2.0-only */
/* event_types.h - what events are called where people and other programs read them.
 * The one place for published event types and the fields of their payloads: the JSON form, CSV,
 * `explain` and the test of include/telprobe/event.schema.json are made from these tables.
 * To add a field: a row in event_types.c, its value in event_json.c, what it is good for in purpose.c,
 * the schema; then people are to be asked again (collected.h). */
#ifndef TELPROBE_REPORT_EVENT_TYPES_H
#define TELPROBE_REPORT_EVENT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"
#include "telprobe/record.h"

struct event_type {
	const char *name;  /* "command_failed" */
	enum tp_type type; /* of the rows that are published under it */
};

/** event_types_at() - row @index of all published types; its name is NULL behind the last. */
struct event_type event_types_at(size_t index);

/** event_type_of() - the published type of a row; static text. */
const char *event_type_of(const struct store_row *row);

/** event_type_find() - Return: the type of rows that are published as @name, TP_NONE: no such. */
enum tp_type event_type_find(const char *name);

struct event_field {
	const char *name;
	const char *meaning; /* lower case, no full stop */
	uint32_t types;	     /* bit set of 1 << enum tp_type: which payloads may hold it */
	unsigned int flags;  /* enum event_field_flag */
};

enum event_field_flag {
	EVENT_FIELD_VARIES = 1,	   /* from one run of the same program to the next */
	EVENT_FIELD_COMMAND = 2,   /* of spans only commands have it */
	EVENT_FIELD_ENDED = 4,	   /* of spans those that reached their end */
	EVENT_FIELD_ABANDONED = 8, /* of spans those that did not */
	EVENT_FIELD_NO_CRASH = 16, /* of processes those that did not crash */
	EVENT_FIELD_AT_FULL = 32,  /* collected at level full alone, of events of lower ones too */
};

/** event_fields_at() - row @index of the payload fields, NULL behind the last. */
const struct event_field *event_fields_at(size_t index);

struct event_part {	    /* what every event has beside its payload */
	const char *column; /* in CSV */
	const char *object; /* in JSON; NULL: of the envelope itself */
	const char *key;
	const char *meaning; /* lower case, no full stop */
};

/** event_parts_at() - row @index of them, NULL behind the last. */
const struct event_part *event_parts_at(size_t index);

/** event_field_is_of() - whether events published as @type may hold @field. */
bool event_field_is_of(const struct event_field *field, const struct event_type *type);

/** event_type_category() - which one a person leaves @type out by */
enum tp_category event_type_category(const struct event_type *type);

/** event_field_level() - the lowest enum tp_level at which @field (NULL: the event itself) of @type is
 * collected. */
int event_field_level(const struct event_field *field, const struct event_type *type);

const char *event_kind_text(uint8_t kind);	 /* of a span: "tool" */
const char *event_outcome_text(uint8_t outcome); /* "failed" */
const char *event_severity_text(uint8_t severity);
const char *event_action_text(uint8_t action); /* of a feature: "used" */

/** event_starter_text() - "bash"; NULL for a process that is no run. @starter: enum tp_starter */
const char *event_starter_text(uint8_t starter);

/** event_level_of() - the lowest enum tp_level at which events of @type are collected one by one;
 * @kind: of a span. */
int event_level_of(enum tp_type type, uint8_t kind);

/** event_is_crash() - whether a wait status tells of a fault of the program: the signals that a
 * processor or abort() raises, not those somebody sends. */
bool event_is_crash(int32_t wait_status);

/** event_signal_text() - "SIGSEGV" of a number; static text. */
const char *event_signal_text(int signal);

enum { EVENT_FRAME_TEXT = 2 * STORE_BUILD_ID + 20, EVENT_FRAMES_TEXT = 16 * EVENT_FRAME_TEXT };

/** event_frame_text() - "3f2a...91+0x1139", "unknown" */
void event_frame_text(const struct store_frame *frame, char out[EVENT_FRAME_TEXT]);
/** event_frames_text() - all of them with a blank between two; "" of none. @frames may be NULL */
void event_frames_text(const struct store_frames *frames, char out[EVENT_FRAMES_TEXT]);

/** event_ending_text() - how a process ended: "exit code 3", "killed by SIGINT",
 * "crashed with SIGSEGV". */
void event_ending_text(int32_t wait_status, char out[40]);

#endif
