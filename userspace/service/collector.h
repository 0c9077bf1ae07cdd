/* SPDX-License-Identifier: GPL-2.0-only */
/* collector.h - from a record of the kernel to a row of the store.
 * The one place where records become events: decode, resolve names, firewall, session, store.
 * Nothing behind it ever sees a string the firewall has not passed. Holds no descriptor of its
 * own; the ring is read elsewhere (capture/ring.h) and handed in record by record.
 *
 * The app of an event is the one its process named in its last session_begin, if the firewall let
 * that name pass; else the one its parent had when it was forked; else the file name of the program
 * it executes. TP_EXEC is no event: what it says is in every record of the process (program) and in
 * its TP_EXIT (when, by the wall time). Neither is TP_FORK. Both are counted as noted, and so is a
 * TP_HEARTBEAT whose session has told something since the last: it says nothing new.
 *
 * Two kinds of events come from no record: that a run which had failed succeeded (recoveries.h), and that
 * a program was updated (updates.h). They are stored with the record that tells it or not at all, and are
 * in none of the counts.
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
#include "service/losses.h"
#include "store/store.h"
#include "telprobe/record.h"

struct collector;
struct totals_added; /* totals.h */

enum {				/* where nobody says otherwise */
       COLLECTOR_NAMES = 20000, /* of a target in a store */
       COLLECTOR_ORIGIN = 1	/* whose: of no target */
};

struct collector_budget { /* how many distinct names a file of the traced ones may add to a store */
	uint32_t origin;  /* whose they are, as store_name_within() has it: its target */
	int64_t names;
};

struct collector_build {  /* which build of a program a file is */
	uint64_t program; /* stands for the program, whatever build */
	uint8_t id[20];
	char version[33]; /* as the file says; "" it does not */
};

struct collector_source { /* where a place's text and a file's name come from; a fake in tests */
	void *data;
	/* text of a place in the file @object: as inspector_text(); of a declared name too */
	int (*text)(void *data, uint16_t object, uint32_t place, char out[64]);
	/* base name of the file @object, NULL if unknown; provenance FIREWALL_PROGRAM */
	const char *(*program)(void *data, uint16_t object);
	/* CLOCK_MONOTONIC ns to UTC us */
	int64_t (*utc_us)(void *data, uint64_t monotonic_ns);
	/* under which the file @object was attached, TP_GENERATIONS: there is none; NULL: totals
	 * are always of the files there are */
	uint32_t (*generation)(void *data, uint16_t object);
	/* number of the target the file @object is of, 0: not known; NULL: nobody asks */
	uint32_t (*target)(void *data, uint16_t object);
	/* which build the file @object is; NULL: nothing is derived of it; NULL for all: of none */
	const struct collector_build *(*build)(void *data, uint16_t object);
	/* what @object's names count towards; NULL: all towards one of COLLECTOR_NAMES */
	struct collector_budget (*budget)(void *data, uint16_t object);
	/* a name was refused (shown to a developer in his own run, never stored), told when a place
	 * is first met, not for each event; may be NULL. @text is NULL when it could not be read */
	void (*refused)(void *data, uint16_t object, enum firewall_layer layer, const char *text);
	/* name @index of a record of that type and kind is neither a constant nor declared; told once
	 * for records that are alike; may be NULL */
	void (*undeclared)(void *data, enum tp_type type, uint8_t kind, int index);
};

struct collector_counts {
	uint64_t taken;	 /* records = noted + stored + lost + not yet committed */
	uint64_t noted;	 /* no events: TP_EXEC, TP_FORK, needless heartbeats */
	uint64_t stored; /* committed */
	uint64_t added;	 /* spans that came in totals: committed, and no records */
	uint64_t lost[LOSSES];
	uint64_t lost_spans[LOSSES]; /* likewise: of what came in totals */
	uint64_t names_refused;	     /* events kept with a placeholder for a name */
	uint64_t names_other;	     /* of these, with [OTHER]: over the budget of names */
};

/** collector_new() - @store and @firewall stay the caller's and must outlive the collector.
 * @level: enum tp_level; resource use of exits is kept at TP_LEVEL_FULL only. */
int collector_new(struct store *store, struct firewall *firewall,
		  const struct collector_source *source, int level, struct collector **out,
		  struct error *error);
void collector_free(struct collector *collector);

/** collector_forget() - files whose numbers will mean other files; between batches. @is_gone: by object */
void collector_forget(struct collector *collector, const bool is_gone[TP_OBJECTS]);

/** collector_judge_by() - another firewall from here on, which must outlive the collector. Not while a
 * record is being taken. */
void collector_judge_by(struct collector *collector, struct firewall *firewall);

/** collector_mark() - events and totals of these targets are marked from here on, so that
 * store_delete_marked() finds them; of a file whose target is not known too, if there are any
 * @targets: MESSAGE_TARGETS bits, which stay the caller's and may change; NULL: none, as at first */
void collector_mark(struct collector *collector, const uint8_t *targets);

/** collector_recover() - tell what runs recover from, but of these targets, nor of a file whose target is
 * not known if there are any
 * @left_out: MESSAGE_TARGETS bits, which stay the caller's and may change; NULL: tell of none, as at
 * first */
void collector_recover(struct collector *collector, const uint8_t *left_out);

/** collector_update() - likewise: tell when programs without markers were updated */
void collector_update(struct collector *collector, const uint8_t *left_out);

/** collector_take() - one record, in the ring's order. Begins a batch where none is open.
 * TP_DISCOVER is not for here. Return: 0 also for a counted refusal; negative errno when the store
 * failed: the batch is rolled back and counted as LOSS_STORE_ERROR, taking may go on. */
int collector_take(struct collector *collector, const void *record, size_t bytes,
		   struct error *error);

/** collector_take_totals() - what was added to one series, as part of the batch
 * @source: of the half, 0: that it was taken is not kept (nobody will ask); @day: since 1970
 * Return: as collector_take(), but what is rolled back is not lost: the kernel side still has
 * it. */
int collector_take_totals(struct collector *collector, const struct totals_added *added,
			  uint64_t source, int64_t day, struct error *error);

/** collector_commit() - end the batch; as store_commit(). Nothing to do without a batch, unless
 * the position moved. On failure its events are counted as LOSS_STORE_ERROR. */
int collector_commit(struct collector *collector, const struct store_ring *ring,
		     uint64_t old_position, uint64_t new_position, struct error *error);
/** collector_pending() - events taken and not yet committed. */
size_t collector_pending(const struct collector *collector);
const struct collector_counts *collector_counts(const struct collector *collector);

#endif
