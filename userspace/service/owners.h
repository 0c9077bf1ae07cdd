/* SPDX-License-Identifier: GPL-2.0-only */
/* owners.h - the open databases of the collector, one a uid.
 * Each keeps its own position in the ring, so erasure is unlink, and quota and corruption stay
 * private (hazards: 11). The least recently used of more than OWNERS_OPEN is closed. */
#ifndef TELPROBE_SERVICE_OWNERS_H
#define TELPROBE_SERVICE_OWNERS_H

#include "privacy/firewall.h"
#include "service/collector.h"
#include "store/store.h"

enum { OWNERS_OPEN = 64 };

struct owner {
	uint32_t uid;
	uint32_t level; /* what it consented to; TP_LEVEL_OFF: rows of it are refused */
	struct store *store;
	struct collector *collector;
	uint64_t committed; /* position of the ring in its database */
	uint64_t used;	    /* for finding the least recently used */
	bool has_failed;    /* its database cannot be written: told once, retried at each start */
};

struct owners;

struct owners_options {
	const char *directory;
	struct store_ring ring;
	struct firewall *firewall;
	struct collector_source source;
};

int owners_new(const struct owners_options *options, struct owners **out, struct error *error);
void owners_free(struct owners *owners); /* closes; uncommitted rows are rolled back */

/** owners_allow() - @level of @uid; TP_LEVEL_OFF: no more rows of it */
int owners_allow(struct owners *owners, uint32_t uid, uint32_t level);

/** owners_take() - one record of @uid. Return: 0 also when refused or lost, counted. */
int owners_take(struct owners *owners, uint32_t uid, const void *record, size_t bytes,
		uint64_t position);

/** owners_commit() - every database with rows, up to @position. */
void owners_commit(struct owners *owners, uint64_t position);

/** owners_erase() - close and remove the database of @uid. *out_freed_bytes: of the files */
int owners_erase(struct owners *owners, uint32_t uid, int64_t *out_freed_bytes,
		 struct error *error);

struct owners_counts {
	uint64_t stored, lost, refused; /* refused: records of uids without consent */
};
struct owners_counts owners_counts(const struct owners *owners);

#endif
