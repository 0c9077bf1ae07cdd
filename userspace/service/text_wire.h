/* SPDX-License-Identifier: GPL-2.0-only */
/* text_wire.h - the texts behind a row or a sum between api and client, each with its NUL. Nothing but
 * what the firewall lets through and its placeholders goes either way: a terminal may see it. */
#ifndef TELPROBE_SERVICE_TEXT_WIRE_H
#define TELPROBE_SERVICE_TEXT_WIRE_H

#include <stdint.h>
#include <sys/types.h>

enum { TEXT_WIRE_MAX = 128 }; /* most bytes with the NUL; the firewall lets 65 through */

/** text_wire_pack() - append those of @count texts that are there (NULL: not) behind the first @used bytes of @out
 * Return: bytes used then; 0: no room; -EBADMSG: no firewall let one through. */
ssize_t text_wire_pack(const char *const *texts, int count, uint8_t *out, size_t used, size_t room);

/** text_wire_unpack() - the next text, which points into the bytes; *@from moves behind it
 * Return: NULL: there is none before @end. */
const char *text_wire_unpack(const uint8_t **from, const uint8_t *end);

#endif
