/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/owners_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/erasures.h"
#include "service/owner_files.h"
#include "store/retention.h"

enum { RETRY_MS = 1000 }; /* to try to open a file for each record would stop the ring */

int owners_new(const struct owners_options *options, struct owners **out, struct error *error)
{
	struct owners *owners = calloc(1, sizeof(*owners));

	if (!owners)
		return error_set(error, -ENOMEM, "no memory for the databases");
	owners->options = *options;
	owners->cleaning.started_ms = clock_monotonic_ms();
	*out = owners;
	return 0;
}

static void add_counts(struct kept_counts *sum, const struct collector_counts *counts)
{
	int i;

	sum->stored += counts->stored + counts->added;
	sum->names_other += counts->names_other;
	for (i = 0; i < LOSSES; i++)
		sum->lost[i] += counts->lost[i] + counts->lost_spans[i];
}

static void end_collector(struct owners *owners, struct owner *owner)
{
	if (owner->collector) {
		add_counts(&owners->counts, collector_counts(owner->collector));
		owners->counts.lost[LOSS_STORE_ERROR] += collector_pending(owner->collector);
	}
	collector_free(owner->collector);
	owner->collector = NULL;
}

bool owner_has_file(const struct owners *owners, uint32_t uid)
{
	char path[OWNER_FILES_PATH];

	return !owner_files_path(owners->options.directory, uid, path, NULL) && !access(path, F_OK);
}

void owner_close(struct owners *owners, struct owner *owner)
{
	end_collector(owners, owner);
	store_close(owner->store);
	owner->store = NULL;
}

void owners_free(struct owners *owners)
{
	size_t i;

	if (!owners)
		return;
	for (i = 0; i < owners->count; i++) {
		owner_close(owners, owners->list[i]);
		free(owners->list[i]);
	}
	free(owners);
}

struct owner *owner_find(struct owners *owners, uint32_t uid)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->uid == uid)
			return owners->list[i];
	return NULL;
}

struct owner *owner_add(struct owners *owners, uint32_t uid)
{
	struct owner *owner = owner_find(owners, uid);

	if (owner || owners->count == OWNERS_MAX)
		return owner;
	owner = calloc(1, sizeof(*owner));
	if (!owner)
		return NULL;
	owner->uid = uid;
	owner->level = TP_LEVEL_OFF;
	owners->list[owners->count++] = owner;
	return owner;
}

int owners_allow(struct owners *owners, uint32_t uid, uint32_t level, const uint8_t *marked)
{
	struct owner *owner = owner_find(owners, uid);

	if (!owner && level == TP_LEVEL_OFF) /* who never says yes takes no room */
		return 0;
	if (!owner)
		owner = owner_add(owners, uid);
	if (!owner)
		return owners->count == OWNERS_MAX ? -ENOSPC : -ENOMEM;
	owner->level = level;
	memcpy(owner->marked, marked, sizeof(owner->marked));
	return 0;
}

void owners_without(struct owners *owners, uint32_t uid, enum tp_category category,
		    const uint8_t *targets)
{
	struct owner *owner = owner_find(owners, uid);

	if (owner && category == TP_CATEGORY_ERRORS)
		memcpy(owner->without_errors, targets, sizeof(owner->without_errors));
	else if (owner && category == TP_CATEGORY_LIFECYCLE)
		memcpy(owner->without_lifecycle, targets, sizeof(owner->without_lifecycle));
}

void owners_judge_by(struct owners *owners, struct firewall *firewall)
{
	size_t i;

	owners->options.firewall = firewall;
	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->collector)
			collector_judge_by(owners->list[i]->collector, firewall);
}

/* The api reads what its caller owns: by the group both share, and nobody else does. */
static void share_with_api(const char *database)
{
	static const char *const suffixes[] = { "-shm", "-wal", "" }; /* it finds all or nothing */
	char path[OWNER_FILES_PATH];
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", database, suffixes[i]);
		if (chmod(path, 0640) && errno != ENOENT)
			fprintf(stderr, "telprobe: cannot let the api read '%s': %s\n", path,
				error_text(errno));
	}
}

static void make_room(struct owners *owners)
{
	struct owner *oldest = NULL;
	size_t open = 0, i;

	for (i = 0; i < owners->count; i++) {
		struct owner *owner = owners->list[i];

		if (!owner->store)
			continue;
		open++;
		if (!collector_pending(owner->collector) && (!oldest || owner->used < oldest->used))
			oldest = owner;
	}
	if (open >= OWNERS_OPEN && oldest)
		owner_close(owners, oldest);
}

int owner_open(struct owners *owners, struct owner *owner)
{
	struct error error = { 0 };
	char path[OWNER_FILES_PATH];
	int ret;

	make_room(owners);
	ret = owner_files_path(owners->options.directory, owner->uid, path, &error);
	if (!ret)
		ret = store_open(path, STORE_WRITE, owner->uid, &owner->store, &error);
	if (!ret)
		ret = collector_new(owner->store, owners->options.firewall, &owners->options.source,
				    TP_LEVEL_FULL, &owner->collector,
				    &error); /* levels are the kernel's, target by target */
	if (!ret)
		ret = store_ring_position(owner->store, &owners->options.ring, &owner->committed,
					  &error);
	if (ret == -ENOENT) { /* this file never saw this ring */
		owner->committed = 0;
		ret = 0;
	}
	if (!ret) {
		share_with_api(path);
		collector_mark(owner->collector, owner->marked);
		collector_recover(owner->collector, owner->without_errors);
		collector_update(owner->collector, owner->without_lifecycle);
		owner->has_failed = false;
		owner->retry_ms = 0;
		return 0;
	}
	owner_close(owners, owner);
	if (!owner->has_failed)
		fprintf(stderr, "telprobe: %s; %s\n", error.what, error.hint);
	owner->has_failed = true;
	owner->retry_ms = clock_monotonic_ms() + RETRY_MS;
	if (ret == -ENOSPC)
		owners_make_space(owners);
	return ret;
}

