/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* totals.bpf.h - spans of people at level basic: added to sums, and none of them told.
 * A hash of our own in a mapped array: who stores the sums reads them without a system call, its
 * memory is the same on any number of CPUs, and nothing is ever taken out of it, so that nothing is
 * lost in between (hazards: 8). Room comes back when the supervisor changes halves. */
#ifndef TELPROBE_BPF_TOTALS_H
#define TELPROBE_BPF_TOTALS_H

#include "emit.bpf.h"
#include "telprobe/bucket.h"

struct ending { /* how a span ends */
	__u64 now_ns;
	__u32 process;
	__u32 program;
	__u32 error; /* place */
	__s32 code;
	__u32 target; /* whose level and categories these are; 0: of none */
	__u8 level;   /* enum tp_level of the owner now */
	__u8 outcome;
	__u8 flags;
	__u8 is_discarded; /* the process is silent now: count, and tell nobody */
	__u8 is_of_run;	   /* both are those of a marked tree, for every target */
	__u8 without;	   /* enum tp_category: not agreed to now */
	__u8 reserved[2];
	__u32 uid; /* whose target, level and categories these are */
};

enum {
	SERIES_TRIES = 16, /* slots looked at; in a table three quarters full 4 on average */
	CELL_TRIES = 32,
	NO_SLOT = -1,
};

static __always_inline __u64 span_duration(const struct frame *frame, const struct ending *ending)
{
	return ending->now_ns > frame->start_ns ? ending->now_ns - frame->start_ns : 0;
}

static __always_inline __u64 mixed(__u64 number)
{
	number *= 0x9e3779b97f4a7c15ull; /* 2^64 / golden ratio, odd */
	return number ^ number >> 32;
}

static __always_inline __u64 series_hash(const union tp_series_key *key)
{
	return mixed(mixed(mixed(mixed(key->word[0]) + key->word[1]) + key->word[2]) +
		     key->word[3]);
}

static __always_inline bool is_same(const union tp_series_key *a, const union tp_series_key *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2] &&
	       a->word[3] == b->word[3];
}

/* Of one that another processor fills in this moment nothing is known: it is passed by, so the same
 * series may get a second slot.
 * Return: whether the slot is @key's. */
static __always_inline bool series_take(struct tp_series *series, const union tp_series_key *key,
					__u64 tag)
{
	__u64 held = *(volatile __u64 *)&series->tag;

	if (!held)
		held = __sync_val_compare_and_swap(&series->tag, 0, TP_SERIES_TAKEN);
	if (held)
		return held == tag && is_same(&series->key, key);
	series->key = *key;
	/* also a barrier: who sees the tag sees the key */
	__sync_val_compare_and_swap(&series->tag, TP_SERIES_TAKEN, tag);
	return true;
}

/* A global function, so that the verifier looks at it once.
 * Return: the slot of @key, NO_SLOT when there is no room for it. */
__noinline int series_search(__u32 half, const union tp_series_key *key)
{
	struct tp_totals *sums = bpf_map_lookup_elem(&totals, &half);
	__u32 first = 0, mask = TP_SERIES - 1, slot, i;
	__u64 hash;

	if (!sums || !key)
		return NO_SLOT;
	/* asked in the loop, it would be one that 6.1 does not take ("back-edge") */
	if (key->is_other) {
		first = TP_SERIES;
		mask = TP_OTHERS - 1;
	}
	hash = series_hash(key);
	for (i = 0; i < SERIES_TRIES; i++) {
		slot = first + (((__u32)(hash >> 40) + i) & mask);
		if (series_take(&sums->series[slot], key, hash | 1))
			return slot;
	}
	return NO_SLOT;
}

/* Mostly the first slot looked at, for which no function is called. */
static __always_inline int series_find(struct tp_totals *sums, __u32 half,
				       const union tp_series_key *key)
{
	__u64 hash = series_hash(key);
	__u32 slot = (__u32)(hash >> 40) & (TP_SERIES - 1);
	struct tp_series *series = &sums->series[slot];

	if (*(volatile __u64 *)&series->tag == (hash | 1) && is_same(&series->key, key))
		return slot;
	return series_search(half, key);
}

