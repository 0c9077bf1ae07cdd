/* SPDX-License-Identifier: GPL-2.0-only */
/* client.h - the control socket from the side of a command.
 * What the service says is checked like a stranger's word: a command may run as root, and the
 * role that answers may have been taken over. */
#ifndef TELPROBE_SERVICE_CLIENT_H
#define TELPROBE_SERVICE_CLIENT_H

#include "service/control.h"
#include "store/store.h"

enum {
	CLIENT_CONNECT_MS = 5000,
	CLIENT_ANSWER_MS = 60000, /* between two messages of an answer */
	CLIENT_LONG_MS = 600000, /* to overwrite a large file; to store what was agreed to before */
};

struct client;

/** client_path() - @path, else $TELPROBE_SOCKET, else CONTROL_SOCKET. */
const char *client_path(const char *path);

/** client_open() - connect. @path: as client_path(). The peer must be the service: its socket's
 * directory belongs to root, telprobe or the caller and nobody else may write it, and so does the
 * process that listens.
 * Return: 0; -ENOENT, -ECONNREFUSED: no service runs (hint: how to start it); -EACCES: somebody
 * else could have put that socket there; -ETIMEDOUT. */
int client_open(const char *path, struct client **out, struct error *error);
void client_close(struct client *client); /* NULL is fine */

/** client_is_of_this_program() - whether who listens executes the file this process does, for root
 * False where that cannot be seen. */
bool client_is_of_this_program(const struct client *client);

/** client_call() - send @request, hand each answer message to @each until the end
 * @each: gets messages of the kind and size that belong to the request, their texts ended and
 * printable, their enums in range, no more than there can be; rows are checked as rows_unpack()
 * does by client_store(). NULL: the answer is to be an end alone.
 * A positive return of @each ends the call and is returned. May be called again.
 * Return: 0 and *out_end (may be NULL); the service's code with its what and hint in @error;
 * -EPROTO: what came is no answer; -EPIPE: the service went away; -ETIMEDOUT. */
int client_call(struct client *client, const struct control_request *request,
		int (*each)(const void *answer, size_t bytes, void *data), void *data,
		struct control_end *out_end, struct error *error);

/** client_store() - a store whose rows, totals and erasure are asked of the service
 * @uid: whose; CONTROL_OWN the caller's. Report code reads it like a file. Rows come in rising
 * order, within the range and no more than asked for, or it is -EPROTO. Return: as client_open(). */
int client_store(const char *path, uint32_t uid, struct store **out, struct error *error);

/** client_store_all() - the same of everybody's events, for root: in the order of their times, of one
 * time by uid. Events are followed of one owner at a time. */
int client_store_all(const char *path, struct store **out, struct error *error);

#endif
