/* SPDX-License-Identifier: GPL-2.0-only */
/* daily.h - spans of somebody at level basic: how many and how long, by day (UTC) and series. The
 * kernel adds them up and none of them is an event here, so there is no time, process or session of
 * one. What was added is taken from values that only grow; the last one seen of each stands in the
 * table drained and moves in the transaction that stores the difference, so that a collector which
 * is killed adds nothing twice and loses nothing (hazards: 8). */
#ifndef TELPROBE_STORE_DAILY_H
#define TELPROBE_STORE_DAILY_H

#include "store/store.h"

#define STORE_DAY_US (24ll * 3600 * 1000000)

struct store_bucket {
	int32_t code; /* as bucket.h has them, of seconds */
	int64_t spans;
};

/* --- writing: within a batch, as in store.h -------------------------------------------------- */

struct store_daily {
	int64_t day;	/* since 1970 */
	int64_t series; /* from store_series(); of a TP_SPAN */
	int64_t spans;	/* with those without a bucket */
	int64_t sum_ns;
};

/** store_add_daily(), store_add_bucket() - add to the totals of a day; a bucket's @spans are among
 * those of the day */
int store_add_daily(struct store *store, const struct store_daily *daily, struct error *error);
int store_add_bucket(struct store *store, int64_t day, int64_t series,
		     const struct store_bucket *bucket, struct error *error);

/** store_move_drained() - the value at @place of @source was @old when it was seen last (0: never)
 * Return: 0; -ESTALE: not so, another collector stores from the same source; roll back. */
int store_move_drained(struct store *store, uint64_t source, uint32_t place, uint64_t old,
		       uint64_t now, struct error *error);

/** store_forget_drained() - of every source but these two, which may be 0; needs no batch */
int store_forget_drained(struct store *store, const uint64_t sources[2], struct error *error);

/* --- reading --------------------------------------------------------------------------------- */

/** store_each_drained() - what was seen last of @source */
int store_each_drained(struct store *store, uint64_t source,
		       void (*callback)(uint32_t place, uint64_t value, void *data), void *data,
		       struct error *error);

enum { STORE_BUCKETS_MAX = 1026 }; /* a duration has no more: TP_BUCKETS */

struct store_sum {	/* of one series over some days; valid during the callback */
	int64_t series; /* of the owner's file */
	uint32_t owner; /* uid */
	const char *app;
	uint8_t kind, outcome;
	const char *name[4]; /* as of a TP_SPAN; NULL: absent */
	int64_t spans;
	double sum_ns;
	const struct store_bucket *buckets; /* rising codes */
	size_t bucket_count;
};

struct store_sum_filter {
	int64_t since_us, until_us; /* the days they touch; until_us 0: no end */
	int64_t after;		    /* only series beyond it; 0: all */
};

typedef int (*store_sum_callback)(const struct store_sum *sum, void *data);

/** store_each_sum() - rising series; a non-zero return of @callback ends it and is returned. One
 * read transaction; in the files of several people, one person after the other. */
int store_each_sum(struct store *store, const struct store_sum_filter *filter,
		   store_sum_callback callback, void *data, struct error *error);

#endif
