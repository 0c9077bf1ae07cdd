/* SPDX-License-Identifier: GPL-2.0-only */
/* consent.h - who agreed to what, for which target, and when.
 * Owns the decisions of this machine: one small text file a uid in a directory of the supervisor's
 * (0700), rewritten whole and renamed, so that a decision is there entirely or not at all. Pure
 * otherwise: what follows from decisions and machine policy is computed here and enforced in the
 * kernel (capture_consent()).
 *
 * Who may set what:
 *	person		own level for all or for one target, up to the machine's limit; own "no" always
 *	administrator	policy and limit a target (target files, telprobe.yaml); never a person's yes
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
		1,		 /* of the text `enable` shows; a higher one asks everybody again */
	CONSENT_TARGET = 64,	 /* bytes of a target's name with its NUL */
	CONSENT_DECISIONS = 256, /* most decisions one person keeps; the oldest replaced ones go */
	CONSENT_PEOPLE = 1 << 18, /* most people who decide */
};

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
		      CONSENT_REASONS
};

struct consent_target { /* what the administrator set for a target */
	const char *name;
	enum consent_policy policy;
	enum tp_level level_max;     /* no person gets more */
	enum tp_level level_default; /* of CONSENT_OPT_OUT */
};

struct consent_decision {
	char target[CONSENT_TARGET]; /* "" : all targets */
	enum tp_level level;	     /* TP_LEVEL_OFF is a no */
	uint32_t text_version;
	int64_t decided_us; /* UTC */
};

/** consent_target_is_valid() - [A-Za-z0-9][A-Za-z0-9_.+-]{0,62} */
bool consent_target_is_valid(const char *name);

/**
 * consent_level() - what follows from decisions and policy; the only place that knows
 * @decisions: of one person, oldest first; only what is in force counts
 * @is_damaged: more decisions are known to be lost
 * In order: a lock (or a limit of off); what was said for this target; what was said for all; what
 * was lost; the policy. A yes to another text than today's is no yes, but the lower level still
 * holds for a target once all are agreed to again. Never above the target's limit.
 * Return: the level; *out_reason may be NULL. */
enum tp_level consent_level(const struct consent_decision *decisions, size_t count, bool is_damaged,
			    const struct consent_target *target, enum consent_reason *out_reason);

/** consent_is_in_force() - whether decision @index was replaced by no later one: of the same target,
 * or a no for all. */
bool consent_is_in_force(const struct consent_decision *decisions, size_t count, size_t index);

struct consents;

/** consents_open() - read every decision under @directory (created 0700 if missing)
 * A damaged file counts as that person's no, is set aside as UID.damaged (and counts until that
 * person decides again, also after a restart) and told in @error with -EBADMSG while *@out is still
 * given. The directory may be nobody else's: it is held open, later changes of uid do not matter.
 * Return: 0; -EBADMSG as said; -ENOTDIR; -EACCES, -EIO, -ENOMEM: *@out is not given. */
int consents_open(const char *directory, struct consents **out, struct error *error);
void consents_close(struct consents *consents);

/** consents_decide() - keep a decision, durably, before it returns
 * @target: NULL or "" for all targets (replaces those for single targets too when the level is off)
 * A yes that cannot be kept does not hold. A no that cannot be kept holds until the end of this
 * process all the same: apply consents_level() whatever is returned.
 * Return: 0; -EINVAL for a bad target name; -E2BIG: too many targets decided one by one; -ENOSPC,
 * -EIO..., -ENOMEM: as above, and the earlier file stands. */
int consents_decide(struct consents *consents, uint32_t uid, const char *target,
		    enum tp_level level, int64_t now_us, struct error *error);

/** consents_level() - what holds for @uid and @target now; *out_reason may be NULL */
enum tp_level consents_level(const struct consents *consents, uint32_t uid,
			     const struct consent_target *target, enum consent_reason *out_reason);

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

const char *consent_policy_name(enum consent_policy policy);
/** consent_policy_parse() - opt-in, opt-out, locked. -EINVAL */
int consent_policy_parse(const char *name, enum consent_policy *out);

#endif
