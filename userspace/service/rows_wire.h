/* SPDX-License-Identifier: GPL-2.0-only */
/* rows_wire.h - rows of a store as bytes between api and client. The client checks every length:
 * it may run as root and the api may be taken over. */
#ifndef TELPROBE_SERVICE_ROWS_WIRE_H
#define TELPROBE_SERVICE_ROWS_WIRE_H

#include "store/store.h"

/** rows_pack() - append @row with its public ids. Return: bytes used; 0: no room. */
size_t rows_pack(const struct store *store, const struct store_row *row, uint8_t *out, size_t room);

struct rows_ids { /* public ids of the row unpacked last */
	char event[37];
	char process[37];
};

/** rows_unpack() - the next row; its strings point into @bytes. Return: bytes used; -EBADMSG. */
ssize_t rows_unpack(const uint8_t *bytes, size_t count, struct store_row *out,
		    struct rows_ids *out_ids);

#endif
