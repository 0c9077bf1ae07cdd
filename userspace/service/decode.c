/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/decode.h"

#include <string.h>

#include "store/bucket.h"

enum {
	IN_PROGRAM = (1 << TP_NAMES) - 1, /* any name may stand in the program */
	ENDED_BY = TP_FLAG_BY_OUTER | TP_FLAG_BY_EXEC | TP_FLAG_BY_EXIT,
};

struct type {
	bool is_known;
	bool is_unsigned; /* the value is a time or a number that cannot be negative */
	uint8_t kind_max;
	uint8_t outcome_max;
	uint8_t flags;
	uint8_t names;
	enum firewall_field fields[TP_NAMES];
};

#define NAME	FIREWALL_NAME
#define VALUE	FIREWALL_VALUE
#define VERSION FIREWALL_VERSION
#define ERROR	FIREWALL_ERROR
#define APP	FIREWALL_APP

/* One row a type; a type without a row is refused. To add one: its row, and record.h. Columns:
 * known, unsigned, greatest kind and outcome, flags, names and the field of each. */
/* clang-format off */
static const struct type types[TP_TYPES] = {
	[TP_SPAN] = { true, true, TP_SPAN_KINDS - 1, TP_OUTCOMES - 1, IN_PROGRAM | ENDED_BY,
		      4, { NAME, NAME, VALUE, ERROR } },
	[TP_TAG] = { true, false, 0, 0, IN_PROGRAM, 2, { NAME, VALUE } },
	[TP_COUNT] = { true, false, 0, 0, IN_PROGRAM, 1, { NAME } },
	[TP_MEASURE] = { true, false, 0, 0, IN_PROGRAM, 2, { NAME, VALUE } },
	[TP_ERROR] = { true, false, UINT8_MAX, 1, IN_PROGRAM, 2, { ERROR, ERROR } },
	[TP_RECOVERED] = { true, false, 0, 0, IN_PROGRAM, 2, { ERROR, ERROR } },
	[TP_FEATURE] = { true, false, UINT8_MAX, 0, IN_PROGRAM, 2, { NAME, VALUE } },
	[TP_DECISION] = { true, true, 0, 0, IN_PROGRAM, 4, { NAME, VALUE, VALUE, VALUE } },
	[TP_LIFECYCLE] = { true, false, 0, 0, IN_PROGRAM,
			   5, { VALUE, VALUE, VERSION, VERSION, ERROR } },
	[TP_SESSION_BEGIN] = { true, false, 0, 0, IN_PROGRAM, 2, { APP, VERSION } },
	[TP_SESSION_END] = { true, false, 0, 0, IN_PROGRAM, 1, { APP } },
	[TP_OPTED_OUT] = { true, false, 0, 0, 0, 0, { 0 } },
	[TP_EXEC] = { true, false, 0, 0, TP_FLAG_FORKED, 0, { 0 } },
	[TP_EXIT] = { true, true, TP_STARTERS - 1, 0, TP_FLAG_FORKED | TP_FLAG_BARE, 0, { 0 } },
	[TP_FORK] = { true, true, 0, 0, 0, 0, { 0 } },
	[TP_HEARTBEAT] = { true, true, 0, 0, 0, 0, { 0 } },
	[TP_CRASH] = { true, true, 0, 0, TP_FLAG_FORKED, 0, { 0 } },
};
/* clang-format on */

static bool event_is_sound(const struct tp_event *event, const struct type *type)
{
	int i;

	if (type->is_unsigned && event->value > INT64_MAX)
		return false;
	if (event->parent && event->parent == event->span)
		return false;
	for (i = type->names; i < TP_NAMES; i++)
		if (event->name[i])
			return false;
	return true;
}

static bool exit_is_sound(const struct tp_exit *exit)
{
	return exit->wall_ns <= INT64_MAX && exit->cpu_ns <= INT64_MAX &&
	       exit->read_bytes <= INT64_MAX && exit->written_bytes <= INT64_MAX;
}

static bool frame_is_sound(const struct tp_frame *frame)
{
	static const struct tp_frame unknown;

	if (!(frame->flags & TP_FRAME_KNOWN))
		return !memcmp(frame, &unknown, sizeof(unknown));
	return !(frame->flags & ~(uint32_t)(TP_FRAME_KNOWN | TP_FRAME_PROGRAM)) &&
	       frame->offset <= INT64_MAX;
}

static bool crash_is_sound(const struct tp_crash *crash)
{
	uint32_t i;

	if (crash->count > TP_CRASH_FRAMES || crash->reserved || crash->code < 1 ||
	    crash->code > 0x7e)
		return false;
	for (i = 0; i < TP_CRASH_FRAMES; i++)
		if (!frame_is_sound(&crash->frame[i]) ||
		    (i >= crash->count && crash->frame[i].flags))
			return false;
	return true;
}

size_t decode_bytes(uint8_t type)
{
	return type == TP_CRASH ? sizeof(struct tp_crash) : sizeof(struct tp_event);
}

bool decode_record(const void *record, size_t bytes, union record *out)
{
	const struct tp_header *header = &out->header;
	const struct type *type;

	if (bytes < sizeof(*header) || bytes > sizeof(*out))
		return false;
	memcpy(out, record, bytes);
	if (bytes != decode_bytes(header->type) || header->type >= TP_TYPES)
		return false;
	type = &types[header->type];
	if (!type->is_known || header->kind > type->kind_max ||
	    header->outcome > type->outcome_max || header->flags & ~type->flags)
		return false;
	if (header->type == TP_CRASH)
		return crash_is_sound(&out->crash);
	return header->type == TP_EXIT ? exit_is_sound(&out->exit)
				       : event_is_sound(&out->event, type);
}

int decode_names(enum tp_type type, const enum firewall_field **out_fields)
{
	*out_fields = types[type].fields;
	return types[type].names;
}

struct name_place decode_place(const struct tp_event *event, int name)
{
	const struct tp_header *header = &event->header;
	bool is_in_program = header->flags & (TP_FLAG_NAME_IN_PROGRAM << name);

	return (struct name_place){
		.place = event->name[name],
		.object = is_in_program ? header->program : header->object,
	};
}

bool decode_value(const union record *record, int64_t *out)
{
	double measure;
	int32_t code;

	if (record->header.type == TP_EXIT) {
		*out = (int64_t)record->exit.wall_ns;
	} else if (record->header.type == TP_HEARTBEAT || record->header.type == TP_CRASH) {
		*out = 0; /* how often heartbeats come is no news */
	} else if (record->header.type == TP_MEASURE) {
		memcpy(&measure, &record->event.value, sizeof(measure));
		if (!bucket_code(measure, &code))
			return false;
		*out = code;
	} else {
		*out = (int64_t)record->event.value;
	}
	return true;
}
