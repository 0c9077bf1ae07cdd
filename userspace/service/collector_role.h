/* SPDX-License-Identifier: GPL-2.0-only */
/* collector_role.h - the process that reads the ring and writes the databases, one a uid.
 * Holds the mapped ring, its message sockets and the events directory; asks the supervisor for the
 * text of places; stores only rows of uids it was told have consented. */
#ifndef TELPROBE_SERVICE_COLLECTOR_ROLE_H
#define TELPROBE_SERVICE_COLLECTOR_ROLE_H

#include "capture/capture.h"
#include "store/store.h"

struct collector_role {
	struct capture *capture; /* only its ring and reader page are touched */
	int supervisor_fd;	 /* SOCK_SEQPACKET, struct message */
	int api_fd;		 /* erasure requests, with the client's socket */
	const char *events_directory;
	struct store_ring ring;
	int32_t service; /* process of the supervisor: control_client() */
};

/** collector_role_run() - until MESSAGE_STOP or the supervisor is gone. @data: struct collector_role.
 * Return: exit status. */
int collector_role_run(void *data);

#endif
