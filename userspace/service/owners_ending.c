/* SPDX-License-Identifier: GPL-2.0-only */
/* owners_ending.c - the end of a yes that ends by itself: what came under it is deleted. */
#include <errno.h>
#include <inttypes.h>

#include "lib/clock.h"
#include "service/erasures.h"
#include "service/owners_internal.h"
#include "store/marked.h"

int owners_owe(struct owners *owners, uint32_t uid, uint32_t number)
{
	struct owner *owner = owner_find(owners, uid);

	if (!owner && !owner_has_file(owners, uid))
		return 1;
	owner = owner_add(owners, uid);
	if (!owner)
		return -ENOSPC;
	owner->end_due = number;
	return 0;
}

uint32_t owners_owing(const struct owners *owners, uint32_t *out_uid)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->end_due) {
			*out_uid = owners->list[i]->uid;
			return owners->list[i]->end_due;
		}
	return 0;
}

int owners_pay(struct owners *owners, uint32_t uid, struct error *error)
{
	struct store_erasure erasure = { .time_us = clock_now_us(),
					 .uid = uid,
					 .by = STORE_BY_END };
	struct owner *owner = owner_find(owners, uid);
	struct store_totals before = { 0 }, after = { 0 };
	bool has_rest;
	int ret;

	owner->end_due = 0;
	owner_close(owners, owner); /* whose remembered ids will mean nothing */
	if (!owner_has_file(owners, uid))
		return 0;
	if (owner_open(owners, owner))
		return error_set(error, -EIO, "its database cannot be opened");
	ret = store_totals(owner->store, &before, error);
	if (!ret)
		ret = store_delete_marked(owner->store, &has_rest, error);
	if (!ret)
		ret = store_totals(owner->store, &after, error);
	erasure.events = before.events - after.events;
	before.aggregated -= after.aggregated;
	if (!ret && !has_rest) {
		ret = owner_erase(owners, &erasure, error);
	} else {
		owner_close(owners, owner);
		if (before.file_bytes > after.file_bytes)
			erasure.bytes = before.file_bytes - after.file_bytes;
	}
	if (!ret && erasures_are_to_note(&erasure, 0, &before))
		owner_note_erasure(owners, &erasure);
	return ret;
}
