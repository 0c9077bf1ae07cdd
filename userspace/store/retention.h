/* SPDX-License-Identifier: GPL-2.0-only */
/* retention.h - how long events stay in a database and how large it may become.
 * Owns the removal of what is too old or too much. By age whole days (UTC) go: with 90 days an
 * event of day 0 is there through day 90 and removed on day 91, so that no session is cut in two.
 * By size the oldest go, whatever their age, until nine tenths of the limit are used. What nothing
 * refers to any more goes with them (sweep.h), the space is returned to the file system, and the
 * log is emptied: with secure_delete no byte of what was removed is left. Totals by day and reason
 * stay (table removals; store_totals()).
 *
 * It works in slices, each a transaction of its own, that hold the write lock for about the time
 * asked for. A process killed in between leaves a whole file; the next pass goes on. Positions of
 * rings are never touched. A walk in slices (store.h) is told fewer events, never wrong ones.
 *
 * The clock is not believed blindly. Beside each file stands the moment of its last pass; a clock
 * further ahead than a third of the retention (1 day at least, 31 at most) is in doubt, and until
 * it was so for 24 hours of running time (over as many runs as it takes) events are judged by the
 * moment that was believed last. A machine that was off for months removes a day late; one whose
 * clock says 2100 for an hour removes nothing. An event from the future is never too old. */
#ifndef TELPROBE_STORE_RETENTION_H
#define TELPROBE_STORE_RETENTION_H

#include "store/store.h"

enum { STORE_KEEP_DAYS_MAX = 36500 };

struct store_limits {
	int64_t keep_days; /* 0: for ever. The owner's own, if shorter, wins */
	int64_t max_bytes; /* of the database file, its log apart; 0: no limit */
};

/**
 * store_clean_begin() - begin a pass; one that was on is ended
 * @now_us: UTC; @elapsed_us: running time since the last pass of this file by this process, or
 * since its start
 * Between the slices the store may be written to as ever.
 * Return: 0; 1: the same, and the clock is in doubt; -EINVAL: a batch is open; -EBUSY: another
 * process writes just now, nothing was waited for; -ENOSPC, -EIO... */
int store_clean_begin(struct store *store, const struct store_limits *limits, int64_t now_us,
		      int64_t elapsed_us, struct error *error);

/**
 * store_clean_slice() - go on with the pass for about @budget_us
 * Return: 1: there is more; 0: done, or none is on; -EBUSY: another process writes just now, nothing
 * was waited for, call again later; -EINVAL: a batch is open; else the pass is ended. */
int store_clean_slice(struct store *store, int64_t budget_us, struct error *error);
bool store_clean_is_on(const struct store *store);
void store_clean_end(struct store *store); /* unfinished or not */

/** store_is_too_large() - is a pass worth it for the size alone? Cheap; not in a batch. */
bool store_is_too_large(struct store *store, int64_t max_bytes);

/** store_keep_days(), store_set_keep_days() - the owner's own retention; 0: none. It survives
 * store_delete_all(). -EINVAL: not 0..STORE_KEEP_DAYS_MAX. */
int store_keep_days(struct store *store, int64_t *out_days, struct error *error);
int store_set_keep_days(struct store *store, int64_t days, struct error *error);

/** store_shorter() - of two retentions the shorter, 0 being for ever */
int64_t store_shorter(int64_t days, int64_t other_days);

#endif
