/* SPDX-License-Identifier: GPL-2.0-only */
/* sums_wire.h - sums of a store (store/daily.h) as bytes between api and client, who checks every
 * length, number and character, as in rows_wire.h. A sum is a struct wire_sum, its buckets, and its
 * texts (text_wire.h): app, and the names that are present. */
#ifndef TELPROBE_SERVICE_SUMS_WIRE_H
#define TELPROBE_SERVICE_SUMS_WIRE_H

#include <sys/types.h>

#include "store/daily.h"

enum { SUMS_SUM_MAX = 20000 }; /* most bytes of a sum */

/** sums_pack() - append @sum. Return: bytes used; 0: no room in @room; -EBADMSG: no firewall let it
 * through. */
ssize_t sums_pack(const struct store_sum *sum, uint8_t *out, size_t room);

/** sums_unpack() - the next sum; its strings point into @bytes, its buckets to @buckets.
 * Return: bytes used; -EBADMSG. */
ssize_t sums_unpack(const uint8_t *bytes, size_t count, struct store_sum *out,
		    struct store_bucket buckets[STORE_BUCKETS_MAX]);

#endif
