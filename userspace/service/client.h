/* SPDX-License-Identifier: GPL-2.0-only */
/* client.h - the control socket from the side of a command. */
#ifndef TELPROBE_SERVICE_CLIENT_H
#define TELPROBE_SERVICE_CLIENT_H

#include "service/control.h"
#include "store/store.h"

struct client;

/** client_open() - connect. @path: NULL for $TELPROBE_SOCKET or CONTROL_SOCKET. The peer must be the
 * service: its socket's directory belongs to root or telprobe and nobody else may write it.
 * Return: 0; -ENOENT, -ECONNREFUSED: no service runs (hint: how to start it). */
int client_open(const char *path, struct client **out, struct error *error);
void client_close(struct client *client);

/** client_call() - send @request, hand each answer message to @each until the end
 * Return: 0 and *out_end (may be NULL); the service's code with its what and hint in @error. */
int client_call(struct client *client, const struct control_request *request,
		int (*each)(const void *answer, size_t bytes, void *data), void *data,
		struct control_end *out_end, struct error *error);

/** client_store() - a store whose rows, totals and erasure are asked of the service
 * @uid: whose; (uint32_t)-1 the caller's own. Report code reads it like a file. */
int client_store(const char *path, uint32_t uid, struct store **out, struct error *error);

#endif
