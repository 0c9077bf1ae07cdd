/* SPDX-License-Identifier: GPL-2.0-only */
/* totals.h - what people at level basic did since it was stored last: the difference between the
 * sums of the kernel side, which only grow, and what was seen of them. Owns what was seen, half a
 * megabyte. It also stands in each owner's database (store/daily.h), from where it is remembered
 * the first time an owner is met, so a collector that was killed adds nothing twice. Who stores it
 * says so when it is durable; until then it counts as not seen. */
#ifndef TELPROBE_SERVICE_TOTALS_H
#define TELPROBE_SERVICE_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"
#include "lib/error.h"
#include "telprobe/record.h"

struct totals;

struct totals_value {	/* one number: where it stands, as it was seen last and as it is now */
	uint32_t place; /* tells the numbers of a half apart */
	uint64_t old, now;
};

struct totals_bucket {
	struct totals_value spans;
	uint32_t bucket; /* as telprobe/bucket.h numbers them */
};

struct totals_added { /* to one series */
	const union tp_series_key *key;
	uint64_t source; /* of the half */
	struct totals_value sum_ns;
	struct totals_value unbucketed;
	const struct totals_bucket
		*buckets; /* that are different; an occurrence is in one or unbucketed */
	size_t bucket_count;
};

struct totals_taker { /* who stores it; each is called with @data, the first two may be NULL */
	void *data;
	/* the first time @uid is met in a half: call totals_remember() for what his database has of
	 * @source.
	 * Return: 0; negative: not now, he is left out */
	int (*recall)(void *data, uint32_t uid, uint64_t source, struct totals *totals);
	/* something of @uid follows, then done(). Return: 0; negative: he is left out, as if not
	 * seen */
	int (*begin)(void *data, uint32_t uid);
	int (*take)(void *data, uint32_t uid, const struct totals_added *added);
	/* @ret: 0, or what take() said. Return: 0: it is durable; negative: it was not stored */
	int (*done)(void *data, uint32_t uid, int ret);
};

/** totals_spans() - how many spans were added */
uint64_t totals_spans(const struct totals_added *added);

int totals_new(const struct capture *capture, struct totals **out, struct error *error);
void totals_free(struct totals *totals);

/** totals_remember() - from recall(): @value was seen at @place */
void totals_remember(uint32_t place, uint64_t value, void *totals);

/** totals_look() - one half: what is different goes to @taker, one owner after the other
 * Return: how many owners were left out. */
size_t totals_look(struct totals *totals, uint32_t half, const struct totals_taker *taker);

/** totals_has() - is anything of @uid, or of anybody, in a half? */
bool totals_has(const struct totals *totals, uint32_t uid, bool of_all);
/** totals_is_filling() - there will soon be no room in the half that is added to */
bool totals_is_filling(const struct totals *totals);

#endif
