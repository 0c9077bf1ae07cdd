/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/consent.h"

#include <errno.h>
#include <string.h>

static const char *const level_names[] = {
	[TP_LEVEL_OFF] = "off",
	[TP_LEVEL_BASIC] = "basic",
	[TP_LEVEL_ENHANCED] = "enhanced",
	[TP_LEVEL_FULL] = "full",
};

static const struct {
	const char *name;
	enum tp_level level;
} level_aliases[] = {
	{ "minimal", TP_LEVEL_BASIC },
	{ "normal", TP_LEVEL_ENHANCED },
	{ "verbose", TP_LEVEL_FULL },
};

static const char *const policy_names[] = {
	[CONSENT_OPT_IN] = "opt-in",
	[CONSENT_OPT_OUT] = "opt-out",
	[CONSENT_LOCKED] = "locked",
};

static const char *const term_names[CONSENT_TERMS] = {
	[CONSENT_LASTING] = "",	       [CONSENT_RUNS] = "runs",		  [CONSENT_OVER] = "over",
	[CONSENT_DELETED] = "deleted", [CONSENT_PROLONGED] = "prolonged",
};

static const char *const reason_texts[CONSENT_REASONS] = {
	[CONSENT_NEVER_ASKED] = "you have not said yes",
	[CONSENT_SAID_YES] = "you said yes to everything",
	[CONSENT_SAID_YES_HERE] = "you said yes to this target",
	[CONSENT_SAID_NO] = "you said no to everything",
	[CONSENT_SAID_NO_HERE] = "you said no to this target",
	[CONSENT_BY_POLICY] = "the administrator switched it on until you say no",
	[CONSENT_BY_LOCK] = "it is switched off for everybody",
	[CONSENT_TEXT_CHANGED] = "what you said yes to has changed since",
	[CONSENT_DAMAGED] = "what you decided was damaged on disk",
	[CONSENT_ENDED] = "the time you said yes for is over",
};

const char *consent_reason_text(enum consent_reason reason)
{
	return (unsigned int)reason < CONSENT_REASONS ? reason_texts[reason] : "unknown reason";
}

const char *consent_term_name(enum consent_term term)
{
	return (unsigned int)term < CONSENT_TERMS ? term_names[term] : "unknown";
}

const char *consent_level_name(enum tp_level level)
{
	return (unsigned int)level <= TP_LEVEL_FULL ? level_names[level] : "unknown";
}

int consent_level_parse(const char *name, enum tp_level *out)
{
	size_t i;

	for (i = 0; i <= TP_LEVEL_FULL; i++) {
		if (strcmp(level_names[i], name) != 0)
			continue;
		*out = (enum tp_level)i;
		return 0;
	}
	for (i = 0; i < sizeof(level_aliases) / sizeof(level_aliases[0]); i++) {
		if (strcmp(level_aliases[i].name, name) != 0)
			continue;
		*out = level_aliases[i].level;
		return 0;
	}
	return -EINVAL;
}

const char *consent_policy_name(enum consent_policy policy)
{
	return (unsigned int)policy <= CONSENT_LOCKED ? policy_names[policy] : "unknown";
}

int consent_policy_parse(const char *name, enum consent_policy *out)
{
	size_t i;

	for (i = 0; i <= CONSENT_LOCKED; i++) {
		if (strcmp(policy_names[i], name) != 0)
			continue;
		*out = (enum consent_policy)i;
		return 0;
	}
	return -EINVAL;
}

static bool is_alphanumeric(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= 'a' && byte <= 'z');
}

bool consent_target_is_valid(const char *name)
{
	size_t i;

	if (!is_alphanumeric(name[0]))
		return false;
	for (i = 1; name[i]; i++)
		if (i >= CONSENT_TARGET - 1 ||
		    (!is_alphanumeric(name[i]) && !strchr("_.+-", name[i])))
			return false;
	return true;
}

bool consent_is_in_force(const struct consent_decision *decisions, size_t count, size_t index)
{
	size_t i;

	for (i = index + 1; i < count; i++)
		if (!strcmp(decisions[i].target, decisions[index].target) ||
		    (!decisions[i].target[0] && decisions[i].level == TP_LEVEL_OFF))
			return false;
	return true;
}

