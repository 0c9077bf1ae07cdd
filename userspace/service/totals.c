/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/totals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/table.h"
#include "telprobe/bucket.h"

enum {
	SERIES = TP_SERIES + TP_OTHERS,
	FILLING_PERCENT = 75,
	OWNERS = 65536, /* remembered of a half */
	NUMBERS = 2,	/* of a series, behind those of the cells: */
	SUM = 0,
	UNBUCKETED = 1,
	PLACES = TP_CELLS + NUMBERS * SERIES,
	NONE = -1,
};

struct seen { /* of one half */
	uint64_t source;
	uint64_t value[PLACES];
	struct table owners; /* uids whose database was asked */
};

struct totals {
	const struct capture *capture;
	struct seen *seen;	/* by half */
	struct seen *recalling; /* whose owner is asked just now */
	/* of the look that goes on: */
	uint64_t now[PLACES];
	int32_t first[SERIES];	/* cell of the series that is different, */
	int32_t next[TP_CELLS]; /* and the one after it */
	bool is_told[SERIES];
	uint32_t uids[OWNERS / 16]; /* left out */
	size_t uid_count;
	struct totals_bucket buckets[TP_BUCKETS];
};

uint64_t totals_spans(const struct totals_added *added)
{
	uint64_t spans = added->unbucketed.now - added->unbucketed.old;
	size_t i;

	for (i = 0; i < added->bucket_count; i++)
		spans += added->buckets[i].spans.now - added->buckets[i].spans.old;
	return spans;
}

int totals_new(const struct capture *capture, struct totals **out, struct error *error)
{
	struct totals *totals = calloc(1, sizeof(*totals));
	int half;

	if (totals)
		totals->seen = calloc(TP_HALVES, sizeof(*totals->seen));
	if (!totals || !totals->seen) {
		free(totals);
		return error_set(error, -ENOMEM, "no memory for totals");
	}
	totals->capture = capture;
	for (half = 0; half < TP_HALVES; half++)
		table_init(&totals->seen[half].owners, sizeof(uint32_t), 0, OWNERS);
	*out = totals;
	return 0;
}

void totals_free(struct totals *totals)
{
	int half;

	if (!totals)
		return;
	for (half = 0; half < TP_HALVES; half++)
		table_clear(&totals->seen[half].owners);
	free(totals->seen);
	free(totals);
}

void totals_remember(uint32_t place, uint64_t value, void *data)
{
	struct totals *totals = data;

	if (place < PLACES)
		totals->recalling->value[place] = value;
}

static uint32_t place_of(uint32_t series, uint32_t number)
{
	return TP_CELLS + NUMBERS * series + number;
}

/* NULL for one that is not there or not finished. */
static const union tp_series_key *series_at(const struct tp_totals *sums, uint32_t series)
{
	uint64_t tag = __atomic_load_n(&sums->series[series].tag, __ATOMIC_ACQUIRE);

	return tag & 1 ? &sums->series[series].key : NULL;
}

static bool is_left_out(const struct totals *totals, uint32_t uid)
{
	size_t i;

	for (i = 0; i < totals->uid_count; i++)
		if (totals->uids[i] == uid)
			return true;
	return false;
}

/* Beyond the room for them nobody else is looked at this time. */
static bool leave_out(struct totals *totals, uint32_t uid)
{
	if (totals->uid_count == sizeof(totals->uids) / sizeof(totals->uids[0]))
		return false;
	totals->uids[totals->uid_count++] = uid;
	return true;
}

/* Who is met for the first time may have stored something in another life of ours. */
static void recall(struct totals *totals, const struct tp_totals *sums, struct seen *seen,
		   const struct totals_taker *taker)
{
	const union tp_series_key *key;
	uint32_t i, uid;
	int ret;

	totals->recalling = seen;
	for (i = 0; i < SERIES; i++) {
		key = series_at(sums, i);
		if (!key)
			continue;
		uid = key->uid;
		if (table_find(&seen->owners, &uid) || is_left_out(totals, uid))
			continue;
		if (taker->recall && taker->recall(taker->data, uid, seen->source, totals))
			ret = -EAGAIN;
		else
			ret = table_add(&seen->owners, &uid) ? 0 : -ENOMEM;
		if (ret && !leave_out(totals, uid))
			return;
	}
}

static bool look_at(struct totals *totals, const struct seen *seen, uint32_t place,
		    const __u64 *value)
{
	totals->now[place] = __atomic_load_n(value, __ATOMIC_RELAXED);
	return totals->now[place] != seen->value[place];
}

/* What is different, by series. */
static void compare(struct totals *totals, const struct tp_totals *sums, const struct seen *seen)
{
	uint32_t i, series;
	uint64_t key;

	memset(totals->first, 0xff, sizeof(totals->first));
	memset(totals->is_told, 0, sizeof(totals->is_told));
	for (i = 0; i < TP_CELLS; i++) {
		key = __atomic_load_n(&sums->cells[i].key, __ATOMIC_ACQUIRE);
		series = TP_CELL_SERIES(key);
		if (!key || series >= SERIES || !look_at(totals, seen, i, &sums->cells[i].count))
			continue;
		totals->next[i] = totals->first[series];
		totals->first[series] = (int32_t)i;
	}
}

