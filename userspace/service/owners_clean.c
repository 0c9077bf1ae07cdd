/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/owner_files.h"
#include "service/owners_internal.h"

enum {
	SLICE_US = 10000, /* the ring bridges some hundred milliseconds at full rate */
	ALL_MS = 3600 * 1000,
	MAKE_SPACE_MS = 60 * 1000,
	LOOK_EVENTS = 50000, /* a megabyte or two */
	RESERVE_BYTES = 8 << 20,
	RESERVE_RETRY_MS = 1000,
};

/* On a full disk not even a removal finds room: it is written to the log first, and the log cannot
 * be emptied into a file that cannot grow. For that moment some room is kept in a file of zeros. A
 * pass that finds no other takes it, and it is taken back when no pass is due any more. Until then
 * no event is stored: one would use the room a later pass needs. */
static const char reserve[] = "reserve";

static void reserve_path(const struct owners *owners, char *out, size_t bytes)
{
	snprintf(out, bytes, "%s/%s", owners->options.directory, reserve);
}

static int open_reserve(const struct owners *owners, int flags)
{
	char path[4096];

	reserve_path(owners, path, sizeof(path));
	return open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
}

/* Return: whether there was one. The empty file tells a next run that it is to be taken back. */
static bool free_reserve(struct owners *owners)
{
	int fd = open_reserve(owners, 0);
	struct stat file;
	bool is_freed = fd >= 0 && !fstat(fd, &file) && file.st_size && !ftruncate(fd, 0);

	if (fd >= 0)
		close(fd);
	if (!is_freed)
		return false;
	owners->cleaning.is_short = true;
	owners->cleaning.has_to_reserve = true;
	return true;
}

/* Without room for a first one there is none: the next hour tries again. */
static void keep_reserve(struct owners *owners)
{
	struct owners_cleaning *cleaning = &owners->cleaning;
	int fd = open_reserve(owners, O_CREAT);
	char path[4096];

	cleaning->has_to_reserve = false;
	cleaning->reserve_retry_ms = clock_monotonic_ms() + RESERVE_RETRY_MS;
	if (fd < 0)
		return;
	if (!posix_fallocate(fd, 0, RESERVE_BYTES)) {
		cleaning->is_short = false;
	} else if (!cleaning->is_short || ftruncate(fd, 0)) {
		reserve_path(owners, path, sizeof(path));
		unlink(path);
	}
	close(fd);
}

/* A run that ended before it could take the reserve back left the room for a pass of this one. */
static void look_for_reserve(struct owners *owners)
{
	int fd = open_reserve(owners, 0);
	struct stat file;

	if (fd < 0)
		return;
	owners->cleaning.is_short = !fstat(fd, &file) && file.st_size < RESERVE_BYTES;
	close(fd);
	if (owners->cleaning.is_short)
		keep_reserve(owners);
}

static void queue(struct owners *owners, struct owner *owner)
{
	owners->cleaning.queued += !owner->is_queued;
	owner->is_queued = true;
}

void owners_limit(struct owners *owners, const struct store_limits *limits)
{
	struct owners_cleaning *cleaning = &owners->cleaning;

	if (cleaning->is_limited && !memcmp(&cleaning->limits, limits, sizeof(*limits)))
		return;
	if (!cleaning->is_limited)
		look_for_reserve(owners);
	cleaning->limits = *limits;
	cleaning->is_limited = true;
	cleaning->due_ms = 0;
}

static void look_at_size(struct owners *owners, struct owner *owner)
{
	if (owner == owners->cleaning.current || !owner->store)
		return;
	owner->unlooked = 0;
	if (store_is_too_large(owner->store, owners->cleaning.limits.max_bytes))
		queue(owners, owner);
}

void owner_has_grown(struct owners *owners, struct owner *owner, uint64_t events)
{
	owner->unlooked += events;
	if (owner->unlooked >= LOOK_EVENTS)
		look_at_size(owners, owner);
}

