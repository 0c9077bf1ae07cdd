/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/collector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/collector_internal.h"
#include "service/crash_group.h"
#include "service/decode.h"
#include "service/messages.h"

enum {
	SHAPES_KEPT = 65536,
	TAG_VALUE = 1, /* behind its key */
};

enum { ACTION = 0, VERSION = 2, OTHER_VERSION = 3 }; /* names of a TP_LIFECYCLE */

/* What events that share a series have in common, before any name is looked up. */
struct shape {
	int64_t app;
	uint32_t name[TP_NAMES]; /* places */
	int32_t code;
	uint16_t object;
	uint16_t program;
	uint8_t type : 7;
	uint8_t is_marked : 1;
	uint8_t kind;
	uint8_t outcome;
	uint8_t flags;
};

struct known_shape {
	int64_t series;
	int64_t name[2]; /* of a command */
	bool is_refused; /* a placeholder stands for one of its names */
	bool is_other;	 /* and that is [OTHER] */
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
	collector->drops = firewall_drops(firewall);
	vocabulary_init(&collector->vocabulary, store, firewall, source);
	attribution_init(&collector->attribution, store, &collector->vocabulary);
	recoveries_init(&collector->recoveries, store);
	updates_init(&collector->updates, store);
	table_init(&collector->shapes, sizeof(struct shape), sizeof(struct known_shape),
		   SHAPES_KEPT);
	*out = collector;
	return 0;
}

void collector_free(struct collector *collector)
{
	if (!collector)
		return;
	recoveries_clear(&collector->recoveries);
	updates_clear(&collector->updates);
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
	recoveries_clear(&collector->recoveries);
	updates_clear(&collector->updates);
	table_clear(&collector->shapes);
}

void collector_forget(struct collector *collector, const bool is_gone[TP_OBJECTS])
{
	vocabulary_forget(&collector->vocabulary, is_gone);
	attribution_forget(&collector->attribution, is_gone);
	table_clear(&collector->shapes);
}

void collector_judge_by(struct collector *collector, struct firewall *firewall)
{
	collector->drops = firewall_drops(firewall);
	vocabulary_judge_by(&collector->vocabulary, firewall);
	forget_ids(collector);
}

void collector_mark(struct collector *collector, const uint8_t *targets)
{
	collector->marked = targets;
}

void collector_recover(struct collector *collector, const uint8_t *left_out)
{
	collector->left_out = left_out;
}

void collector_update(struct collector *collector, const uint8_t *left_out)
{
	collector->not_updated = left_out;
}

/* Whether the target of @object is among them; one that is not known is where any is. */
static bool is_among(const struct collector *collector, const uint8_t *targets, uint16_t object)
{
	const struct collector_source *source = &collector->source;
	uint32_t target;
	size_t i;

	if (!targets || !source->target)
		return false;
	target = source->target(source->data, object);
	if (target && target <= MESSAGE_TARGETS)
		return targets[(target - 1) / 8] >> (target - 1) % 8 & 1;
	for (i = 0; i < MESSAGE_TARGETS / 8; i++)
		if (targets[i])
			return true;
	return false;
}

uint8_t collector_flags(const struct collector *collector, uint16_t object)
{
	return is_among(collector, collector->marked, object) ? STORE_MARKED : 0;
}

int collector_begin(struct collector *collector, struct error *error)
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
void collector_give_up(struct collector *collector, size_t more)
{
	store_rollback(collector->store);
	updates_clear(&collector->updates); /* asked before the next batch begins */
	collector->is_in_batch = false;
	collector->counts.lost[LOSS_STORE_ERROR] += collector->pending + more;
	collector->pending = 0;
	memset(&collector->adding, 0, sizeof(collector->adding));
}

