/* SPDX-License-Identifier: GPL-2.0-only */
/* newest.h - which of many events are the newest so many: the ids are told in any order, the
 * earliest of those that stay is asked for. */
#ifndef TELPROBE_SERVICE_NEWEST_H
#define TELPROBE_SERVICE_NEWEST_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct newest_mark {
	int64_t id;
	int64_t time_us;
	uint32_t owner; /* of two events with one id the lower uid's is earlier */
};

struct newest;

/** newest_new() - for the newest @limit of at most @most. Return: NULL without memory. */
struct newest *newest_new(int64_t limit, int64_t most);
void newest_free(struct newest *newest); /* NULL is fine */

/** newest_add() - Return: 0; -EOVERFLOW: @limit is above @most, and so many came; -ENOMEM. */
int newest_add(struct newest *newest, const struct store_row *row, struct error *error);

/** newest_first() - the earliest of the newest. Return: false: all that came are among them. */
bool newest_first(const struct newest *newest, struct newest_mark *out);

#endif