void owners_make_space(struct owners *owners)
{
	struct owners_cleaning *cleaning = &owners->cleaning;

	if (clock_monotonic_ms() - cleaning->began_all_ms < MAKE_SPACE_MS)
		return;
	cleaning->due_ms = 0;
}

bool owners_are_short(struct owners *owners)
{
	struct owners_cleaning *cleaning = &owners->cleaning;

	if (!cleaning->is_short) {
		cleaning->has_told_shortage = false;
		return false;
	}
	if (!cleaning->has_told_shortage)
		fprintf(stderr,
			"telprobe: the disk of '%s' is full: events are lost until the %d MB kept "
			"for removing old ones are free again\n",
			owners->options.directory, RESERVE_BYTES >> 20);
	cleaning->has_told_shortage = true;
	owners_make_space(owners);
	return true;
}

static void queue_all(struct owners *owners)
{
	DIR *directory = opendir(owners->options.directory);
	struct dirent *entry;
	struct owner *owner;
	uint32_t uid;

	if (!directory) {
		fprintf(stderr, "telprobe: cannot look for old events in '%s': %s\n",
			owners->options.directory, error_text(errno));
		return;
	}
	while ((entry = readdir(directory))) {
		if (!owner_files_is_one(entry->d_name, &uid))
			continue;
		owner = owner_add(owners, uid);
		if (owner)
			queue(owners, owner);
	}
	closedir(directory);
}

static void tell_failure(struct owner *owner, const struct error *error)
{
	if (!owner->has_clean_failed)
		fprintf(stderr, "telprobe: %s\n", error->what);
	owner->has_clean_failed = true;
}

/* Return: whether it is, with the reserve. */
static bool tries_again_on_full_disk(struct owners *owners, struct owner *owner, int ret)
{
	if (ret != -ENOSPC || !free_reserve(owners))
		return false;
	owner->retry_ms = 0;
	queue(owners, owner);
	return true;
}

static void tell_doubt(struct owners *owners)
{
	if (!owners->cleaning.has_doubted)
		fprintf(stderr, "telprobe: the clock is far ahead of the last time old events were "
				"removed: if that stays so, it is believed after 24 hours\n");
	owners->cleaning.has_doubted = true;
}

static void end_pass(struct owners *owners)
{
	struct owners_cleaning *cleaning = &owners->cleaning;

	if (cleaning->is_only_for_this && cleaning->current->store &&
	    !collector_pending(cleaning->current->collector))
		owner_close(owners, cleaning->current);
	cleaning->current = NULL;
}

static struct owner *next_queued(struct owners *owners)
{
	size_t i;

	for (i = 0; i < owners->count && owners->cleaning.queued; i++)
		if (owners->list[i]->is_queued)
			return owners->list[i];
	return NULL;
}

/* Return: whether a pass is on now. */
static bool begin_pass(struct owners *owners, struct owner *owner, int64_t now_us)
{
	struct owners_cleaning *cleaning = &owners->cleaning;
	int64_t now_ms = clock_monotonic_ms();
	int64_t since_ms = owner->cleaned_ms ? owner->cleaned_ms : cleaning->started_ms;
	struct error error = { 0 };
	int ret;

	cleaning->is_only_for_this = !owner->store;
	ret = owner->store ? 0 : owner_open(owners, owner); /* which tells */
	if (!ret)
		ret = store_clean_begin(owner->store, &cleaning->limits, now_us,
					(now_ms - since_ms) * 1000, &error);
	owner->is_queued = false;
	cleaning->queued--;
	cleaning->current = owner;
	if (ret != -EBUSY) /* then it has its turn in an hour, or when it has grown */
		owner->cleaned_ms = now_ms;
	if (ret == 1)
		tell_doubt(owners);
	if (ret >= 0)
		return true;
	if (!tries_again_on_full_disk(owners, owner, ret) && error.what[0] && ret != -EBUSY)
		tell_failure(owner, &error);
	end_pass(owners);
	return false;
}

