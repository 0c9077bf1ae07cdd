/* SPDX-License-Identifier: GPL-2.0-only */
/* owners.h - the open databases of the collector, one a uid.
 * Each keeps its own position in the ring, so erasure is unlink, and quota and corruption stay
 * private (hazards: 11). The least recently used of more than OWNERS_OPEN is closed. */
#ifndef TELPROBE_SERVICE_OWNERS_H
#define TELPROBE_SERVICE_OWNERS_H

#include "privacy/firewall.h"
#include "service/collector.h"
#include "service/messages.h"
#include "store/retention.h"
#include "store/store.h"

enum { OWNERS_OPEN = 64 };

struct owner {
	uint32_t uid;
	uint32_t level; /* what it consented to; TP_LEVEL_OFF: rows of it are refused */
	struct store *store;
	struct collector *collector;
	uint64_t committed;		     /* position of the ring in its database */
	uint64_t used;			     /* for finding the least recently used */
	uint8_t marked[MESSAGE_TARGETS / 8]; /* targets whose events are marked */
	/* targets of which nothing of that category is derived */
	uint8_t without_errors[MESSAGE_TARGETS / 8];
	uint8_t without_lifecycle[MESSAGE_TARGETS / 8];
	uint32_t end_due; /* number of the MESSAGE_END to answer, 0: none */
	bool has_failed;  /* its database cannot be written: told once, retried at each start */
	int64_t retry_ms; /* CLOCK_MONOTONIC: not opened again before */
	/* of its retention (owners_clean.c) */
	int64_t cleaned_ms;    /* CLOCK_MONOTONIC, when the last pass began; 0: none yet */
	uint64_t unlooked;     /* events stored since its size was looked at last */
	bool is_queued;	       /* a pass is due */
	bool has_clean_failed; /* told once */
};

struct owners;
struct totals; /* totals.h */

struct owners_kept {
	int64_t own_days, machine_days; /* 0: none; for ever */
	int64_t max_bytes;		/* 0: no limit */
};

struct owners_options {
	const char *directory;
	struct store_ring ring;
	struct firewall *firewall;
	struct collector_source source;
};

int owners_new(const struct owners_options *options, struct owners **out, struct error *error);
void owners_free(struct owners *owners); /* closes; uncommitted rows are rolled back */

/** owners_allow() - @level of @uid; TP_LEVEL_OFF: no more rows of it. @marked: targets of which all that
 * is stored from here on is marked, MESSAGE_TARGETS bits */
int owners_allow(struct owners *owners, uint32_t uid, uint32_t level, const uint8_t *marked);

/** owners_without() - targets of which nothing of @category (errors, lifecycle) is derived for @uid,
 * MESSAGE_TARGETS bits; nothing to do for who never said yes */
void owners_without(struct owners *owners, uint32_t uid, enum tp_category category,
		    const uint8_t *targets);

/** owners_owe() - what is marked of @uid is to be deleted, which is @number, not 0. Return: 0; 1: there
 * is no database of it; -ENOSPC: no room for another person. */
int owners_owe(struct owners *owners, uint32_t uid, uint32_t number);
/** owners_owing() - the number of one to whom that is owed, 0: nobody is */
uint32_t owners_owing(const struct owners *owners, uint32_t *out_uid);
/** owners_pay() - do it, between batches and when nothing of @uid is in sums of the kernel; nothing is
 * owed after it, whatever it returns. A database without anything else is removed. */
int owners_pay(struct owners *owners, uint32_t uid, struct error *error);

/** owners_forget() - files whose numbers will mean other files; between batches. @is_gone: by object */
void owners_forget(struct owners *owners, const bool is_gone[TP_OBJECTS]);

/** owners_judge_by() - another firewall from here on, between batches. */
void owners_judge_by(struct owners *owners, struct firewall *firewall);

/** owners_take() - one record of @uid. Return: 0 also when refused or lost, counted. */
int owners_take(struct owners *owners, uint32_t uid, const void *record, size_t bytes,
		uint64_t position);

/** owners_commit() - every database with rows, up to @position. */
void owners_commit(struct owners *owners, uint64_t position);

/** owners_take_totals() - what was added to a half since it was stored last; between batches only
 * @sources: of both halves; what others were is forgotten. @is_last: the half is about to be
 * cleared: what cannot be stored now is lost, counted
 * @out_has_strangers: there is something in it of people who do not agree to it (any more)
 * Return: whether all of the others is stored; else it is to be tried again. */
bool owners_take_totals(struct owners *owners, struct totals *totals, uint32_t half,
			const uint64_t sources[2], bool is_last, bool *out_has_strangers);

/** owners_erase() - close and remove the database of @uid, and note that (erasures.h)
 * @by: uid of who asked. *out_freed_bytes: of the files */
int owners_erase(struct owners *owners, uint32_t uid, uint32_t by, int64_t *out_freed_bytes,
		 struct error *error);

/** owners_limit() - how long and how much is kept of each; the first pass is due at once. */
void owners_limit(struct owners *owners, const struct store_limits *limits);

/** owners_retention() - what holds for @uid
 * @set: 0: only ask; else days + 1: make them the owner's own (1: none any more) and clean his
 * database at once
 * Return: 0; -EINVAL: no such number of days; -ENOENT: to be set, and he has neither a database nor
 * said yes; what keeps the database from being opened. */
int owners_retention(struct owners *owners, uint32_t uid, int64_t set_days, struct owners_kept *out,
		     struct error *error);

/** owners_clean() - go on with what retention has to do, for about a hundredth of a second: every
 * database in the directory at the start, each hour, when limits change and when the disk is full;
 * one that has grown beyond its size at once. Between batches only.
 * @now_us: UTC
 * @is_quiet: no event has come for a while: a database that has grown little is looked at, too
 * Return: whether there is more to do now. */
bool owners_clean(struct owners *owners, int64_t now_us, bool is_quiet);
/** owners_erase_all() - of everybody who has one, also of those without consent by now. */
int owners_erase_all(struct owners *owners, uint32_t by, int64_t *out_freed_bytes,
		     struct error *error);

struct kept_counts owners_counts(const struct owners *owners);
/** owners_lose() - a record of the ring that is not even one to take */
void owners_lose(struct owners *owners, enum loss loss);

#endif