static struct totals_value value_at(const struct totals *totals, const struct seen *seen,
				    uint32_t place)
{
	return (struct totals_value){ place, seen->value[place], totals->now[place] };
}

/* Return: whether anything was added to the series. */
static bool fill(struct totals *totals, const struct tp_totals *sums, const struct seen *seen,
		 uint32_t series, struct totals_added *out)
{
	const struct tp_series *entry = &sums->series[series];
	bool is_different;
	int32_t cell;

	*out = (struct totals_added){ .key = &entry->key,
				      .source = seen->source,
				      .buckets = totals->buckets };
	is_different = look_at(totals, seen, place_of(series, SUM), &entry->sum_ns);
	is_different |= look_at(totals, seen, place_of(series, UNBUCKETED), &entry->unbucketed);
	for (cell = totals->first[series]; cell != NONE && out->bucket_count < TP_BUCKETS;
	     cell = totals->next[cell])
		totals->buckets[out->bucket_count++] = (struct totals_bucket){
			.spans = value_at(totals, seen, (uint32_t)cell),
			.bucket = TP_CELL_BUCKET(sums->cells[cell].key),
		};
	out->sum_ns = value_at(totals, seen, place_of(series, SUM));
	out->unbucketed = value_at(totals, seen, place_of(series, UNBUCKETED));
	return is_different || out->bucket_count;
}

static void see(const struct totals *totals, struct seen *seen, uint32_t series)
{
	int32_t cell;

	for (cell = totals->first[series]; cell != NONE; cell = totals->next[cell])
		seen->value[cell] = totals->now[cell];
	seen->value[place_of(series, SUM)] = totals->now[place_of(series, SUM)];
	seen->value[place_of(series, UNBUCKETED)] = totals->now[place_of(series, UNBUCKETED)];
}

/* Everything of one owner, from series @from on. Return: whether it is stored, or there is
 * nothing. */
static bool tell_owner(struct totals *totals, const struct tp_totals *sums, struct seen *seen,
		       uint32_t from, const struct totals_taker *taker)
{
	const uint32_t uid = sums->series[from].key.uid;
	const union tp_series_key *key;
	struct totals_added added;
	bool has_begun = false;
	uint32_t i;
	int ret = 0;

	for (i = from; i < SERIES && !ret; i++) {
		key = series_at(sums, i);
		if (!key || key->uid != uid || totals->is_told[i])
			continue;
		totals->is_told[i] = true;
		if (!fill(totals, sums, seen, i, &added))
			continue;
		if (!has_begun && taker->begin)
			ret = taker->begin(taker->data, uid);
		if (ret)
			return false;
		has_begun = true;
		ret = taker->take(taker->data, uid, &added);
	}
	if (!has_begun)
		return true;
	if (taker->done(taker->data, uid, ret))
		return false;
	for (i = from; i < SERIES; i++)
		if (totals->is_told[i] && sums->series[i].key.uid == uid)
			see(totals, seen, i);
	return true;
}

size_t totals_look(struct totals *totals, uint32_t half, const struct totals_taker *taker)
{
	const struct tp_totals *sums = capture_totals(totals->capture, half);
	struct seen *seen = &totals->seen[half];
	uint64_t source = capture_totals_source(totals->capture, half);
	const union tp_series_key *key;
	uint32_t i, uid;

	if (!source)
		return 0;
	if (seen->source != source) {
		table_clear(&seen->owners);
		memset(seen->value, 0, sizeof(seen->value));
		seen->source = source;
	}
	totals->uid_count = 0;
	recall(totals, sums, seen, taker);
	compare(totals, sums, seen);
	for (i = 0; i < SERIES; i++) {
		key = series_at(sums, i);
		uid = key ? key->uid : 0;
		/* who came in between has his turn next time */
		if (!key || totals->is_told[i] || is_left_out(totals, uid) ||
		    !table_find(&seen->owners, &uid))
			continue;
		if (!tell_owner(totals, sums, seen, i, taker) && !leave_out(totals, uid))
			break;
	}
	return totals->uid_count;
}

bool totals_has(const struct totals *totals, uint32_t uid, bool of_all)
{
	const union tp_series_key *key;
	uint32_t half, i;

	for (half = 0; half < TP_HALVES; half++)
		for (i = 0; i < SERIES; i++) {
			key = series_at(capture_totals(totals->capture, half), i);
			if (key && (of_all || key->uid == uid))
				return true;
		}
	return false;
}

bool totals_is_filling(const struct totals *totals)
{
	const struct tp_totals *sums =
		capture_totals(totals->capture, capture_totals_half(totals->capture));
	uint32_t series = 0, others = 0, cells = 0, i;

	for (i = 0; i < SERIES; i++)
		if (series_at(sums, i))
			*(i < TP_SERIES ? &series : &others) += 1;
	for (i = 0; i < TP_CELLS; i++)
		cells += sums->cells[i].key != 0;
	return others || series > TP_SERIES / 100 * FILLING_PERCENT ||
	       cells > TP_CELLS / 100 * FILLING_PERCENT;
}
