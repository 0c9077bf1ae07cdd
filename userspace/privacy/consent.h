/* SPDX-License-Identifier: GPL-2.0-only */
/* consent.h - who agreed to what, for which target, and when.
 * Owns the decisions of this machine: one small text file a uid in a directory of the supervisor's
 * (0700), rewritten whole and renamed, so that a decision is there entirely or not at all. Pure
 * otherwise: what follows from decisions and machine policy is computed here and enforced in the
 * kernel (capture_consent()).
 *
 * Who may set what:
 *	person		own level and categories for all or for one target, up to the machine's limit; own "no" always
 *	administrator	policy, limit and what is left out, a target (target files, telprobe.yaml); never a
 *			person's yes
 *	application	nothing: it may ask (`consent ask`), silence (opt_out, DO_NOT_TRACK) and no more
 */
#ifndef TELPROBE_PRIVACY_CONSENT_H
#define TELPROBE_PRIVACY_CONSENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "telprobe/record.h"

enum {
	CONSENT_TEXT_VERSION =
		5,		 /* of the text `enable` shows; a higher one asks everybody again */
	CONSENT_TARGET = 64,	 /* bytes of a target's name with its NUL */
	CONSENT_DECISIONS = 256, /* most decisions one person keeps; the oldest replaced ones go */
	CONSENT_PEOPLE = 1 << 18, /* most people who decide */
	CONSENT_BOOT = 16,	  /* bytes of the number of a boot */
};

#define CONSENT_FOR_MAX_US (3660ll * 24 * 3600 * 1000000) /* ten years: longer is no end */

enum consent_policy {		      /* of a target, set by the administrator */
		      CONSENT_OPT_IN, /* off until the person says yes */
		      CONSENT_OPT_OUT, /* on at the target's default level until the person says no */
		      CONSENT_LOCKED, /* off, whatever anybody says */
};

enum consent_reason {			     /* why the effective level is what it is */
		      CONSENT_NEVER_ASKED,   /* opt-in and no decision: off */
		      CONSENT_SAID_YES,	     /* for all targets */
		      CONSENT_SAID_YES_HERE, /* for this target */
		      CONSENT_SAID_NO,
		      CONSENT_SAID_NO_HERE,
		      CONSENT_BY_POLICY,    /* opt-out target, no decision: on */
		      CONSENT_BY_LOCK,	    /* or the limit is off */
		      CONSENT_TEXT_CHANGED, /* said yes to another text: off until asked again */
		      CONSENT_DAMAGED, /* what was decided cannot be read: off until asked again */
		      CONSENT_ENDED,   /* said yes for a time, which is over */
		      CONSENT_REASONS
};

struct consent_target { /* what the administrator set for a target */
	const char *name;
	enum consent_policy policy;
	enum tp_level level_max;     /* no person gets more */
	enum tp_level level_default; /* of CONSENT_OPT_OUT */
	uint8_t without;	     /* enum tp_category: what no person is recorded in */
};

enum consent_term {		       /* of a decision */
		    CONSENT_LASTING,   /* until another one */
		    CONSENT_RUNS,      /* a yes that ends by itself; what it collects is marked */
		    CONSENT_OVER,      /* it has ended, what it collected is yet to be deleted */
		    CONSENT_DELETED,   /* that was done */
		    CONSENT_PROLONGED, /* a later one for the same has another end, also for that */
		    CONSENT_TERMS
};

/* When a yes ends: at a moment of UTC, or when it has run for so long, whichever comes first. The
 * second is what no change of the date can put off. CLOCK_BOOTTIME goes on while the machine sleeps
 * and begins anew with it, so what is left after a restart of the machine is written down, and ahead
 * of time: who pulls the plug makes it shorter. */
struct consent_end {
	int64_t until_us;	    /* UTC */
	int64_t seen_us;	    /* UTC when this was written: a clock behind it was set back */
	int64_t ends_us;	    /* CLOCK_BOOTTIME of @boot */
	int64_t left_us;	    /* of running time, for another boot */
	uint8_t boot[CONSENT_BOOT]; /* random number of the boot (boot_id) */
};

struct consent_decision {
	char target[CONSENT_TARGET]; /* "" : all targets */
	enum tp_level level;	     /* TP_LEVEL_OFF is a no */
	uint32_t text_version;
	int64_t decided_us; /* UTC */
	uint8_t without;    /* enum tp_category: what the yes leaves out */
	enum consent_term term;
	struct consent_end end; /* where term is not CONSENT_LASTING */
};

struct consent_wish {	    /* what somebody decides */
	const char *target; /* NULL or "": for all targets */
	enum tp_level level;
	int64_t for_us;	 /* 0: until another decision; at most CONSENT_FOR_MAX_US */
	uint8_t without; /* enum tp_category: what a yes leaves out */
};

struct consent_now {
	int64_t utc_us;
	int64_t boot_us; /* CLOCK_BOOTTIME */
	uint8_t boot[CONSENT_BOOT];
};

/** consent_target_is_valid() - [A-Za-z0-9][A-Za-z0-9_.+-]{0,62} */
bool consent_target_is_valid(const char *name);

/**
 * consent_level() - what follows from decisions and policy; the only place that knows
 * @decisions: of one person, oldest first; only what is in force counts
 * @is_damaged: more decisions are known to be lost
 * In order: a lock (or a limit of off); what was said for this target; what was said for all; what
 * was lost; the policy. A yes that has ended is a no, also where another for all goes on. A yes to
 * another text than today's is no yes, but the lower level still
 * holds for a target once all are agreed to again. Never above the target's limit.
 * Return: the level; *out_reason may be NULL. */
