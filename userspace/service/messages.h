/* SPDX-License-Identifier: GPL-2.0-only */
/* messages.h - what the roles tell each other: structs of one size over SOCK_SEQPACKET pairs the
 * supervisor made. A message of any other size or kind ends the peer. */
#ifndef TELPROBE_SERVICE_MESSAGES_H
#define TELPROBE_SERVICE_MESSAGES_H

#include <stdint.h>

#include "service/control.h"

enum message_kind {
	/* supervisor to collector */
	MESSAGE_OBJECT = 1, /* a file got a number: object, text = its base name */
	MESSAGE_TEXT,	    /* answer: object, place, code, text */
	MESSAGE_CONSENTED,  /* uid: rows of it may be stored; number = level, 0: no more */
	MESSAGE_DRAIN,	    /* take all that is in the ring, then answer MESSAGE_DONE; place: number
			       of this drain, from 1 */
	MESSAGE_READY,	    /* everything it has to know was told: it may read the ring */
	MESSAGE_STOP,	    /* drain, commit, end */
	/* collector to supervisor */
	MESSAGE_HELLO,	  /* a new worker: tell me everything */
	MESSAGE_ASK_TEXT, /* object, place */
	MESSAGE_DONE,	  /* place: of MESSAGE_DRAIN; number: events stored so far; number2: lost */
	/* api to supervisor or collector, with the client's socket as SCM_RIGHTS */
	MESSAGE_CLIENT, /* its request is still in that socket: control_receive(). What the api saw
			   of it is in `request`, which decides nothing */
	MESSAGE_KINDS
};

struct message {
	uint32_t kind;
	uint32_t object;
	uint32_t place;
	uint32_t uid;
	int32_t code;
	uint32_t reserved;
	int64_t number, number2;
	char text[64];
	struct control_request request;
};

_Static_assert(sizeof(struct message) == 360, "fixed size, no padding");

/** message_send() - without waiting. @fd: also pass this descriptor, -1: none; it stays the
 * caller's. Return: 0; -EAGAIN: the peer does not read; -EPIPE: it is gone; -errno. */
int message_send(int socket, const struct message *message, int fd);
/** message_receive() - without waiting. *out_fd: descriptor that came along or -1; the caller
 * closes it. Return: 1; 0: none now; -EPIPE: the peer is gone; -EBADMSG: not a message (another
 * size or kind, more than one descriptor): nothing is left open, the peer is to be ended. */
int message_receive(int socket, struct message *out, int *out_fd);

#endif
