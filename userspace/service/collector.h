/* SPDX-License-Identifier: GPL-2.0-only */
/* collector.h - from a record of the kernel to a row of the store.
 * The one place where records become events: decode, resolve names, firewall, session, store.
 * Nothing behind it ever sees a string the firewall has not passed. Holds no descriptor of its
 * own; the ring is read elsewhere (capture/ring.h) and handed in record by record.
 *
 * The app of an event is the one its process named in its last session_begin, if the firewall let
 * that name pass; else the file name of the program it executes. TP_EXEC is no event: what it says
 * is in every record of the process (program) and in its TP_EXIT (when, by the wall time); it is
 * counted as noted.
 *
 * Of what repeats nothing is done twice: a place's name, a record's series, a process's session
 * and context are kept in tables, so that most events cost one insert and no string. */
#ifndef TELPROBE_SERVICE_COLLECTOR_H
#define TELPROBE_SERVICE_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "privacy/firewall.h"
#include "store/store.h"
#include "telprobe/record.h"

struct collector;

struct collector_source { /* where a place's text and a file's name come from; a fake in tests */
	void *data;
	/* text of a place in the file @object: as inspector_text() */
	int (*text)(void *data, uint16_t object, uint32_t place, char out[64]);
	/* base name of the file @object, NULL if unknown; provenance FIREWALL_PROGRAM */
	const char *(*program)(void *data, uint16_t object);
	/* CLOCK_MONOTONIC ns to UTC us */
	int64_t (*utc_us)(void *data, uint64_t monotonic_ns);
	/* a name was refused (shown to a developer in his own run, never stored), told when a place
	 * is first met, not for each event; may be NULL. @text is NULL when it could not be read */
	void (*refused)(void *data, uint16_t object, enum firewall_layer layer, const char *text);
};

enum collector_loss { /* why a record was not stored; collector_loss_text() explains */
		      COLLECTOR_BAD_RECORD, /* wrong size, type or value: never from our own kernel side */
		      COLLECTOR_STORE_ERROR, /* the batch it was in could not be written */
		      COLLECTOR_NOT_FINITE,  /* a measure that is NaN or infinite */
		      COLLECTOR_LOSSES
};

struct collector_counts {
	uint64_t taken;	 /* records = noted + stored + lost + not yet committed */
	uint64_t noted;	 /* TP_EXEC: no event */
	uint64_t stored; /* committed */
	uint64_t lost[COLLECTOR_LOSSES];
	uint64_t names_refused; /* events kept with a placeholder for a name */
};

/** collector_new() - @store and @firewall stay the caller's and must outlive the collector.
 * @level: enum tp_level; resource use of exits is kept at TP_LEVEL_FULL only. */
int collector_new(struct store *store, struct firewall *firewall,
		  const struct collector_source *source, int level, struct collector **out,
		  struct error *error);
void collector_free(struct collector *collector);

/** collector_take() - one record, in the ring's order. Begins a batch where none is open.
 * TP_DISCOVER is not for here. Return: 0 also for a counted refusal; negative errno when the store
 * failed: the batch is rolled back and counted as COLLECTOR_STORE_ERROR, taking may go on. */
int collector_take(struct collector *collector, const void *record, size_t bytes,
		   struct error *error);

/** collector_commit() - end the batch; as store_commit(). Nothing to do without a batch, unless
 * the position moved. On failure its events are counted as COLLECTOR_STORE_ERROR. */
int collector_commit(struct collector *collector, const struct store_ring *ring,
		     uint64_t old_position, uint64_t new_position, struct error *error);
/** collector_pending() - events taken and not yet committed. */
size_t collector_pending(const struct collector *collector);
const struct collector_counts *collector_counts(const struct collector *collector);
const char *collector_loss_text(enum collector_loss loss);

#endif