static void shape_set(struct shape *shape, const union record *record, int64_t app, bool is_marked)
{
	const struct tp_header *header = &record->header;

	shape->app = app;
	shape->is_marked = is_marked;
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

void collector_undeclared(struct collector *collector, const struct vocabulary_name *name,
			  enum tp_type type, uint8_t kind, int index)
{
	const struct collector_source *source = &collector->vocabulary.source;

	if (name->is_unknown && source->undeclared)
		source->undeclared(source->data, type, kind, index);
}

static int add_series(struct collector *collector, const union record *record,
		      const struct shape *shape, struct known_shape *out, struct error *error)
{
	struct store_series series = {
		.app = shape->app,
		.type = shape->type,
		.kind = shape->kind,
		.outcome = shape->outcome,
		.flags = stored_flags(&record->header) | (shape->is_marked ? STORE_MARKED : 0),
		.code = shape->code,
	};
	const enum firewall_field *fields;
	struct vocabulary_name name;
	struct name_place place;
	bool is_hidden, hides_value = false; /* the name before it does */
	int i, ret, names = decode_names(shape->type, &fields);

	*out = (struct known_shape){ 0 };
	for (i = 0; i < names; i++) {
		place = decode_place(&record->event, i);
		is_hidden = shape->type == TP_TAG && i == TAG_VALUE && hides_value &&
			    place.place != TP_PLACE_ABSENT;
		/* not found first: that alone would put it among the names of the store */
		ret = is_hidden ? vocabulary_hidden(&collector->vocabulary, &name, error)
				: vocabulary_find(&collector->vocabulary, place.object, place.place,
						  fields[i], &name, error);
		if (ret)
			return ret;
		collector_undeclared(collector, &name, shape->type, shape->kind, i);
		hides_value = name.hides_value;
		series.name[i] = name.id;
		if (i < 2)
			out->name[i] = name.id;
		out->is_refused |= name.is_refused;
		out->is_other |= name.is_other;
	}
	return store_series(collector->store, &series, &out->series, error);
}

static int find_series(struct collector *collector, const union record *record, int64_t app,
		       struct known_shape *out, struct error *error)
{
	struct known_shape *known;
	struct shape shape = { 0 };
	int ret;

	shape_set(&shape, record, app, collector_flags(collector, record->header.object) != 0);
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

static void frames_set(struct store_frames *frames, const struct tp_crash *crash)
{
	uint32_t i;

	*frames = (struct store_frames){ .count = crash->count };
	for (i = 0; i < crash->count; i++) {
		frames->frame[i].offset = crash->frame[i].offset;
		frames->frame[i].flags = crash->frame[i].flags;
		memcpy(frames->frame[i].build_id, crash->frame[i].build_id, STORE_BUILD_ID);
	}
}

static int add_crash(struct collector *collector, const union record *record, int64_t app,
		     struct known_shape *out, struct error *error)
{
	const struct tp_header *header = &record->header;
	struct store_series series = { .app = app,
				       .type = header->type,
				       .code = record->crash.code };
	struct vocabulary_name name;
	struct store_frames frames;
	char group[CRASH_GROUP_TEXT];
	int ret;

	crash_group(&record->crash, group);
	ret = vocabulary_group(&collector->vocabulary, header->object, group, &name, error);
	if (ret)
		return ret;
	*out = (struct known_shape){ .is_refused = name.is_refused, .is_other = name.is_other };
	frames_set(&frames, &record->crash);
	if (!name.is_other)
		ret = store_crash_group(collector->store, name.id, &frames, error);
	series.name[0] = name.id;
	series.flags =
		(header->flags & TP_FLAG_FORKED) | collector_flags(collector, header->object);
	return ret ? ret : store_series(collector->store, &series, &out->series, error);
}

static void resources_set(struct store_resources *resources, const struct tp_exit *exit)
{
	resources->cpu_us = (int64_t)(exit->cpu_ns / 1000);
	resources->peak_rss_kib = exit->peak_rss_kib;
	resources->read_bytes = (int64_t)exit->read_bytes;
	resources->written_bytes = (int64_t)exit->written_bytes;
}

/* A run's own end: no marker says what the file is called. */
static bool is_run(const union record *record)
{
	return record->header.type == TP_SPAN && record->header.kind == TP_KIND_COMMAND &&
	       record->event.name[0] == TP_PLACE_FILE;
}

/* Has a run that ends now failed before? *out_failures: so often; 0: nothing is to be told */
static int see_run(struct collector *collector, const union record *record,
		   const struct attributed *attributed, const struct known_shape *shape,
		   int64_t time_us, int64_t *out_failures, struct error *error)
{
	const struct store_command command = { .app = attributed->app,
					       .session = attributed->session,
					       .name = { shape->name[0], shape->name[1] } };
	const struct store_ended ended = { .time_us = time_us,
					   .outcome = record->header.outcome,
					   .flags = stored_flags(&record->header),
					   .code = record->event.code };

	*out_failures = 0;
	if (!collector->left_out || !is_run(record) || shape->is_refused ||
	    is_among(collector, collector->left_out, record->header.object))
		return 0;
	return recoveries_see(&collector->recoveries, &command, &ended, out_failures, error);
}

/* Beside @success, whose event it was. */
static int add_recovery(struct collector *collector, const union record *record,
			const struct attributed *attributed, const struct store_event *success,
			int64_t failures, struct error *error)
{
	const struct store_series series = { .app = attributed->app,
					     .type = TP_RECOVERED,
					     .flags = collector_flags(collector,
								      record->header.object) };
	struct store_event event = { .time_us = success->time_us,
				     .context = success->context,
				     .value = failures,
				     .parent = success->span };
	int ret = store_series(collector->store, &series, &event.series, error);

	return ret ? ret : store_add(collector->store, &event, error);
}

static int add_event(struct collector *collector, const union record *record,
		     struct store_event *event, struct error *error)
{
	struct store_resources resources;
	struct attributed attributed;
	struct known_shape shape;
	int64_t failures = 0;
	int ret = collector_begin(collector, error);

	if (!ret)
		ret = attribution_find(&collector->attribution, record, event->time_us, &attributed,
				       error);
	if (!ret)
		ret = record->header.type == TP_CRASH
			      ? add_crash(collector, record, attributed.app, &shape, error)
			      : find_series(collector, record, attributed.app, &shape, error);
	if (!ret)
		ret = see_run(collector, record, &attributed, &shape, event->time_us, &failures,
			      error);
	if (ret)
		return ret;
	event->context = attributed.context;
	event->series = shape.series;
	if (record->header.type == TP_EXIT && collector->keeps_resources &&
	    !(record->header.flags & TP_FLAG_BARE)) {
		resources_set(&resources, &record->exit);
		event->resources = &resources;
	} else if (record->header.type == TP_CRASH) {
		event->parent = record->crash.parent;
	} else if (record->header.type != TP_EXIT) {
		event->span = record->event.span;
		event->parent = record->event.parent;
	}
	ret = store_add(collector->store, event, error);
	event->resources = NULL;
	if (!ret && failures)
		ret = add_recovery(collector, record, &attributed, event, failures, error);
	if (ret)
		return ret;
	collector->counts.names_refused += shape.is_refused || attributed.is_app_refused;
	collector->counts.names_other += shape.is_other || attributed.is_name_other;
	return 0;
}

/* Is the event to be dropped for one of its names? Before anything of it reaches the store. */
static enum firewall_layer dropped_by(struct collector *collector, const union record *record)
{
	const struct tp_header *header = &record->header;
	const enum firewall_field *fields;
	enum firewall_layer layer;
	struct name_place place;
	int i, names = decode_names(header->type, &fields);

	layer = vocabulary_program_layer(&collector->vocabulary,
					 header->program ? header->program : header->object);
	for (i = 0; i < names && layer != FIREWALL_BLOCK && layer != FIREWALL_IGNORE; i++) {
		place = decode_place(&record->event, i);
		layer = vocabulary_layer(&collector->vocabulary, place.object, place.place,
					 fields[i]);
	}
	return layer;
}

/* Return: whether it was dropped, and counted. */
static bool drop(struct collector *collector, const union record *record)
{
	enum firewall_layer layer;

	if (!collector->drops)
		return false;
	layer = dropped_by(collector, record);
	if (layer == FIREWALL_BLOCK)
		collector->counts.lost[LOSS_BLOCKED]++;
	else if (layer == FIREWALL_IGNORE)
		collector->counts.lost[LOSS_IGNORED]++;
	return layer == FIREWALL_BLOCK || layer == FIREWALL_IGNORE;
}

static int add_update(struct collector *collector, const union record *record, int64_t time_us,
		      const struct updates_change *change, struct error *error)
{
	struct store_series series = { .type = TP_LIFECYCLE,
				       .flags =
					       collector_flags(collector, record->header.program) };
	struct store_event event = { .time_us = time_us };
	struct attributed attributed;
	struct vocabulary *vocabulary = &collector->vocabulary;
	int ret = attribution_find(&collector->attribution, record, time_us, &attributed, error);

	if (ret)
		return ret;
	series.app = attributed.app;
	event.context = attributed.context;
	ret = vocabulary_judged(vocabulary, "update_completed", &series.name[ACTION], error);
	if (!ret)
		ret = vocabulary_judged(vocabulary, change->version, &series.name[VERSION], error);
	if (!ret)
		ret = vocabulary_judged(vocabulary, change->before, &series.name[OTHER_VERSION],
					error);
	if (!ret)
		ret = store_series(collector->store, &series, &event.series, error);
	return ret ? ret : store_add(collector->store, &event, error);
}

/* Is it another build than before that a process begins to execute? */
static int see_exec(struct collector *collector, const union record *record, struct error *error)
{
	const struct collector_source *source = &collector->source;
	const uint16_t program = record->header.program;
	const struct collector_build *build =
		source->build ? source->build(source->data, program) : NULL;
	struct updates_change change = { 0 };
	int64_t time_us;
	int ret;

	if (!build || !collector->not_updated ||
	    is_among(collector, collector->not_updated, program) ||
	    updates_knows(&collector->updates, build))
		return 0;
	time_us = source->utc_us(source->data, record->header.time_ns);
	if (time_us < 0 || time_us >= STORE_TIME_MAX_US)
		return 0;
	vocabulary_version(&collector->vocabulary, program, build->version, change.version);
	ret = collector_begin(collector, error);
	if (!ret)
		ret = updates_see(&collector->updates, build, time_us,
				  collector_flags(collector, program), &change, error);
	if (!ret && change.is_one)
		ret = add_update(collector, record, time_us, &change, error);
	return ret;
}

/* What is no event. Return: whether it is. */
static bool note(struct collector *collector, const union record *record, int *out_ret,
		 struct error *error)
{
	const struct tp_header *header = &record->header;

	if (header->type != TP_EXEC && header->type != TP_FORK)
		return false;
	collector->counts.noted++;
	*out_ret = 0;
	if (header->type == TP_EXEC)
		*out_ret = see_exec(collector, record, error);
	else
		*out_ret = attribution_inherit(&collector->attribution, header->process,
					       (uint32_t)record->event.value, error);
	if (*out_ret)
		collector_give_up(collector, 0);
	return true;
}

/* A heartbeat tells something where nothing else did for half of the time between two of them: they
 * come a little early or late. Return: whether it is needless, and was counted. */
static bool is_needless(struct collector *collector, const union record *record, int64_t time_us,
			int *out_ret, struct error *error)
{
	const int64_t between_us = (int64_t)(record->event.value / 1000);
	bool is_told = false;

	*out_ret = 0;
	if (record->header.type != TP_HEARTBEAT)
		return false;
	*out_ret = collector_begin(collector, error);
	if (!*out_ret)
		*out_ret = attribution_is_told(&collector->attribution, record, time_us,
					       time_us - between_us / 2, &is_told, error);
	collector->counts.noted += is_told;
	return is_told;
}

int collector_take(struct collector *collector, const void *bytes, size_t size, struct error *error)
{
	struct collector_counts *counts = &collector->counts;
	struct store_event event = { 0 };
	union record record;
	bool is_dropped;
	int ret = 0;

	counts->taken++;
	if (!decode_record(bytes, size, &record)) {
		counts->lost[LOSS_BAD_RECORD]++;
		return 0;
	}
	if (note(collector, &record, &ret, error))
		return ret;
	if (!decode_value(&record, &event.value)) {
		counts->lost[LOSS_NOT_FINITE]++;
		return 0;
	}
	event.time_us = collector->source.utc_us(collector->source.data, record.header.time_ns);
	if (event.time_us < 0 || event.time_us >= STORE_TIME_MAX_US) {
		counts->lost[LOSS_BAD_RECORD]++;
		return 0;
	}
	if (is_needless(collector, &record, event.time_us, &ret, error))
		return 0;
	is_dropped = !ret && drop(collector, &record);
	if (!ret && !is_dropped)
		ret = add_event(collector, &record, &event, error);
	if (record.header.type == TP_EXIT || record.header.type == TP_OPTED_OUT)
		attribution_end(&collector->attribution, record.header.process);
	if (ret)
		collector_give_up(collector, 1);
	else if (!is_dropped)
		collector->pending++;
	return ret;
}

int collector_commit(struct collector *collector, const struct store_ring *ring,
		     uint64_t old_position, uint64_t new_position, struct error *error)
{
	int ret = 0, i;

	if (!collector->is_in_batch && (!ring || old_position == new_position))
		return 0;
	if (collector->is_in_batch)
		ret = attribution_write(&collector->attribution, error);
	if (!ret)
		ret = store_commit(collector->store, ring, old_position, new_position, error);
	if (ret) {
		collector_give_up(collector, 0);
		return ret;
	}
	collector->is_in_batch = false;
	collector->counts.stored += collector->pending;
	collector->pending = 0;
	collector->counts.added += collector->adding.added;
	for (i = 0; i < LOSSES; i++)
		collector->counts.lost_spans[i] += collector->adding.lost_spans[i];
	memset(&collector->adding, 0, sizeof(collector->adding));
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
