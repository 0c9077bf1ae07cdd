/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/collector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/attribution.h"
#include "service/decode.h"
#include "service/vocabulary.h"

enum { SHAPES_KEPT = 65536 };

/* What events that share a series have in common, before any name is looked up. */
struct shape {
	int64_t app;
	uint32_t name[TP_NAMES]; /* places */
	int32_t code;
	uint16_t object;
	uint16_t program;
	uint8_t type;
	uint8_t kind;
	uint8_t outcome;
	uint8_t flags;
};

struct known_shape {
	int64_t series;
	bool is_refused; /* a placeholder stands for one of its names */
};

struct collector {
	struct store *store;
	struct collector_source source;
	struct vocabulary vocabulary;
	struct attribution attribution;
	struct table shapes; /* struct shape to struct known_shape */
	struct collector_counts counts;
	uint64_t generation; /* of the store, when the ids above were remembered */
	size_t pending;
	bool is_in_batch;
	bool keeps_resources;
};

_Static_assert(sizeof(struct shape) == 40, "a key has no padding");

int collector_new(struct store *store, struct firewall *firewall,
		  const struct collector_source *source, int level, struct collector **out,
		  struct error *error)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	if (!collector)
		return error_set(error, -ENOMEM, "cannot start collecting: %s",
				 error_text(-ENOMEM));
	collector->store = store;
	collector->source = *source;
	collector->keeps_resources = level >= TP_LEVEL_FULL;
	collector->generation = store_generation(store);
	vocabulary_init(&collector->vocabulary, store, firewall, source);
	attribution_init(&collector->attribution, store, &collector->vocabulary);
	table_init(&collector->shapes, sizeof(struct shape), sizeof(struct known_shape),
		   SHAPES_KEPT);
	*out = collector;
	return 0;
}

void collector_free(struct collector *collector)
{
	if (!collector)
		return;
	attribution_clear(&collector->attribution);
	table_clear(&collector->shapes);
	vocabulary_clear(&collector->vocabulary);
	free(collector);
}

/* The ids of a batch that was rolled back, or of a file somebody erased, mean nothing any more. */
static void forget_ids(struct collector *collector)
{
	vocabulary_forget_ids(&collector->vocabulary);
	attribution_forget_ids(&collector->attribution);
	table_clear(&collector->shapes);
}

static int begin(struct collector *collector, struct error *error)
{
	int ret;

	if (collector->is_in_batch)
		return 0;
	ret = store_begin(collector->store, error);
	if (ret)
		return ret;
	collector->is_in_batch = true;
	if (store_generation(collector->store) != collector->generation)
		forget_ids(collector);
	collector->generation = store_generation(collector->store);
	return 0;
}

/* The batch is lost, with @more events that had not been added to it yet. */
static void give_up(struct collector *collector, size_t more)
{
	store_rollback(collector->store);
	collector->is_in_batch = false;
	collector->counts.lost[COLLECTOR_STORE_ERROR] += collector->pending + more;
	collector->pending = 0;
}

static void shape_set(struct shape *shape, const union record *record, int64_t app)
{
	const struct tp_header *header = &record->header;

	shape->app = app;
	shape->object = header->object;
	shape->program = header->program;
	shape->type = header->type;
	shape->kind = header->kind;
	shape->outcome = header->outcome;
	shape->flags = header->flags;
	if (header->type == TP_EXIT) {
		shape->code = record->exit.code;
		return;
	}
	shape->code = record->event.code;
	memcpy(shape->name, record->event.name, sizeof(shape->name));
}

static uint8_t stored_flags(const struct tp_header *header)
{
	const uint8_t ended = TP_FLAG_BY_OUTER | TP_FLAG_BY_EXEC | TP_FLAG_BY_EXIT;

	return header->flags & (header->type == TP_EXIT ? TP_FLAG_FORKED : ended);
}

static int add_series(struct collector *collector, const union record *record,
		      const struct shape *shape, struct known_shape *out, struct error *error)
{
	struct store_series series = {
		.app = shape->app,
		.type = shape->type,
		.kind = shape->kind,
		.outcome = shape->outcome,
		.flags = stored_flags(&record->header),
		.code = shape->code,
	};
	const enum firewall_field *fields;
	struct vocabulary_name name;
	struct name_place place;
	int i, ret, names = decode_names(shape->type, &fields);

	out->is_refused = false;
	for (i = 0; i < names; i++) {
		place = decode_place(&record->event, i);
		ret = vocabulary_find(&collector->vocabulary, place.object, place.place, fields[i],
				      &name, error);
		if (ret)
			return ret;
		series.name[i] = name.id;
		out->is_refused |= name.is_refused;
	}
	return store_series(collector->store, &series, &out->series, error);
}

