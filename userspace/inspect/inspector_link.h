/* SPDX-License-Identifier: GPL-2.0-only */
/* inspector_link.h - the child process of an inspector and the socket to it.
 * Owns both; knows how long to wait, not what is said. */
#ifndef TELPROBE_INSPECT_INSPECTOR_LINK_H
#define TELPROBE_INSPECT_INSPECTOR_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "inspect/inspector_messages.h"
#include "inspect/inspector_nursery.h"

enum { INSPECTOR_SECONDS = 10 }; /* for one question and its whole answer */

struct inspector_link { /* all zero: closed */
	int is_open;
	int socket;
	struct passing_peer *nursery; /* who started it; NULL: this process did */
	uint32_t reader;	      /* what the nursery calls it */
	int process; /* else a pidfd: the number may be another process's once somebody reaped it */
	int64_t deadline_ms; /* CLOCK_MONOTONIC */
};

/**
 * inspector_link_open() - get a child, wait until it is confined
 * @nursery: who starts it, outlives the link; NULL: forked here. Return: 0 or -errno */
int inspector_link_open(struct inspector_link *link, struct passing_peer *nursery,
			struct error *error);

/**
 * inspector_link_close() - end the child, reap it
 * Return: the signal it had died of before, 0 if none did. */
int inspector_link_close(struct inspector_link *link);

int inspector_link_is_alive(const struct inspector_link *link);

/** inspector_link_start_clock() - so long from now all of the answer is to be there */
void inspector_link_start_clock(struct inspector_link *link, int timeout_ms);

/**
 * inspector_link_send() - one message, with a copy of @fd unless that is -1
 * Return: 0, -EPIPE when the child is gone, -EBADF, -EIO. */
int inspector_link_send(struct inspector_link *link, const void *message, size_t bytes, int fd);

/**
 * inspector_link_receive() - one message of exactly @bytes bytes; descriptors in it are refused
 * Return: 0, -EPIPE, -ETIMEDOUT, -EPROTO for one of another size. */
int inspector_link_receive(struct inspector_link *link, void *message, size_t bytes);

#endif
