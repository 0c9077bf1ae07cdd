/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/rows_wire.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "service/text_wire.h"
#include "telprobe/record.h"

enum { NAMES = 5, SESSION_TEXT = 17 };

struct wire_row {
	uint32_t bytes; /* with this and the texts */
	uint8_t type, kind, outcome, flags;
	int64_t id, time_us, session_id, context, session_started_us, sequence, value;
	int64_t cpu_us, peak_rss_kib, read_bytes, written_bytes;
	int32_t code;
	uint32_t span, parent;
	uint8_t has_resources;
	uint8_t present; /* bit i: name[i] */
	uint8_t frames;	 /* behind the texts */
	uint8_t reserved;
	uint32_t owner, reserved_owner;
	uint8_t event[16], process[16];
};
_Static_assert(sizeof(struct wire_row) == 152, "fixed size, no padding");
_Static_assert(sizeof(struct store_frame) == 32, "fixed size, no padding");
_Static_assert(sizeof(struct wire_row) + (3 + NAMES) * TEXT_WIRE_MAX +
			       STORE_FRAMES * sizeof(struct store_frame) <=
		       ROWS_ROW_MAX,
	       "row fits");

static bool is_time(int64_t time_us)
{
	return time_us >= 0 && time_us <= STORE_TIME_MAX_US;
}

static bool is_possible(const struct wire_row *wire)
{
	return wire->type > 0 && wire->type < TP_TYPES && wire->id >= 0 && wire->session_id >= 0 &&
	       wire->context >= 0 && wire->sequence >= 0 && is_time(wire->time_us) &&
	       is_time(wire->session_started_us) && wire->has_resources <= 1 &&
	       !(wire->present >> NAMES) && !wire->reserved && wire->frames <= STORE_FRAMES &&
	       (!wire->frames || wire->type == TP_CRASH) && !wire->reserved_owner;
}

static void wire_set(struct wire_row *wire, const struct store *store, const struct store_row *row)
{
	int i;

	*wire = (struct wire_row){
		.type = row->type,
		.kind = row->kind,
		.outcome = row->outcome,
		.flags = row->flags,
		.id = row->id,
		.time_us = row->time_us,
		.session_id = row->session_id,
		.context = row->context,
		.session_started_us = row->session_started_us,
		.sequence = row->sequence,
		.value = row->value,
		.cpu_us = row->resources.cpu_us,
		.peak_rss_kib = row->resources.peak_rss_kib,
		.read_bytes = row->resources.read_bytes,
		.written_bytes = row->resources.written_bytes,
		.code = row->code,
		.span = row->span,
		.parent = row->parent,
		.has_resources = row->has_resources,
		.owner = row->owner,
		.frames = row->frames ? (uint8_t)row->frames->count : 0,
	};
	for (i = 0; i < NAMES; i++)
		if (row->name[i])
			wire->present |= (uint8_t)(1 << i);
	store_id_bytes(store, row->id, wire->event);
	store_id_bytes(store, -row->context, wire->process);
}

/* Return: as text_wire_pack(). */
static ssize_t pack_frames(const struct store_frames *frames, uint8_t *out, size_t used,
			   size_t room)
{
	size_t bytes = frames ? frames->count * sizeof(frames->frame[0]) : 0;

	if (room - used < bytes)
		return 0;
	if (bytes)
		memcpy(out + used, frames->frame, bytes);
	return (ssize_t)(used + bytes);
}

ssize_t rows_pack(const struct store *store, const struct store_row *row, uint8_t *out, size_t room)
{
	const char *texts[3 + NAMES] = { row->session, row->app, row->version };
	size_t used = sizeof(struct wire_row);
	struct wire_row wire;
	ssize_t ret;

	if (room < used)
		return 0;
	if (row->context < 0)
		return -EBADMSG;
	wire_set(&wire, store, row);
	if (!is_possible(&wire))
		return -EBADMSG;
	memcpy(&texts[3], row->name, sizeof(row->name));
	ret = text_wire_pack(texts, 3 + NAMES, out, used, room);
	if (ret > 0)
		ret = pack_frames(row->frames, out, (size_t)ret, room);
	if (ret <= 0)
		return ret;
	wire.bytes = (uint32_t)ret;
	memcpy(out, &wire, sizeof(wire));
	return ret;
}

size_t rows_bytes(const uint8_t *row)
{
	uint32_t bytes;

	memcpy(&bytes, row + offsetof(struct wire_row, bytes), sizeof(bytes));
	return bytes;
}

int64_t rows_id(const uint8_t *row)
{
	int64_t id;

	memcpy(&id, row + offsetof(struct wire_row, id), sizeof(id));
	return id;
}

static bool unpack_texts(const struct wire_row *wire, const uint8_t *from, const uint8_t *end,
			 struct store_row *row)
{
	int i;

	row->session = text_wire_unpack(&from, end);
	row->app = row->session ? text_wire_unpack(&from, end) : NULL;
	row->version = row->app ? text_wire_unpack(&from, end) : NULL;
	if (!row->version || strspn(row->session, "0123456789abcdef") != SESSION_TEXT - 1 ||
	    row->session[SESSION_TEXT - 1])
		return false;
	for (i = 0; i < NAMES; i++) {
		row->name[i] = wire->present >> i & 1 ? text_wire_unpack(&from, end) : NULL;
		if (!row->name[i] && wire->present >> i & 1)
			return false;
	}
	return from == end;
}

ssize_t rows_unpack(const uint8_t *bytes, size_t count, struct store_row *out,
		    struct rows_ids *out_ids)
{
	struct wire_row wire;
	struct store_row row;
	size_t frames;

	if (count < sizeof(wire))
		return -EBADMSG;
	memcpy(&wire, bytes, sizeof(wire));
	if (wire.bytes < sizeof(wire) || wire.bytes > count || !is_possible(&wire))
		return -EBADMSG;
	row = (struct store_row){
		.id = wire.id,
		.time_us = wire.time_us,
		.owner = wire.owner,
		.session_id = wire.session_id,
		.context = wire.context,
		.session_started_us = wire.session_started_us,
		.sequence = wire.sequence,
		.type = wire.type,
		.kind = wire.kind,
		.outcome = wire.outcome,
		.flags = wire.flags,
		.code = wire.code,
		.value = wire.value,
		.span = wire.span,
		.parent = wire.parent,
		.has_resources = wire.has_resources,
		.resources = { .cpu_us = wire.cpu_us,
			       .peak_rss_kib = wire.peak_rss_kib,
			       .read_bytes = wire.read_bytes,
			       .written_bytes = wire.written_bytes },
	};
	frames = wire.frames * sizeof(struct store_frame);
	if (frames > wire.bytes - sizeof(wire) ||
	    !unpack_texts(&wire, bytes + sizeof(wire), bytes + wire.bytes - frames, &row))
		return -EBADMSG;
	out_ids->frames.count = wire.frames;
	memcpy(out_ids->frames.frame, bytes + wire.bytes - frames, frames);
	if (row.type == TP_CRASH)
		row.frames = &out_ids->frames;
	*out = row;
	memcpy(out_ids->event, wire.event, sizeof(wire.event));
	memcpy(out_ids->process, wire.process, sizeof(wire.process));
	return (ssize_t)wire.bytes;
}