/* The decision in force for @target ("": for all), NULL if there is none. */
static const struct consent_decision *in_force(const struct consent_decision *decisions,
					       size_t count, const char *target)
{
	size_t i;

	for (i = count; i-- > 0;) {
		if (!strcmp(decisions[i].target, target))
			return &decisions[i];
		if (!decisions[i].target[0] && decisions[i].level == TP_LEVEL_OFF)
			return NULL;
	}
	return NULL;
}

static bool is_current(const struct consent_decision *decision)
{
	return decision->text_version == CONSENT_TEXT_VERSION;
}

static enum tp_level lower(enum tp_level a, enum tp_level b)
{
	return a < b ? a : b;
}

bool consent_has_ended(const struct consent_decision *decision)
{
	return decision->term == CONSENT_OVER || decision->term == CONSENT_DELETED;
}

static bool is_yes(const struct consent_decision *decision)
{
	return decision && decision->level != TP_LEVEL_OFF && !consent_has_ended(decision) &&
	       is_current(decision);
}

/* Which of @here and @all is the one that counts; either may be NULL. */
static const struct consent_decision *deciding(const struct consent_decision *here,
					       const struct consent_decision *all)
{
	if (here && (here->level == TP_LEVEL_OFF || consent_has_ended(here) || is_current(here)))
		return here;
	return is_yes(all) || !here ? all : here;
}

/* What one person's @here and @all say; one of them may be NULL. Return: the level, uncut. */
static enum tp_level decided(const struct consent_decision *here,
			     const struct consent_decision *all, enum consent_reason *out_reason)
{
	const struct consent_decision *counts = deciding(here, all);

	if (is_yes(counts)) {
		*out_reason = counts == here ? CONSENT_SAID_YES_HERE : CONSENT_SAID_YES;
		return here ? lower(here->level, counts->level) : counts->level;
	}
	if (consent_has_ended(counts))
		*out_reason = CONSENT_ENDED;
	else if (counts->level != TP_LEVEL_OFF)
		*out_reason = CONSENT_TEXT_CHANGED;
	else
		*out_reason = counts == here ? CONSENT_SAID_NO_HERE : CONSENT_SAID_NO;
	return TP_LEVEL_OFF;
}

enum tp_level consent_level(const struct consent_decision *decisions, size_t count, bool is_damaged,
			    const struct consent_target *target, enum consent_reason *out_reason)
{
	const struct consent_decision *here = in_force(decisions, count, target->name);
	const struct consent_decision *all = in_force(decisions, count, "");
	enum consent_reason reason = CONSENT_NEVER_ASKED;
	enum tp_level level = TP_LEVEL_OFF;

	if (target->policy == CONSENT_LOCKED || target->level_max == TP_LEVEL_OFF) {
		reason = CONSENT_BY_LOCK;
	} else if (here || all) {
		level = decided(here, all, &reason);
	} else if (is_damaged) {
		reason = CONSENT_DAMAGED;
	} else if (target->policy == CONSENT_OPT_OUT) {
		reason = CONSENT_BY_POLICY;
		level = target->level_default;
	}
	if (out_reason)
		*out_reason = reason;
	return lower(level, target->level_max);
}

uint8_t consent_without(const struct consent_decision *decisions, size_t count,
			const struct consent_target *target)
{
	const struct consent_decision *here = in_force(decisions, count, target->name);
	const struct consent_decision *all = in_force(decisions, count, "");

	return (uint8_t)(target->without | (here ? here->without : 0) | (all ? all->without : 0));
}

const struct consent_end *consent_end_of(const struct consent_decision *decisions, size_t count,
					 const struct consent_target *target)
{
	const struct consent_decision *counts =
		deciding(in_force(decisions, count, target->name), in_force(decisions, count, ""));

	return is_yes(counts) && counts->term == CONSENT_RUNS ? &counts->end : NULL;
}

/* Was what was decided at @index for all meant for @target, too? */
static bool reaches(const struct consent_decision *decisions, size_t count, size_t index,
		    const char *target)
{
	size_t i;

	for (i = count; i-- > 0;) {
		if (!strcmp(decisions[i].target, target))
			return false;
		if (i < index && !decisions[i].target[0] && decisions[i].level == TP_LEVEL_OFF)
			break;
	}
	return !decisions[index].target[0];
}

bool consent_is_marked(const struct consent_decision *decisions, size_t count, const char *target)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (decisions[i].term != CONSENT_RUNS && decisions[i].term != CONSENT_OVER)
			continue;
		if (!strcmp(decisions[i].target, target) || reaches(decisions, count, i, target))
			return true;
	}
	return false;
}
