/* SPDX-License-Identifier: GPL-2.0-only */
/* consents_internal.h - the inside of struct consents, for consents.c and consents_ending.c only. */
#ifndef TELPROBE_PRIVACY_CONSENTS_INTERNAL_H
#define TELPROBE_PRIVACY_CONSENTS_INTERNAL_H

#include "privacy/consent.h"

struct person {
	uint32_t uid;
	bool is_damaged; /* UID.damaged is there and nothing was decided since */
	bool has_lost;	 /* it was so since the start: a yes that has ended may be unknown */
	size_t count;
	struct consent_decision *decisions; /* oldest first */
};

struct consents {
	int directory;
	char *path;	       /* for messages */
	struct person *people; /* by uid */
	size_t count, room;
};

/* consents.c */
struct person *consents_find(const struct consents *consents, uint32_t uid);

/* consents_ending.c */
/** consents_begin_end() - @decision ends @for_us from @now on */
void consents_begin_end(struct consent_decision *decision, int64_t for_us,
			const struct consent_now *now);
/** consents_may_decide() - -EBUSY: it cannot be said what becomes of a yes that ends; told in @error */
int consents_may_decide(const struct person *person, const struct consent_decision *decision,
			struct error *error);
/** consents_end_earlier() - what @decision, which is about to be added, makes of the yes that runs */
void consents_end_earlier(struct consent_decision *decisions, size_t count,
			  const struct consent_decision *decision);

#endif
