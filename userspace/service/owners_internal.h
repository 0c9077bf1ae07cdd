/* SPDX-License-Identifier: GPL-2.0-only */
/* owners_internal.h - the inside of struct owners, for owners.c and the files named after it. */
#ifndef TELPROBE_SERVICE_OWNERS_INTERNAL_H
#define TELPROBE_SERVICE_OWNERS_INTERNAL_H

#include "service/owners.h"

enum { OWNERS_MAX = 4096 };

struct owners_cleaning {
	struct store_limits limits;
	bool is_limited;       /* limits were told */
	bool is_only_for_this; /* its database was opened for the pass */
	bool has_to_reserve;   /* when all that is queued is done */
	bool is_short;	       /* the reserve is in use or could not be taken back */
	bool has_told_shortage;
	bool has_doubted;      /* it was told that the clock is in doubt */
	struct owner *current; /* a pass of it is on */
	size_t queued;
	int64_t due_ms;	      /* CLOCK_MONOTONIC: when all of the directory are due */
	int64_t began_all_ms; /* when they were last; 0: never */
	int64_t started_ms;
	int64_t reserve_retry_ms; /* while it is short: not before */
};

struct owners {
	struct owners_options options;
	struct owner *list[OWNERS_MAX];
	size_t count;
	uint64_t uses;
	struct kept_counts counts; /* of databases that were closed, and of what met none */
	struct owners_cleaning cleaning;
};

/* owners.c */
struct owner *owner_find(struct owners *owners, uint32_t uid);
/** owner_add() - the one of @uid, new ones without consent. Return: NULL: no room. */
struct owner *owner_add(struct owners *owners, uint32_t uid);
/** owner_open() - its database, created if missing. A failure is told once. */
int owner_open(struct owners *owners, struct owner *owner);
void owner_close(struct owners *owners, struct owner *owner);
/** owner_failed() - say once that nothing could be stored, and why; make room where none is left. */
void owner_failed(struct owners *owners, struct owner *owner, int ret, const struct error *error);
/** owner_erase() - as owners_erase(), noting nothing; @erasure: whose; what was freed is set */
int owner_erase(struct owners *owners, struct store_erasure *erasure, struct error *error);
/** owner_note_erasure() - to the list of them; a failure is told, what is gone stays gone */
void owner_note_erasure(const struct owners *owners, const struct store_erasure *erasure);
/** owner_has_file() - whether there is a database of @uid, open or not */
bool owner_has_file(const struct owners *owners, uint32_t uid);

/* owners_clean.c */
/** owner_has_grown() - @events were stored: is it time to look at the size? */
void owner_has_grown(struct owners *owners, struct owner *owner, uint64_t events);
/** owner_keep() - @days are the owner's own, in a database that is created if missing */
int owner_keep(struct owners *owners, uint32_t uid, int64_t days, struct error *error);
/** owners_make_space() - the disk is full: clean every database, but not all the time. */
void owners_make_space(struct owners *owners);
/** owners_are_short() - may no event be stored now, since the room there is belongs to the
 * removal of old ones? Told once, and space is made. */
bool owners_are_short(struct owners *owners);

#endif
