/* SPDX-License-Identifier: GPL-2.0-only */
/* passing.h - messages of one size between processes of ours, with a descriptor where one is meant.
 * Over connected SOCK_SEQPACKET sockets. Of whatever else a peer sends nothing is left open. */
#ifndef TELPROBE_LIB_PASSING_H
#define TELPROBE_LIB_PASSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * passing_send() - one message
 * @fd: also pass this descriptor, -1: none; it stays the caller's. @waits: until there is room
 * Return: 0; -EAGAIN: the peer does not read; -EPIPE: it is gone; -errno. */
int passing_send(int socket, const void *message, size_t bytes, int fd, bool waits);

/**
 * passing_receive() - one message of exactly @bytes
 * @out_fd: the descriptor that came along, -1: none; closed by the caller. @waits: until there is one
 * Return: 0; -EAGAIN: none now; -EPIPE: the peer is gone; -EBADMSG: another size, more than one
 * descriptor; -errno. */
int passing_receive(int socket, void *message, size_t bytes, int *out_fd, bool waits);

struct passing_peer { /* one that answers questions; all but the socket begins as zero */
	int socket;
	uint32_t number;	 /* of the last question */
	int64_t silent_until_ms; /* it did not answer: not asked again before, CLOCK_MONOTONIC */
	bool is_offender;	 /* it broke the rules: not asked again before passing_forgive() */
	bool is_ended;		 /* for whoever ends it: that was done */
};

/** passing_ask() - a question and its answer, both of which begin with a uint32_t: the question's
 * number, set here. Answers to earlier questions, which came too late, are thrown away.
 * @fd: goes along with the question, -1: none. @out_fd: as passing_receive()
 * Return: 0; -EAGAIN: no answer within 5 s, or none for less than a minute; -EPROTO: it answered
 * nonsense, now or before. */
int passing_ask(struct passing_peer *peer, void *question, size_t question_bytes, int fd,
		void *answer, size_t answer_bytes, int *out_fd);

/** passing_judge() - of an answer with a code and a descriptor, -1: none, where a success brings one and
 * a failure does not
 * Return: @fd; @code, a negative errno; -EPROTO: it was neither, @fd is closed and the peer offends. */
int passing_judge(struct passing_peer *peer, int code, int fd);

/** passing_offend() - its answer was none: whoever keeps it has to end it */
void passing_offend(struct passing_peer *peer);

/** passing_forgive() - the one that offended or did not answer has ended, and another is there or
 * comes: what the first still said is thrown away */
void passing_forgive(struct passing_peer *peer);

#endif
