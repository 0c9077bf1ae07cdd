/* SPDX-License-Identifier: GPL-2.0-only */
/* api_connection.h - one client of the api: from its request to the end of its answer.
 * For api.c only, which owns the descriptors' place in the loop and the limits. */
#ifndef TELPROBE_SERVICE_API_CONNECTION_H
#define TELPROBE_SERVICE_API_CONNECTION_H

#include <stdbool.h>

#include "service/api.h"
#include "service/api_people.h"
#include "store/store.h"

enum { API_SLICE_US = 2000 };

enum connection_state {
	CONNECTION_ASKS,   /* nothing came yet */
	CONNECTION_QUEUES, /* its change for room at who carries it out; it keeps its place so long,
			      so that one person has no more there than connections */
	CONNECTION_RUNS,   /* has something to read or to send */
	CONNECTION_WAITS,  /* for the client to take what was sent */
	CONNECTION_OVER,   /* to be freed */
};

struct connection {
	struct connection *next;
	int fd;
	uint32_t uid;	/* of the peer */
	uint32_t whose; /* the data asked for */
	enum connection_state state;
	uint32_t polled;  /* events api.c waits for */
	int64_t moved_ms; /* when something was received or sent last */
	struct control_request request;
	struct store *store;	 /* NULL: closed, opened again when needed */
	struct store_walk *walk; /* NULL: nothing to read */
	struct api_sums *sums;
	struct api_people *people;  /* NULL: the answer is about one */
	struct store_cursor cursor; /* of a follower */
	uint8_t *message;	    /* rows not sent yet, CONTROL_ANSWER bytes */
	size_t used;
	bool is_handed_on; /* with its request unread */
	bool has_begun;	   /* to read */
	bool has_end;
	bool has_cursor; /* to be sent before the end */
	struct control_end end;
	bool has_troubled;    /* a file could not be read: */
	struct error trouble; /* for the log; the client is told less */
};

/** connection_new() - @fd becomes the connection's. Return: NULL without memory (@fd is open). */
struct connection *connection_new(int fd, uint32_t uid, int64_t now_ms);
void connection_free(struct connection *connection);

/** connection_receive() - read the request and begin to answer it, or hand it on. */
void connection_receive(struct connection *connection, const struct api_options *options);

/** connection_go_on() - send what is ready, else read a slice. Return: whether something moved. */
bool connection_go_on(struct connection *connection, const struct api_options *options);

/** connection_queue() - try again to hand a change on. */
void connection_queue(struct connection *connection, const struct api_options *options);

/** connection_rest() - close the file until the client reads on. */
void connection_rest(struct connection *connection);

/** connection_refuse() - send an end, as far as there is room for it; the connection is over. */
void connection_refuse(struct connection *connection, int code, const char *what, const char *hint);

#endif
