/* SPDX-License-Identifier: GPL-2.0-only */
/* collector_totals.c - from what was added up in the kernel to rows of the store. Names go the way
 * of all others: read in the file, judged by the firewall, interned. */
#include <errno.h>
#include <limits.h>

#include "service/collector_internal.h"
#include "service/totals.h"
#include "store/bucket.h"
#include "store/daily.h"
#include "telprobe/bucket.h"

enum { NAMES = 4, ERROR_NAME = 3 };

static uint64_t grown(const struct totals_value *value)
{
	return value->now - value->old;
}

/* A file as the kernel side numbers it among all there were; 0: of none. */
static uint16_t object_of(uint32_t file)
{
	return (uint16_t)file;
}

static bool is_there(const struct collector *collector, uint32_t file)
{
	const struct collector_source *source = &collector->source;

	return !file || !source->generation ||
	       source->generation(source->data, object_of(file)) == file >> 16;
}

static struct name_place place_of(const union tp_series_key *key, int name)
{
	bool is_in_program = key->flags & (TP_FLAG_NAME_IN_PROGRAM << name);

	return (struct name_place){
		.place = name == ERROR_NAME ? key->error : key->name[name],
		.object = object_of(is_in_program ? key->program : key->file),
	};
}

static uint16_t program_of(const union tp_series_key *key)
{
	return object_of(key->program ? key->program : key->file);
}

/* Why nothing of it may be stored; LOSSES: it may. */
static enum loss refusal(struct collector *collector, const union tp_series_key *key)
{
	const enum firewall_field *fields;
	enum firewall_layer layer;
	struct name_place place;
	int i;

	if (!is_there(collector, key->file) || !is_there(collector, key->program))
		return LOSS_FILE_GONE;
	if (!collector->drops || key->is_other)
		return LOSSES;
	decode_names(TP_SPAN, &fields);
	layer = vocabulary_program_layer(&collector->vocabulary, program_of(key));
	for (i = 0; i < NAMES && layer != FIREWALL_BLOCK && layer != FIREWALL_IGNORE; i++) {
		place = place_of(key, i);
		layer = vocabulary_layer(&collector->vocabulary, place.object, place.place,
					 fields[i]);
	}
	if (layer == FIREWALL_BLOCK)
		return LOSS_BLOCKED;
	return layer == FIREWALL_IGNORE ? LOSS_IGNORED : LOSSES;
}

static int name_other(struct collector *collector, struct store_series *series, struct error *error)
{
	int ret = vocabulary_other(&collector->vocabulary, &series->app, error);

	series->name[0] = series->app;
	return ret;
}

static void mark(struct vocabulary_name *marks, const struct vocabulary_name *name)
{
	marks->is_refused |= name->is_refused;
	marks->is_other |= name->is_other;
}

/* *out_marks: what is true of any of its names */
static int find_series(struct collector *collector, const union tp_series_key *key,
		       int64_t *out_series, struct vocabulary_name *out_marks, struct error *error)
{
	struct store_series series = { .type = TP_SPAN,
				       .kind = key->kind,
				       .outcome = key->outcome,
				       .flags = collector_flags(collector, object_of(key->file)) };
	const enum firewall_field *fields;
	struct vocabulary_name name = { 0 };
	struct name_place place;
	int ret = 0, i;

	*out_marks = (struct vocabulary_name){ 0 };
	decode_names(TP_SPAN, &fields);
	if (key->is_other)
		ret = name_other(collector, &series, error);
	for (i = 0; i < NAMES && !ret && !key->is_other; i++) {
		place = place_of(key, i);
		ret = vocabulary_find(&collector->vocabulary, place.object, place.place, fields[i],
				      &name, error);
		if (!ret)
			collector_undeclared(collector, &name, TP_SPAN, key->kind, i);
		series.name[i] = name.id;
		mark(out_marks, &name);
	}
	if (!ret && !key->is_other) {
		ret = vocabulary_program(&collector->vocabulary, program_of(key), &name, error);
		series.app = name.id;
		mark(out_marks, &name);
	}
	return ret ? ret : store_series(collector->store, &series, out_series, error);
}

/* A number of telprobe/bucket.h as the store has it. */
static int32_t code_of(uint32_t bucket)
{
	return bucket == TP_BUCKET_ZERO ? 0 : (int32_t)bucket - 1 + TP_BUCKET_FIRST + BUCKET_OFFSET;
}

static int64_t bounded(uint64_t number)
{
	return number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

static int add(struct collector *collector, const struct totals_added *added, int64_t day,
	       struct error *error)
{
	struct store_daily daily = { .day = day,
				     .spans = bounded(totals_spans(added)),
				     .sum_ns = bounded(grown(&added->sum_ns)) };
	struct store_bucket bucket;
	struct vocabulary_name marks;
	size_t i;
	int ret = find_series(collector, added->key, &daily.series, &marks, error);

	if (!ret)
		ret = store_add_daily(collector->store, &daily, error);
	for (i = 0; i < added->bucket_count && !ret; i++) {
		bucket.code = code_of(added->buckets[i].bucket);
		bucket.spans = bounded(grown(&added->buckets[i].spans));
		ret = store_add_bucket(collector->store, day, daily.series, &bucket, error);
	}
	collector->adding.added += (uint64_t)daily.spans;
	collector->counts.names_refused += marks.is_refused ? (uint64_t)daily.spans : 0;
	collector->counts.names_other += marks.is_other ? (uint64_t)daily.spans : 0;
	return ret;
}

static int move(struct collector *collector, uint64_t source, const struct totals_value *value,
		struct error *error)
{
	if (value->old == value->now)
		return 0;
	return store_move_drained(collector->store, source, value->place, value->old, value->now,
				  error);
}

static int remember(struct collector *collector, uint64_t source, const struct totals_added *added,
		    struct error *error)
{
	int ret = move(collector, source, &added->sum_ns, error);
	size_t i;

	if (!ret)
		ret = move(collector, source, &added->unbucketed, error);
	for (i = 0; i < added->bucket_count && !ret; i++)
		ret = move(collector, source, &added->buckets[i].spans, error);
	return ret;
}

int collector_take_totals(struct collector *collector, const struct totals_added *added,
			  uint64_t source, int64_t day, struct error *error)
{
	enum loss loss = refusal(collector, added->key);
	int ret = collector_begin(collector, error);

	if (!ret && loss == LOSSES)
		ret = add(collector, added, day, error);
	else if (!ret)
		collector->adding.lost_spans[loss] += totals_spans(added);
	if (!ret && source)
		ret = remember(collector, source, added, error);
	if (ret)
		collector_give_up(collector, 0);
	return ret;
}