static void go_on(struct owners *owners)
{
	struct owner *owner = owners->cleaning.current;
	struct error error = { 0 };
	int ret = 0;

	if (owner->store) /* it was not erased meanwhile */
		ret = store_clean_slice(owner->store, SLICE_US, &error);
	if (ret == 1 || ret == -EBUSY)
		return;
	if (!ret)
		owner->has_clean_failed = false;
	else if (!tries_again_on_full_disk(owners, owner, ret))
		tell_failure(owner, &error);
	end_pass(owners);
}

static bool has_more_to_do(const struct owners_cleaning *cleaning)
{
	return cleaning->current || cleaning->queued || cleaning->has_to_reserve;
}

/* Nothing else would look at the last events before a silence. */
static void look_at_grown(struct owners *owners)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (owners->list[i]->unlooked)
			look_at_size(owners, owners->list[i]);
}

bool owners_clean(struct owners *owners, int64_t now_us, bool is_quiet)
{
	struct owners_cleaning *cleaning = &owners->cleaning;
	struct owner *owner;
	int64_t now_ms;

	if (!cleaning->is_limited)
		return false;
	if (cleaning->current) {
		go_on(owners);
		return has_more_to_do(cleaning);
	}
	now_ms = clock_monotonic_ms();
	if (now_ms >= cleaning->due_ms) {
		cleaning->due_ms = now_ms + ALL_MS;
		cleaning->began_all_ms = now_ms;
		cleaning->has_to_reserve = true;
		queue_all(owners);
	}
	if (is_quiet)
		look_at_grown(owners);
	owner = next_queued(owners);
	if (!owner && (cleaning->has_to_reserve ||
		       (cleaning->is_short && now_ms >= cleaning->reserve_retry_ms)))
		keep_reserve(owners);
	if (owner && begin_pass(owners, owner, now_us))
		go_on(owners);
	return has_more_to_do(cleaning);
}

/* @set: as owners_retention() */
static int ask_or_set(struct owners *owners, struct owner *owner, int64_t set, int64_t *out_days,
		      struct error *error)
{
	bool was_open = owner->store;
	int ret = 0;

	if (!was_open && owner_open(owners, owner))
		return error_set(error, -EIO, "the database of uid %" PRIu32 " cannot be opened",
				 owner->uid);
	if (set)
		ret = store_set_keep_days(owner->store, set - 1, error);
	if (!ret && set)
		queue(owners, owner);
	if (!ret)
		ret = store_keep_days(owner->store, out_days, error);
	if (!was_open)
		owner_close(owners, owner);
	return ret;
}

int owner_keep(struct owners *owners, uint32_t uid, int64_t days, struct error *error)
{
	struct owner *owner = owner_add(owners, uid);
	int64_t kept;

	if (!owner)
		return error_set(error, -ENOSPC, "too many people have databases");
	return ask_or_set(owners, owner, days + 1, &kept, error);
}

/* Who said no and has no database gets none by this: it would be room on the disk for the asking. */
int owners_retention(struct owners *owners, uint32_t uid, int64_t set, struct owners_kept *out,
		     struct error *error)
{
	struct owners_kept kept = { .machine_days = owners->cleaning.limits.keep_days,
				    .max_bytes = owners->cleaning.limits.max_bytes };
	struct owner *owner = owner_find(owners, uid);
	bool has_database = owner_has_file(owners, uid);
	int ret = 0;

	if (set > STORE_KEEP_DAYS_MAX + 1)
		return error_set(error, -EINVAL, "a retention is 1 to %d days",
				 STORE_KEEP_DAYS_MAX);
	if (set > 1 && !has_database && (!owner || owner->level == TP_LEVEL_OFF)) {
		error_set(error, -ENOENT, "nothing of yours is kept here");
		return error_hint(error, "telprobe enable, then telprobe retention %" PRId64,
				  set - 1);
	}
	if (has_database && !owner)
		owner = owner_add(owners, uid);
	if (has_database && !owner)
		return error_set(error, -ENOSPC, "too many people have databases");
	if (has_database || set > 1)
		ret = ask_or_set(owners, owner, set, &kept.own_days, error);
	if (!ret)
		*out = kept;
	return ret;
}