static int find_series(struct collector *collector, const union record *record, int64_t app,
		       struct known_shape *out, struct error *error)
{
	struct known_shape *known;
	struct shape shape = { 0 };
	int ret;

	shape_set(&shape, record, app);
	known = table_find(&collector->shapes, &shape);
	if (known) {
		*out = *known;
		return 0;
	}
	ret = add_series(collector, record, &shape, out, error);
	if (ret)
		return ret;
	if (collector->shapes.count >= SHAPES_KEPT)
		table_clear(&collector->shapes);
	known = table_add(&collector->shapes, &shape);
	if (known) /* without memory it is looked up again next time */
		*known = *out;
	return 0;
}

static void resources_set(struct store_resources *resources, const struct tp_exit *exit)
{
	resources->cpu_us = (int64_t)(exit->cpu_ns / 1000);
	resources->peak_rss_kib = exit->peak_rss_kib;
	resources->read_bytes = (int64_t)exit->read_bytes;
	resources->written_bytes = (int64_t)exit->written_bytes;
}

static int add_event(struct collector *collector, const union record *record,
		     struct store_event *event, struct error *error)
{
	struct store_resources resources;
	struct attributed attributed;
	struct known_shape shape;
	int ret = begin(collector, error);

	if (!ret)
		ret = attribution_find(&collector->attribution, record, event->time_us, &attributed,
				       error);
	if (!ret)
		ret = find_series(collector, record, attributed.app, &shape, error);
	if (ret)
		return ret;
	event->context = attributed.context;
	event->series = shape.series;
	if (record->header.type == TP_EXIT && collector->keeps_resources &&
	    !(record->header.flags & TP_FLAG_BARE)) {
		resources_set(&resources, &record->exit);
		event->resources = &resources;
	} else if (record->header.type != TP_EXIT) {
		event->span = record->event.span;
		event->parent = record->event.parent;
	}
	ret = store_add(collector->store, event, error);
	event->resources = NULL;
	if (!ret && (shape.is_refused || attributed.is_app_refused))
		collector->counts.names_refused++;
	return ret;
}

int collector_take(struct collector *collector, const void *bytes, size_t size, struct error *error)
{
	struct collector_counts *counts = &collector->counts;
	struct store_event event = { 0 };
	union record record;
	int ret;

	counts->taken++;
	if (!decode_record(bytes, size, &record)) {
		counts->lost[COLLECTOR_BAD_RECORD]++;
		return 0;
	}
	if (record.header.type == TP_EXEC) {
		counts->noted++;
		return 0;
	}
	if (!decode_value(&record, &event.value)) {
		counts->lost[COLLECTOR_NOT_FINITE]++;
		return 0;
	}
	event.time_us = collector->source.utc_us(collector->source.data, record.header.time_ns);
	if (event.time_us < 0 || event.time_us >= STORE_TIME_MAX_US) {
		counts->lost[COLLECTOR_BAD_RECORD]++;
		return 0;
	}
	ret = add_event(collector, &record, &event, error);
	if (record.header.type == TP_EXIT || record.header.type == TP_OPTED_OUT)
		attribution_end(&collector->attribution, record.header.process);
	if (ret)
		give_up(collector, 1);
	else
		collector->pending++;
	return ret;
}

int collector_commit(struct collector *collector, const struct store_ring *ring,
		     uint64_t old_position, uint64_t new_position, struct error *error)
{
	int ret = 0;

	if (!collector->is_in_batch && (!ring || old_position == new_position))
		return 0;
	if (collector->is_in_batch)
		ret = attribution_write(&collector->attribution, error);
	if (!ret)
		ret = store_commit(collector->store, ring, old_position, new_position, error);
	if (ret) {
		give_up(collector, 0);
		return ret;
	}
	collector->is_in_batch = false;
	collector->counts.stored += collector->pending;
	collector->pending = 0;
	return 0;
}

size_t collector_pending(const struct collector *collector)
{
	return collector->pending;
}

const struct collector_counts *collector_counts(const struct collector *collector)
{
	return &collector->counts;
}

const char *collector_loss_text(enum collector_loss loss)
{
	static const char *const texts[COLLECTOR_LOSSES] = {
		[COLLECTOR_BAD_RECORD] = "records of an unknown layout",
		[COLLECTOR_STORE_ERROR] = "events that could not be written to the database",
		[COLLECTOR_NOT_FINITE] = "measures that are no number (NaN or infinite)",
	};

	return loss < COLLECTOR_LOSSES ? texts[loss] : "unknown reason";
}
