/* SPDX-License-Identifier: GPL-2.0-only */
/* api.h - the role that answers the control socket.
 * Owns the connections. One thread, one loop: who connects is what SO_PEERCRED says; reading is
 * answered here, from the caller's own database; a change is handed, with the client's own socket,
 * to who may carry it out, so that this role has no say in whose change it is.
 *
 * Nobody waits for a slow reader: rows are read in slices of 2 ms and at most CONTROL_ANSWER bytes,
 * one connection after the other. Between two slices no transaction is open, and a reader that
 * pauses for a second does not even keep the file open: what is erased is gone.
 *
 * Limits: so many connections in all and for each uid (root has places of its own), API_IDLE_MS
 * to say what is wanted, one request a connection. A reader that takes nothing may pause (a pager
 * does) for API_PAUSE_MS, or for API_IDLE_MS once others need its place. */
#ifndef TELPROBE_SERVICE_API_H
#define TELPROBE_SERVICE_API_H

#include <stdint.h>

#include "service/control.h"

enum {
	API_IDLE_MS = 10000,
	API_PAUSE_MS = 600000,
	API_ROOT_PLACES = 4, /* beyond connections_max */
};

struct api_options {
	int listen_fd;		      /* SOCK_SEQPACKET, listening */
	int supervisor_fd;	      /* its end, or any message of it, ends api_run() */
	int collector_fd;	      /* -1: nobody erases; an end of it does not end the api */
	const char *events_directory; /* UID.db, readable by this process */
	int64_t connections_max;
	int64_t connections_max_user;
};

/** api_run() - answer until the supervisor's socket closes or says something
 * The descriptors stay the caller's. Return: 0; -ENOMEM, -EMFILE...: it could not begin. */
int api_run(const struct api_options *options);

#endif
