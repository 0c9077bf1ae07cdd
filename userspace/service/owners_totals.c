/* SPDX-License-Identifier: GPL-2.0-only */
/* owners_totals.c - what was added up in the kernel, into the databases of those it belongs to. */
#include <errno.h>

#include "lib/clock.h"
#include "service/owners_internal.h"
#include "service/totals.h"
#include "store/daily.h"

struct taking { /* one look */
	struct owners *owners;
	int64_t day;
	uint64_t sources[2]; /* of both halves */
	bool is_last;
	bool has_strangers; /* who did not agree, or does not any more, has something there */
	enum loss
		loss; /* why nothing of the owner whose turn it is can be stored; LOSSES: it can */
};

/* As owners_take() judges. Return: why nothing of his can be stored; LOSSES: it can. */
static enum loss open_owner(struct taking *taking, uint32_t uid)
{
	struct owners *owners = taking->owners;
	struct owner *owner = owner_find(owners, uid);

	if (!owner || owner->level == TP_LEVEL_OFF) {
		taking->has_strangers = true;
		return !owner && owners->count == OWNERS_MAX ? LOSS_TOO_MANY : LOSS_NO_CONSENT;
	}
	owner->used = ++owners->uses;
	if (owners_are_short(owners))
		return LOSS_NO_SPACE;
	if (!owner->store && (clock_monotonic_ms() < owner->retry_ms || owner_open(owners, owner)))
		return LOSS_UNOPENED;
	return LOSSES;
}

/* The last time somebody is met too late to remember: what he has there is discarded by begin(). */
static int recall(void *data, uint32_t uid, uint64_t source, struct totals *totals)
{
	struct taking *taking = data;
	enum loss loss = open_owner(taking, uid);
	struct owner *owner = owner_find(taking->owners, uid);
	struct error error = { 0 };
	int ret = loss == LOSSES ? 0 : -EAGAIN;

	if (!ret)
		ret = store_each_drained(owner->store, source, totals_remember, totals, &error);
	if (!ret)
		ret = store_forget_drained(owner->store, taking->sources, &error);
	if (error.code)
		owner_failed(taking->owners, owner, ret, &error);
	return taking->is_last ? 0 : ret;
}

static int begin(void *data, uint32_t uid)
{
	struct taking *taking = data;

	taking->loss = open_owner(taking, uid);
	return taking->loss == LOSSES || taking->is_last ? 0 : -EAGAIN;
}

static int take(void *data, uint32_t uid, const struct totals_added *added)
{
	struct taking *taking = data;
	struct kept_counts *counts = &taking->owners->counts;
	struct owner *owner = owner_find(taking->owners, uid);
	struct error error = { 0 };
	int ret;

	if (taking->loss != LOSSES) {
		counts->lost[taking->loss] += totals_spans(added);
		return 0;
	}
	ret = collector_take_totals(owner->collector, added, added->source, taking->day, &error);
	if (ret)
		owner_failed(taking->owners, owner, ret, &error);
	if (ret && taking->is_last)
		counts->lost[LOSS_STORE_ERROR] += totals_spans(added);
	return ret;
}

static int done(void *data, uint32_t uid, int ret)
{
	struct taking *taking = data;
	struct owner *owner = owner_find(taking->owners, uid);
	struct error error = { 0 };

	if (taking->loss != LOSSES)
		return ret;
	if (!ret)
		ret = collector_commit(owner->collector, NULL, 0, 0, &error);
	if (!ret) {
		owner->has_failed = false;
		owner_has_grown(taking->owners, owner, 1);
		return 0;
	}
	owner_failed(taking->owners, owner, ret, &error);
	return ret;
}

bool owners_take_totals(struct owners *owners, struct totals *totals, uint32_t half,
			const uint64_t sources[2], bool is_last, bool *out_has_strangers)
{
	struct taking taking = {
		.owners = owners,
		.day = clock_now_us() / STORE_DAY_US,
		.sources = { sources[0], sources[1] },
		.is_last = is_last,
	};
	const struct totals_taker taker = { &taking, recall, begin, take, done };
	size_t left = totals_look(totals, half, &taker);

	*out_has_strangers = taking.has_strangers;
	return left == 0;
}
