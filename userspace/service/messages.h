/* SPDX-License-Identifier: GPL-2.0-only */
/* messages.h - what the roles tell each other: structs of one size over SOCK_SEQPACKET pairs the
 * supervisor made. A message of any other size or kind ends the peer. */
#ifndef TELPROBE_SERVICE_MESSAGES_H
#define TELPROBE_SERVICE_MESSAGES_H

#include <stdint.h>

#include "service/control.h"
#include "service/losses.h"

enum message_kind {
	/* supervisor to collector */
	MESSAGE_OBJECT = 1, /* a file got a number: object, place = its generation, text = its base
			       name, target, number = what its names count towards (struct
			       collector_budget) */
	MESSAGE_TEXT,	    /* answer: object, place, code, text */
	MESSAGE_CONSENTED,  /* uid: rows of it may be stored; number = level, 0: no more; marked:
			       targets that are recorded under a yes that ends by itself */
	MESSAGE_DRAIN,	    /* take all that is in the ring, then answer MESSAGE_DONE; place: number
			       of this drain, from 1 */
	MESSAGE_PRIVACY, /* the firewall's options, in a sealed descriptor: privacy_wire.h; place:
			       number of them, from 1 */
	MESSAGE_READY,	 /* everything it has to know was told: it may read the ring; place: of
			       the MESSAGE_HELLO that is answered */
	MESSAGE_STOP,	 /* drain, commit, end */
	MESSAGE_LIMITS,	 /* number: days events are kept, number2: bytes of a database; 0: no
			       limit; place: names of a target in it */
	/* collector to supervisor */
	MESSAGE_HELLO,	  /* a new worker: tell me everything; place: which, as it likes */
	MESSAGE_ASK_TEXT, /* object, place */
	MESSAGE_DONE,	  /* place: of MESSAGE_DRAIN */
	MESSAGE_JUDGES,	  /* place: of MESSAGE_PRIVACY; code: 0: by these from now on; negative: by
			     those before, text: why */
	MESSAGE_COUNTS,	  /* counts: of this worker, all that it knows of */
	/* api to supervisor or collector, with the client's socket as SCM_RIGHTS */
	MESSAGE_CLIENT, /* its request is still in that socket: control_receive(). What the api saw
			   of it is in `request`, which decides nothing */
	/* supervisor to collector */
	MESSAGE_FORGET, /* the file of that number is no more: forget its names when the next
			   MESSAGE_DRAIN is answered, the number will mean another one */
	MESSAGE_TURNED, /* the half of the totals with the source number is added to no more: take
			   all of it, then say MESSAGE_TAKEN */
	/* collector to supervisor */
	MESSAGE_TURN,  /* add to the other half: room is needed, or somebody's sums are to go */
	MESSAGE_TAKEN, /* the half that MESSAGE_TURNED told of; number: the same */
	/* supervisor to collector */
	MESSAGE_END, /* uid: a yes of it has ended: delete what it collected, then say MESSAGE_ENDED;
			       place: number of this, from 1 */
	/* collector to supervisor */
	MESSAGE_ENDED, /* uid, place: of MESSAGE_END; code: 0: it is deleted; text: why not */
	/* supervisor to collector */
	MESSAGE_WITHOUT, /* uid; place: enum tp_category; marked: targets of which nothing of it may
			    be derived: he does not agree to it, or, of errors, 'sampling' hides what
			    succeeded; behind each MESSAGE_CONSENTED */
	MESSAGE_BUILD,	 /* object; code: bytes of build, 0: of this file nothing is to be derived;
			    number: stands for its path; text: version, "" none; before each
			    MESSAGE_OBJECT */
	MESSAGE_KINDS
};

enum { MESSAGE_TARGETS = 2048 }; /* numbers from 1 */

struct message {
	uint32_t kind;
	uint32_t object;
	uint32_t place;
	uint32_t uid;
	int32_t code;
	uint32_t target; /* number of one, 0: none; of MESSAGE_OBJECT only */
	int64_t number, number2;
	char text[64];
	union {
		struct control_request request;
		struct kept_counts counts;
		uint8_t marked[MESSAGE_TARGETS / 8]; /* bit number - 1 */
		uint8_t build[20];		     /* id of it; zeroed behind its end */
	};
};

_Static_assert(sizeof(struct kept_counts) <= sizeof(struct control_request), "fits in it");
_Static_assert(MESSAGE_TARGETS / 8 <= sizeof(struct control_request), "fits in it");
_Static_assert(sizeof(struct message) == 360, "fixed size, no padding");

/** message_send() - without waiting. @fd: also pass this descriptor, -1: none; it stays the
 * caller's. Return: 0; -EAGAIN: the peer does not read; -EPIPE: it is gone; -errno. */
int message_send(int socket, const struct message *message, int fd);
/** message_receive() - without waiting. *out_fd: descriptor that came along or -1; the caller
 * closes it. Return: 1; 0: none now; -EPIPE: the peer is gone; -EBADMSG: not a message (another
 * size or kind, more than one descriptor): nothing is left open, the peer is to be ended. */
int message_receive(int socket, struct message *out, int *out_fd);

#endif
