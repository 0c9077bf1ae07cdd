/* SPDX-License-Identifier: GPL-2.0-only */
/* sweep.h - find and remove the contexts, sessions, series and names no event and no day's total
 * refers to any more.
 * For retention.c only. A sweep first looks at every event, then goes through the four tables,
 * those that refer before those that are referred to, so that it may end anywhere. It runs in
 * slices between the batches of the store's user: what those look up or add while it is on is told
 * to it (sweep_keep()) and stays; what they remember from before they must forget, so
 * store_generation() changes at the beginning. When another process writes, it gives up. */
#ifndef TELPROBE_STORE_SWEEP_H
#define TELPROBE_STORE_SWEEP_H

#include "store/handle.h"

enum sweep_table { SWEEP_CONTEXTS, SWEEP_SESSIONS, SWEEP_SERIES, SWEEP_NAMES, SWEEP_TABLES };

/** sweep_begin() - of what is there now, at most SWEEP_ROWS_MAX ids of a table: the others' turn
 * comes next time. */
int sweep_begin(struct store *store, struct error *error);
void sweep_end(struct store *store); /* also when none is on */

/** sweep_slice() - go on until @stop_us (store_now_us())
 * Return: 1: there is more; 0: done; -ESTALE: another process wrote to the file, the sweep is to be
 * ended; -EBUSY: it does so now; -ENOSPC, -EIO... */
int sweep_slice(struct store *store, int64_t stop_us, struct error *error);

/** sweep_keep() - row @id of @table is in use again. Nothing without a sweep. */
void sweep_keep(struct store *store, enum sweep_table table, int64_t id);

#endif
