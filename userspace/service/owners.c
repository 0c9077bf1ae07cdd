/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNERS_MAX = 4096 };

struct owners {
	struct owners_options options;
	struct owner *list[OWNERS_MAX];
	size_t count;
	uint64_t uses;
	struct owners_counts counts; /* of databases that were closed, and refused ones */
};

int owners_new(const struct owners_options *options, struct owners **out, struct error *error)
{
	struct owners *owners = calloc(1, sizeof(*owners));

	if (!owners)
		return error_set(error, -ENOMEM, "no memory for the databases");
	owners->options = *options;
	*out = owners;
	return 0;
}

static uint64_t lost_sum(const struct collector_counts *counts)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < COLLECTOR_LOSSES; i++)
		sum += counts->lost[i];
	return sum;
}

static void owner_close(struct owners *owners, struct owner *owner)
{
	if (owner->collector) {
		const struct collector_counts *counts = collector_counts(owner->collector);

		owners->counts.stored += counts->stored;
		owners->counts.lost += lost_sum(counts) + collector_pending(owner->collector);
	}
	collector_free(owner->collector);
	store_close(owner->store);
	owner->collector = NULL;
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

static struct owner *owner_find(struct owners *owners, uint32_t uid)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->uid == uid)
			return owners->list[i];
	return NULL;
}

int owners_allow(struct owners *owners, uint32_t uid, uint32_t level)
{
	struct owner *owner = owner_find(owners, uid);

	if (!owner) {
		if (owners->count == OWNERS_MAX)
			return -ENOSPC;
		owner = calloc(1, sizeof(*owner));
		if (!owner)
			return -ENOMEM;
		owner->uid = uid;
		owners->list[owners->count++] = owner;
	}
	owner->level = level;
	return 0;
}

static void owner_path(const struct owners *owners, uint32_t uid, const char *suffix, char *out,
		       size_t bytes)
{
	snprintf(out, bytes, "%s/%" PRIu32 ".db%s", owners->options.directory, uid, suffix);
}

/* The api reads what its caller owns: by the group both share, and nobody else does. */
static void share_with_api(const struct owners *owners, uint32_t uid)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char path[4096];
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		owner_path(owners, uid, suffixes[i], path, sizeof(path));
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

static int owner_open(struct owners *owners, struct owner *owner)
{
	struct error error = { 0 };
	char path[4096];
	int ret;

	make_room(owners);
	owner_path(owners, owner->uid, "", path, sizeof(path));
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
		share_with_api(owners, owner->uid);
		owner->has_failed = false;
		return 0;
	}
	owner_close(owners, owner);
	if (!owner->has_failed)
		fprintf(stderr, "telprobe: %s; %s\n", error.what, error.hint);
	owner->has_failed = true;
	return ret;
}

int owners_take(struct owners *owners, uint32_t uid, const void *record, size_t bytes,
		uint64_t position)
{
	struct owner *owner = owner_find(owners, uid);
	struct error error = { 0 };

	if (!owner || owner->level == TP_LEVEL_OFF) {
		owners->counts.refused++;
		return 0;
	}
	owner->used = ++owners->uses;
	if (!owner->store && owner_open(owners, owner)) {
		owners->counts.lost++;
		return 0;
	}
	if (position <= owner->committed)
		return 0; /* stored by a collector that was killed before it released the ring */
	if (collector_take(owner->collector, record, bytes, &error) && !owner->has_failed) {
		fprintf(stderr, "telprobe: %s\n", error.what);
		owner->has_failed = true;
	}
	return 0;
}

static void owner_commit(struct owners *owners, struct owner *owner, uint64_t position)
{
	struct error error = { 0 };

	if (!owner->store || !collector_pending(owner->collector))
		return;
	if (!collector_commit(owner->collector, &owners->options.ring, owner->committed, position,
			      &error)) {
		owner->committed = position;
		owner->has_failed = false;
		return;
	}
	if (!owner->has_failed)
		fprintf(stderr, "telprobe: %s\n", error.what);
	owner->has_failed = true;
}

void owners_commit(struct owners *owners, uint64_t position)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		owner_commit(owners, owners->list[i], position);
}

static int remove_file(const char *path, int64_t *freed_bytes, struct error *error)
{
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (unlink(path))
		return error_set(error, -errno, "cannot remove '%s': %s", path, error_text(errno));
	*freed_bytes += status.st_size;
	return 0;
}

int owners_erase(struct owners *owners, uint32_t uid, int64_t *out_freed_bytes, struct error *error)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	struct owner *owner = owner_find(owners, uid);
	int64_t freed_bytes = 0, ignored;
	struct store *store;
	char path[4096];
	int ret = 0;
	size_t i;

	if (owner)
		owner_close(owners, owner);
	owner_path(owners, uid, "", path, sizeof(path));
	/* the bytes first, in case a reader still has the file open */
	if (!access(path, F_OK) && !store_open(path, STORE_WRITE, uid, &store, error)) {
		store_delete_all(store, &ignored, NULL);
		store_close(store);
	}
	for (i = 0; !ret && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		owner_path(owners, uid, suffixes[i], path, sizeof(path));
		ret = remove_file(path, &freed_bytes, error);
	}
	if (!ret)
		*out_freed_bytes = freed_bytes;
	return ret;
}

struct owners_counts owners_counts(const struct owners *owners)
{
	struct owners_counts sum = owners->counts;
	size_t i;

	for (i = 0; i < owners->count; i++) {
		const struct owner *owner = owners->list[i];

		if (!owner->collector)
			continue;
		sum.stored += collector_counts(owner->collector)->stored;
		sum.lost += lost_sum(collector_counts(owner->collector));
	}
	return sum;
}
