/* SPDX-License-Identifier: GPL-2.0-only */
/* erasures.h - that something was deleted: whose, by whom, when, how much, and nothing of what. A text
 * file "erasures" beside the databases, which outlives them; a line each, oldest first:
 *	TIME_US UID BY EVENTS BYTES
 * TIME_US: UTC; BY: a uid, or 4294967295 for the end of a yes that ends by itself. */
#ifndef TELPROBE_SERVICE_ERASURES_H
#define TELPROBE_SERVICE_ERASURES_H

#include <stdbool.h>

#include "store/store.h"

enum {
	ERASURES_EACH = 64,	  /* lines of one person; of one who has more the oldest goes */
	ERASURES_BYTES = 1 << 20, /* the file is halved beyond that: the older lines go */
};

/** erasures_are_to_note() - whether there was anything: what cannot be read counts as something
 * @read_ret: what reading @totals returned */
bool erasures_are_to_note(const struct store_erasure *erasure, int read_ret,
			  const struct store_totals *totals);

/** erasures_note() - add a line. One process at a time. The api reads the file by its group; a new one
 * that root makes is given to whom the directory belongs.
 * Return: 0; -EBADMSG: there is something else of that name; -errno. */
int erasures_note(const char *directory, const struct store_erasure *erasure, struct error *error);

/**
 * erasures_each() - oldest first; lines that are none are left out
 * @only: whose, NULL: everybody's. @visit: other than 0 ends it and is returned
 * Return: 0, also where there is no file; -errno. */
int erasures_each(const char *directory, const uint32_t *only, store_erasure_callback visit,
		  void *data, struct error *error);

#endif
