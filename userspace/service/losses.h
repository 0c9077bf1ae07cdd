/* SPDX-License-Identifier: GPL-2.0-only */
/* losses.h - why what the kernel side handed over is in no database. What it did not hand over has
 * counters of its own (record.h).
 * A row: constant, name in --json, whether somebody wanted it so, what it is. A new one is counted
 * where it happens; `telprobe status` and `run` have it from here. */
#ifndef TELPROBE_SERVICE_LOSSES_H
#define TELPROBE_SERVICE_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
#define LOSSES_TABLE(X)                                                                          \
	X(BAD_RECORD, bad_record, false, "records of an unknown layout")                         \
	X(STORE_ERROR, store_error, false, "events that could not be written to the database")   \
	X(NOT_FINITE, not_finite, false, "measures that are no number (NaN or infinite)")        \
	X(BLOCKED, blocked, true,                                                                \
	  "events with something sensitive in a name, dropped as 'block_sensitive' wants")       \
	X(IGNORED, ignored, true, "events with a name that 'ignore' lists")                      \
	X(UNOPENED, unopened, false, "events whose database could not be opened")                \
	X(NO_SPACE, no_space, false, "events that came while the disk was full")                 \
	X(TOO_MANY, too_many, false, "events of more people than the service has room for")      \
	X(NO_CONSENT, no_consent, true, "events of people who took their yes back meanwhile")    \
	X(FILE_GONE, file_gone, false,                                                           \
	  "spans in totals whose file was gone before they could be stored")
/* clang-format on */

enum loss {
#define LOSSES_X(constant, name, is_wanted, text) LOSS_##constant,
	LOSSES_TABLE(LOSSES_X)
#undef LOSSES_X
		LOSSES
};

struct kept_counts {	 /* of events, since a start */
	uint64_t stored; /* committed */
	uint64_t lost[LOSSES];
	uint64_t
		names_other; /* of events: [OTHER] stands for a name, over the budget of a target */
};

/** loss_text(), loss_name() - "" for what is none */
const char *loss_text(enum loss loss);
const char *loss_name(enum loss loss);
/** loss_is_wanted() - by the configuration or the person: not a failure, counted all the same */
bool loss_is_wanted(enum loss loss);

/** kept_other_text(), kept_other_name() - what `names_other` counts, as loss_text() and loss_name() */
const char *kept_other_text(void);
const char *kept_other_name(void);

/** kept_add() - @more to @sum */
void kept_add(struct kept_counts *sum, const struct kept_counts *more);
/** kept_lost() - all that nobody wanted to lose */
uint64_t kept_lost(const struct kept_counts *counts);

#endif