/* Return: 0; 1 when there is no room for the bucket. */
__noinline int cell_search(__u32 half, __u32 series, __u32 bucket)
{
	struct tp_totals *sums = bpf_map_lookup_elem(&totals, &half);
	__u64 key = TP_CELL(series, bucket), held;
	__u32 slot = mixed(key) >> 40, i;
	struct tp_cell *cell;

	if (!sums)
		return 1;
	for (i = 0; i < CELL_TRIES; i++) {
		cell = &sums->cells[(slot + i) & (TP_CELLS - 1)];
		held = *(volatile __u64 *)&cell->key;
		if (!held)
			held = __sync_val_compare_and_swap(&cell->key, 0, key);
		if (held && held != key)
			continue;
		__sync_fetch_and_add(&cell->count, 1);
		return 0;
	}
	return 1;
}

static __always_inline int cell_count(struct tp_totals *sums, __u32 half, __u32 series,
				      __u32 bucket)
{
	__u64 key = TP_CELL(series, bucket);
	struct tp_cell *cell = &sums->cells[mixed(key) >> 40 & (TP_CELLS - 1)];

	if (*(volatile __u64 *)&cell->key != key)
		return cell_search(half, series, bucket);
	__sync_fetch_and_add(&cell->count, 1);
	return 0;
}

__noinline int bucket_of(__u64 ns)
{
	return tp_bucket(ns);
}

static __always_inline __u32 file_number(__u32 number)
{
	struct tp_object *object = bpf_map_lookup_elem(&objects, &number);

	return number && object ? object->generation << 16 | number : 0;
}

static __always_inline void series_key(union tp_series_key *key, const struct frame *frame,
				       const struct ending *ending)
{
	key->uid = frame->uid;
	key->file = (__u32)frame->generation << 16 | frame->object;
	key->program = file_number(ending->program);
	key->name[0] = frame->name[0];
	key->name[1] = frame->name[1];
	key->name[2] = frame->name[2];
	key->error = ending->error;
	key->kind = frame->kind;
	key->outcome = ending->outcome;
	key->flags = (frame->flags | ending->flags) & (TP_FLAG_BY_OUTER - 1);
	key->is_other = 0;
}

enum added { ADDED, ADDED_AS_OTHER, NOT_ADDED };

__noinline int totals_add(const struct frame *frame, const struct ending *ending)
{
	__u32 zero = 0, half;
	struct tp_totals_state *state = bpf_map_lookup_elem(&totals_state, &zero);
	union tp_series_key key;
	struct tp_totals *sums;
	int slot, ret = ADDED;
	__u64 ns;

	if (!state || !frame || !ending)
		return NOT_ADDED;
	half = *(volatile __u32 *)&state->half;
	sums = bpf_map_lookup_elem(&totals, &half);
	if (!sums)
		return NOT_ADDED;
	series_key(&key, frame, ending);
	slot = series_find(sums, half, &key);
	if (slot == NO_SLOT) {
		key.file = key.program = key.error = key.flags = 0;
		key.name[0] = key.name[1] = key.name[2] = 0;
		key.is_other = 1;
		slot = series_search(half, &key);
		ret = ADDED_AS_OTHER;
	}
	if (slot < 0 || slot >= TP_SERIES + TP_OTHERS)
		return NOT_ADDED;
	ns = span_duration(frame, ending);
	__sync_fetch_and_add(&sums->series[slot].sum_ns, ns);
	if (cell_count(sums, half, slot, bucket_of(ns)))
		__sync_fetch_and_add(&sums->series[slot].unbucketed, 1);
	return ret;
}

static __always_inline void span_add(struct tp_reader *state, const struct frame *frame,
				     const struct ending *ending, struct tp_counters *set)
{
	int added = totals_add(frame, ending);

	if (added == NOT_ADDED) {
		count(0, frame->kind, TP_COUNT_DROPPED_TOTALS_FULL);
		return;
	}
	bump(set, TP_COUNT_AGGREGATED);
	if (added == ADDED_AS_OTHER)
		count(0, frame->kind, TP_COUNT_AGGREGATED_OTHER);
	tell_of_totals(state);
}

#endif