void owners_lose(struct owners *owners, enum loss loss)
{
	owners->counts.lost[loss]++;
}

void owner_failed(struct owners *owners, struct owner *owner, int ret, const struct error *error)
{
	if (!owner->has_failed)
		fprintf(stderr, "telprobe: %s\n", error->what);
	owner->has_failed = true;
	if (ret == -ENOSPC)
		owners_make_space(owners);
}

int owners_take(struct owners *owners, uint32_t uid, const void *record, size_t bytes,
		uint64_t position)
{
	struct owner *owner = owner_find(owners, uid);
	struct error error = { 0 };
	int ret;

	if (!owner || owner->level == TP_LEVEL_OFF) {
		owners_lose(owners, !owner && owners->count == OWNERS_MAX ? LOSS_TOO_MANY
									  : LOSS_NO_CONSENT);
		return 0;
	}
	owner->used = ++owners->uses;
	if (owners_are_short(owners)) {
		owners_lose(owners, LOSS_NO_SPACE);
		return 0;
	}
	if (!owner->store &&
	    (clock_monotonic_ms() < owner->retry_ms || owner_open(owners, owner))) {
		owners_lose(owners, LOSS_UNOPENED);
		return 0;
	}
	if (position <= owner->committed)
		return 0; /* stored by a collector that was killed before it released the ring */
	ret = collector_take(owner->collector, record, bytes, &error);
	if (ret)
		owner_failed(owners, owner, ret, &error);
	return 0;
}

static void owner_commit(struct owners *owners, struct owner *owner, uint64_t position)
{
	struct error error = { 0 };
	uint64_t events;
	int ret;

	if (!owner->store || !collector_pending(owner->collector))
		return;
	events = collector_pending(owner->collector);
	ret = collector_commit(owner->collector, &owners->options.ring, owner->committed, position,
			       &error);
	if (!ret) {
		owner->committed = position;
		owner->has_failed = false;
		owner_has_grown(owners, owner, events);
		return;
	}
	owner_failed(owners, owner, ret, &error);
}

void owners_commit(struct owners *owners, uint64_t position)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		owner_commit(owners, owners->list[i], position);
}

void owners_forget(struct owners *owners, const bool is_gone[TP_OBJECTS])
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->collector)
			collector_forget(owners->list[i]->collector, is_gone);
}

void owner_note_erasure(const struct owners *owners, const struct store_erasure *erasure)
{
	struct error error;

	if (erasures_note(owners->options.directory, erasure, &error))
		fprintf(stderr, "telprobe: collector: %s\n", error.what);
}

int owner_erase(struct owners *owners, struct store_erasure *erasure, struct error *error)
{
	struct owner *owner = owner_find(owners, erasure->uid);
	int64_t keep_days;
	int ret;

	if (owner && owner->store) {
		end_collector(owners, owner);
		store_clean_end(owner->store);
		store_rollback(owner->store);
	}
	keep_days = owner_files_keeps(owners->options.directory, erasure->uid);
	ret = owner_files_erase(owners->options.directory, erasure->uid, &erasure->bytes, error);
	/* open until then: a log that nobody writes to, readers cannot make sense of for a moment */
	if (owner)
		owner_close(owners, owner);
	if (!ret && keep_days) /* what was said about the future stays */
		ret = owner_keep(owners, erasure->uid, keep_days, error);
	return ret;
}

int owners_erase(struct owners *owners, uint32_t uid, uint32_t by, int64_t *out_freed_bytes,
		 struct error *error)
{
	struct store_erasure erasure = { .time_us = clock_now_us(), .uid = uid, .by = by };
	struct store_totals totals = { 0 };
	int read = owner_files_add_totals(owners->options.directory, uid, &totals, NULL), ret;

	erasure.events = totals.events; /* 0 of what cannot be read: nobody knows */
	ret = owner_erase(owners, &erasure, error);
	*out_freed_bytes = erasure.bytes;
	if (!ret && erasures_are_to_note(&erasure, read, &totals))
		owner_note_erasure(owners, &erasure);
	return ret;
}

struct erasing { /* of everybody's */
	struct owners *owners;
	uint32_t by;
};

static int erase_one(uint32_t uid, int64_t *out_freed_bytes, void *data, struct error *error)
{
	const struct erasing *erasing = data;

	return owners_erase(erasing->owners, uid, erasing->by, out_freed_bytes, error);
}

int owners_erase_all(struct owners *owners, uint32_t by, int64_t *out_freed_bytes,
		     struct error *error)
{
	struct erasing erasing = { .owners = owners, .by = by };
	struct owner_file *files = NULL;
	size_t count = 0;
	int ret = owner_files_list(owners->options.directory, &files, &count, error);

	if (!ret)
		ret = owner_files_erase_each(files, count, erase_one, &erasing, out_freed_bytes,
					     error);
	free(files);
	return ret;
}

struct kept_counts owners_counts(const struct owners *owners)
{
	struct kept_counts sum = owners->counts;
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->collector)
			add_counts(&sum, collector_counts(owners->list[i]->collector));
	return sum;
}
