/* SPDX-License-Identifier: GPL-2.0-only */
/* inspector_nursery.h - who starts the readers of files for a process that may not fork itself.
 * The service's supervisor has no system call left to start one with and must not share a uid with
 * it. So a process of the readers' own account does, when asked over a SOCK_SEQPACKET pair; it hands
 * back one end of a socket to the new reader and does nothing else: it opens no file. */
#ifndef TELPROBE_INSPECT_INSPECTOR_NURSERY_H
#define TELPROBE_INSPECT_INSPECTOR_NURSERY_H

#include <stdint.h>

#include "lib/error.h"
#include "lib/passing.h"

enum {
	NURSERY_READERS = 8, /* at a time */
	NURSERY_FILES = 4200 /* open files a reader wants: RLIMIT_NOFILE of the nursery */
};

/** inspector_nursery_run() - start and end readers as told, until the other side closes @socket
 * Readers end with this process. Return: exit status. */
int inspector_nursery_run(int socket);

/* --- the side that asks, @nursery being its end of the pair ---------------------------------- */

/**
 * inspector_nursery_start() - have a reader started
 * @out_socket: to talk to it, closed by the caller; @out_reader: what to call it
 * Return: 0; -EAGAIN when the nursery does not answer; what it failed with. */
int inspector_nursery_start(struct passing_peer *nursery, int *out_socket, uint32_t *out_reader,
			    struct error *error);

/**
 * inspector_nursery_end() - end @reader
 * Return: the signal it had died of before or was ended by, 0 for none or when nobody knows. */
int inspector_nursery_end(struct passing_peer *nursery, uint32_t reader);

#endif
