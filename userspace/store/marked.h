/* SPDX-License-Identifier: GPL-2.0-only */
/* marked.h - what was stored with STORE_MARKED among the flags of its series: events and totals that
 * are kept until a moment comes, the end of a yes that ends by itself. */
#ifndef TELPROBE_STORE_MARKED_H
#define TELPROBE_STORE_MARKED_H

#include "store/store.h"

/**
 * store_delete_marked() - erase all of it, with the names, sessions and processes nothing else is of
 * As store_delete_all(), but in one transaction, which looks at every event where anything is marked:
 * some seconds for a hundred megabytes. Sessions that have other events, too, begin and end with those.
 * *out_has_rest: there are other events or totals. The handle's user forgets all ids, as with
 * store_generation().
 * Return: as store_delete_all(). */
int store_delete_marked(struct store *store, bool *out_has_rest, struct error *error);

#endif
