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
	MESSAGE_CONSENTED,  /* uid: rows of it may be stored; number = level. 0: drain, then answer */
	MESSAGE_STOP,	    /* drain, commit, answer MESSAGE_DONE, end */
	/* collector to supervisor */
	MESSAGE_ASK_TEXT, /* object, place */
	MESSAGE_DONE,	  /* number: events stored so far; number2: lost */
	MESSAGE_COUNTS,	  /* once a second: number: stored, number2: lost */
	/* api to supervisor or collector, with the client's socket as SCM_RIGHTS */
	MESSAGE_CLIENT,	  /* request follows in `request` */
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

/** message_send() - @fd: also pass this descriptor, -1: none. Return: 0, -EAGAIN, -EPIPE. */
int message_send(int socket, const struct message *message, int fd);
/** message_receive() - *out_fd: descriptor that came along or -1. Return: 1; 0: none now; -EPIPE: the
 * peer is gone; -EBADMSG: not a message. */
int message_receive(int socket, struct message *out, int *out_fd);

#endif
