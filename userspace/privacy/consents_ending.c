/* SPDX-License-Identifier: GPL-2.0-only */
/* consents_ending.c - a yes that ends by itself: when, and what is still to be done then. */
#include <errno.h>
#include <string.h>

#include "lib/clock.h"
#include "privacy/consent_file.h"
#include "privacy/consents_internal.h"

/* What is left is written down this much ahead: a machine that loses its power loses so much of the
 * time agreed to, and never gains any. */
enum { AHEAD_US = 60 * 1000000 };

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t ahead_of(int64_t left_us)
{
	return greater(left_us - AHEAD_US, 0);
}

void consents_begin_end(struct consent_decision *decision, int64_t for_us,
			const struct consent_now *now)
{
	decision->term = CONSENT_RUNS;
	decision->end = (struct consent_end){
		.until_us = decision->decided_us + for_us,
		.seen_us = decision->decided_us,
		.ends_us = now->boot_us + for_us,
		.left_us = ahead_of(for_us),
	};
	memcpy(decision->end.boot, now->boot, sizeof(now->boot));
}

/* The one of @term, of which a person has one at most; NULL: none. */
static struct consent_decision *of_term(struct consent_decision *decisions, size_t count,
					enum consent_term term)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (decisions[i].term == term)
			return &decisions[i];
	return NULL;
}

int consents_may_decide(const struct person *person, const struct consent_decision *decision,
			struct error *error)
{
	const struct consent_decision *running =
		of_term(person->decisions, person->count, CONSENT_RUNS);
	char until[CLOCK_TEXT];
	bool is_same;

	if (decision->level == TP_LEVEL_OFF)
		return 0;
	if ((person->has_lost && decision->term == CONSENT_RUNS) ||
	    of_term(person->decisions, person->count, CONSENT_OVER)) {
		error_set(error, -EBUSY,
			  "what was collected under your last yes is just being deleted");
		error_hint(error, "try again in a moment");
		return -EBUSY;
	}
	is_same = running && !strcmp(running->target, decision->target);
	if (!running || (is_same && decision->term == CONSENT_RUNS) ||
	    (!is_same && decision->term == CONSENT_LASTING))
		return 0;
	clock_format(running->end.until_us, until);
	error_set(error, -EBUSY,
		  "your yes to %s ends by itself at %s, and what it collects is then deleted",
		  running->target[0] ? running->target : "everything", until);
	error_hint(error,
		   "another time: telprobe enable --for DURATION%s%s; to end and delete it now: "
		   "telprobe disable%s%s; then say yes anew",
		   running->target[0] ? " --target " : "", running->target,
		   running->target[0] ? " --target " : "", running->target);
	return -EBUSY;
}

void consents_end_earlier(struct consent_decision *decisions, size_t count,
			  const struct consent_decision *decision)
{
	struct consent_decision *running = of_term(decisions, count, CONSENT_RUNS);

	if (!running)
		return;
	if (decision->level == TP_LEVEL_OFF &&
	    (!decision->target[0] || !strcmp(decision->target, running->target)))
		running->term = CONSENT_OVER;
	else if (decision->term == CONSENT_RUNS)
		running->term = CONSENT_PROLONGED;
}

/* After a restart of the machine nothing but the date tells how long it was off. One behind what it
 * was is wrong, and maybe on purpose. */
static void follow_boot(struct consent_end *end, const struct consent_now *now)
{
	if (!memcmp(end->boot, now->boot, sizeof(now->boot)))
		return;
	memcpy(end->boot, now->boot, sizeof(now->boot));
	end->ends_us = lesser(end->left_us, now->boot_us + (end->until_us - now->utc_us));
	if (end->ends_us < 0 || now->utc_us < end->seen_us)
		end->ends_us = 0;
}

static int64_t left_us(const struct consent_end *end, const struct consent_now *now)
{
	return lesser(end->until_us - now->utc_us, end->ends_us - now->boot_us);
}

static int write_file(const struct consents *consents, const struct person *person)
{
	bool is_seen;

	return consent_file_write(consents->directory, person->uid, person->decisions,
				  person->count, &is_seen);
}

/* What is left is less than what is written: a yes whose end cannot be kept would be longer. */
static void write_down(const struct consents *consents, const struct person *person,
		       struct consent_decision *running, const struct consent_now *now)
{
	const struct consent_end before = running->end;
	struct consent_end *end = &running->end;

	follow_boot(end, now);
	if ((!end->left_us || end->ends_us - now->boot_us - end->left_us > AHEAD_US / 2) &&
	    !memcmp(before.boot, end->boot, sizeof(end->boot)))
		return;
	end->left_us = lesser(end->left_us, ahead_of(end->ends_us - now->boot_us));
	end->seen_us = greater(now->utc_us, end->seen_us);
	if (write_file(consents, person))
		end->left_us = before.left_us;
}

/* Return: whether it has ended. */
static bool tick(const struct consents *consents, const struct person *person,
		 struct consent_decision *running, const struct consent_now *now)
{
	const struct consent_end *end = &running->end;

	write_down(consents, person, running, now);
	if (left_us(end, now) > 0 && end->ends_us - now->boot_us >= end->left_us)
		return false;
	running->term = CONSENT_OVER;
	write_file(consents, person); /* or it ends anew after a restart, by its time */
	return true;
}

int64_t consents_tick(struct consents *consents, const struct consent_now *now,
		      void (*ended)(uint32_t uid, void *data), void *data)
{
	int64_t next_us = INT64_MAX;
	size_t i;

	for (i = 0; i < consents->count; i++) {
		const struct person *person = &consents->people[i];
		struct consent_decision *running =
			of_term(person->decisions, person->count, CONSENT_RUNS);

		if (!running)
			continue;
		if (tick(consents, person, running, now))
			ended(person->uid, data);
		else
			next_us = lesser(next_us, left_us(&running->end, now));
	}
	return next_us;
}

bool consents_owes(const struct consents *consents, uint32_t uid)
{
	const struct person *person = consents_find(consents, uid);

	return person &&
	       (person->has_lost || of_term(person->decisions, person->count, CONSENT_OVER));
}

void consents_paid(struct consents *consents, uint32_t uid)
{
	struct person *person = consents_find(consents, uid);
	struct consent_decision *over;

	if (!person)
		return;
	person->has_lost = false;
	over = of_term(person->decisions, person->count, CONSENT_OVER);
	if (!over)
		return;
	over->term = CONSENT_DELETED;
	write_file(consents, person);
}

const struct consent_end *consents_end(const struct consents *consents, uint32_t uid,
				       const struct consent_target *target)
{
	const struct person *person = consents_find(consents, uid);

	return person ? consent_end_of(person->decisions, person->count, target) : NULL;
}

bool consents_is_marked(const struct consents *consents, uint32_t uid, const char *target)
{
	const struct person *person = consents_find(consents, uid);

	return person && consent_is_marked(person->decisions, person->count, target);
}
