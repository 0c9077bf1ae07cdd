/* SPDX-License-Identifier: GPL-2.0-only */
/* rows_wire.h - rows of a store as bytes between api and client. The client checks every length
 * and character: it may run as root and the api may be taken over. A row is a struct wire_row and
 * its texts (text_wire.h): session, app, version, and the names that are present. */
#ifndef TELPROBE_SERVICE_ROWS_WIRE_H
#define TELPROBE_SERVICE_ROWS_WIRE_H

#include <sys/types.h>

#include "store/store.h"

enum { ROWS_ROW_MAX = 2048 }; /* most bytes of a row */

/** rows_pack() - append @row with its public ids
 * Return: bytes used; 0: no room in @room; -EBADMSG: a row no firewall let through (a text too
 * long or unprintable, a number out of range). */
ssize_t rows_pack(const struct store *store, const struct store_row *row, uint8_t *out,
		  size_t room);

/** rows_bytes(), rows_id() - size and event id of a row that rows_pack() made. */
size_t rows_bytes(const uint8_t *row);
int64_t rows_id(const uint8_t *row);

struct rows_ids { /* public ids of the row unpacked last, and what it points to */
	uint8_t event[16];
	uint8_t process[16];
	struct store_frames frames; /* behind a row's texts; whatever is in them can be printed */
};

/** rows_unpack() - the next row; its strings point into @bytes. Return: bytes used; -EBADMSG. */
ssize_t rows_unpack(const uint8_t *bytes, size_t count, struct store_row *out,
		    struct rows_ids *out_ids);

#endif