enum tp_level consent_level(const struct consent_decision *decisions, size_t count, bool is_damaged,
			    const struct consent_target *target, enum consent_reason *out_reason);

/**
 * consent_without() - enum tp_category: what is not agreed to for @target, where anything is
 * What was left out for all is left out for each target too, what was left out for one there, and what
 * the administrator leaves out of it. */
uint8_t consent_without(const struct consent_decision *decisions, size_t count,
			const struct consent_target *target);

/** consent_is_in_force() - whether decision @index was replaced by no later one: of the same target,
 * or a no for all. */
bool consent_is_in_force(const struct consent_decision *decisions, size_t count, size_t index);

/** consent_has_ended() - a yes that ended by itself: whatever comes later, it does not hold. */
bool consent_has_ended(const struct consent_decision *decision);

/** consent_end_of() - the end of what holds for @target; NULL: it has none, or nothing holds. */
const struct consent_end *consent_end_of(const struct consent_decision *decisions, size_t count,
					 const struct consent_target *target);

/** consent_is_marked() - what is collected of @target belongs to a yes that ends, or has ended and
 * what it collected is not deleted yet */
bool consent_is_marked(const struct consent_decision *decisions, size_t count, const char *target);

struct consents;

/** consents_open() - read every decision under @directory (created 0700 if missing)
 * A damaged file counts as that person's no, is set aside as UID.damaged (and counts until that
 * person decides again, also after a restart) and told in @error with -EBADMSG while *@out is still
 * given. The directory may be nobody else's: it is held open, later changes of uid do not matter.
 * Return: 0; -EBADMSG as said; -ENOTDIR; -EACCES, -EIO, -ENOMEM: *@out is not given. */
int consents_open(const char *directory, struct consents **out, struct error *error);
void consents_close(struct consents *consents);

/** consents_decide() - keep a decision, durably, before it returns
 * One for all targets replaces those for single ones too when the level is off. A yes that ends by
 * itself is ended by a no for the same, and given another end by another such yes for the same; other
 * words about the same are refused, since they would leave it open what becomes of what it collected.
 * A person has one at a time.
 * A yes that cannot be kept does not hold. A no that cannot be kept holds until the end of this
 * process all the same: apply consents_level() whatever is returned.
 * Return: 0; -EINVAL for a bad target name or time; -EBUSY: as above; -E2BIG: too many targets decided
 * one by one; -ENOSPC, -EIO..., -ENOMEM: as above, and the earlier file stands. */
int consents_decide(struct consents *consents, uint32_t uid, const struct consent_wish *wish,
		    const struct consent_now *now, struct error *error);

/* consents_ending.c */
/** consents_tick() - end what is to end, and write down what is left of the others. Call it before
 * anything is told of consents, and again when the time it returns is over; a minute later is no
 * harm but to what is left after a restart.
 * @ended: of each person one has ended of now
 * Return: microseconds to the next end; INT64_MAX: there is none. */
int64_t consents_tick(struct consents *consents, const struct consent_now *now,
		      void (*ended)(uint32_t uid, void *data), void *data);

/** consents_owes() - is anything that was collected under an ended yes of @uid yet to be deleted? Also
 * where what was decided is damaged: there may have been one. */
bool consents_owes(const struct consents *consents, uint32_t uid);
/** consents_paid() - it was deleted. A failure to write that means it is deleted once more. */
void consents_paid(struct consents *consents, uint32_t uid);

/** consents_end(), consents_is_marked() - as consent_end_of(), consent_is_marked() of @uid */
const struct consent_end *consents_end(const struct consents *consents, uint32_t uid,
				       const struct consent_target *target);
bool consents_is_marked(const struct consents *consents, uint32_t uid, const char *target);

/** consents_level() - what holds for @uid and @target now; *out_reason may be NULL */
enum tp_level consents_level(const struct consents *consents, uint32_t uid,
			     const struct consent_target *target, enum consent_reason *out_reason);

/** consents_without() - as consent_without() */
uint8_t consents_without(const struct consents *consents, uint32_t uid,
			 const struct consent_target *target);

/** consents_has_decided() - did @uid decide for all targets or for this one (NULL: for any)? What
 * is damaged does not count. */
bool consents_has_decided(const struct consents *consents, uint32_t uid, const char *target);

/** consents_each_uid() - every uid with a decision (or a damaged file), ascending */
int consents_each_uid(const struct consents *consents, int (*each)(uint32_t uid, void *data),
		      void *data);
/** consents_each() - the decisions of one person, newest last; also replaced ones. Both stop at the
 * first that returns other than 0, and return that. */
int consents_each(const struct consents *consents, uint32_t uid,
		  int (*each)(const struct consent_decision *decision, void *data), void *data);

/** consent_reason_text() - "you said yes to everything, level enhanced" without the level */
const char *consent_reason_text(enum consent_reason reason);
const char *consent_level_name(enum tp_level level);
/** consent_level_parse() - off, basic, enhanced, full, or minimal, normal, verbose. -EINVAL */
int consent_level_parse(const char *name, enum tp_level *out);

/** consent_term_name() - "", "runs", "over", "deleted", "prolonged" */
const char *consent_term_name(enum consent_term term);

const char *consent_policy_name(enum consent_policy policy);
/** consent_policy_parse() - opt-in, opt-out, locked. -EINVAL */
int consent_policy_parse(const char *name, enum consent_policy *out);

#endif
