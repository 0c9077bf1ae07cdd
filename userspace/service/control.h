/* SPDX-License-Identifier: GPL-2.0-only */
/* control.h - what is said on the control socket (/run/telprobe/control, SOCK_SEQPACKET, mode 0666).
 * Who asks is what the kernel says (SO_PEERCRED), never what the message says. A client sends one
 * request, a struct of fixed size; anything of another size or kind ends the connection. Answers
 * are messages of at most CONTROL_ANSWER bytes: rows or a status, then one CONTROL_END. */
#ifndef TELPROBE_SERVICE_CONTROL_H
#define TELPROBE_SERVICE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "privacy/consent.h"

#define CONTROL_DIRECTORY "/run/telprobe"
#define CONTROL_SOCKET	  CONTROL_DIRECTORY "/control"

enum { CONTROL_VERSION = 1, CONTROL_ANSWER = 65536, CONTROL_TEXT = 384 };

enum control_act {		      /* who carries it out */
		   CONTROL_ROWS = 1,  /* api: events by filter, of the caller; of @uid for root */
		   CONTROL_TOTALS,    /* api */
		   CONTROL_STATUS,    /* supervisor */
		   CONTROL_DECIDE,    /* supervisor: the caller's level for a target or all */
		   CONTROL_DECISIONS, /* supervisor: the caller's decisions */
		   CONTROL_TARGETS,   /* supervisor: the targets, for the caller */
		   CONTROL_ERASE,     /* collector: everything of the caller */
		   CONTROL_ACTS
};

struct control_request {
	uint32_t version; /* CONTROL_VERSION */
	uint32_t act;	  /* enum control_act */
	uint32_t uid;	  /* whose data; (uint32_t)-1: the caller's own. Another's: root only */
	uint32_t types;	  /* CONTROL_ROWS: as struct store_filter */
	int64_t since_us, until_us, context, limit;
	uint32_t with_sequence;
	uint32_t level;		     /* CONTROL_DECIDE */
	char target[CONSENT_TARGET]; /* CONTROL_DECIDE; "": all; NUL-terminated */
	uint8_t reserved[136];	     /* zero */
};
_Static_assert(sizeof(struct control_request) == 256, "fixed size");

enum control_answer_kind {
	CONTROL_IS_ROWS = 1,
	CONTROL_IS_TOTALS,
	CONTROL_IS_STATUS,
	CONTROL_IS_DECISION,
	CONTROL_IS_TARGET,
	CONTROL_END
};

struct control_end { /* the last message of an answer */
	uint32_t kind;
	int32_t code;	/* 0 or negative errno */
	int64_t number; /* CONTROL_ERASE: bytes freed */
	char what[CONTROL_TEXT];
	char hint[CONTROL_TEXT];
};

struct control_totals {
	uint32_t kind;
	uint32_t reserved;
	int64_t events, sessions, first_us, last_us, file_bytes;
};

struct control_status { /* for the caller */
	uint32_t kind;
	uint32_t level; /* highest effective level over the targets */
	uint32_t has_decided;
	uint32_t targets;  /* attached */
	uint32_t problems; /* target files left out, roles that crash */
	uint32_t uptime_s;
	uint32_t is_enabled; /* by the administrator */
	uint32_t role_restarts;
	/* of all people since the start: finished records the kernel side saw; of them stored, not
	 * stored, not even received. For others than root: 0, 0, and 1 where there is any. */
	uint64_t events, stored, lost, ring_full;
	uint64_t refused_consent; /* root only, else 0 */
	uint64_t own_cpu_us, own_memory_bytes;
	char problem[CONTROL_TEXT]; /* the first, "" none */
};

struct control_decision {
	uint32_t kind, level, text_version, reserved;
	int64_t decided_us;
	char target[CONSENT_TARGET];
};

struct control_target {
	uint32_t kind, level, reason, policy, level_max, sites, is_attached, reserved;
	char name[CONSENT_TARGET];
	char problem[CONTROL_TEXT];
};

struct control_rows { /* followed by @count rows as rows_wire.h packs them */
	uint32_t kind;
	uint32_t count; /* 1.. */
};

/* --- for whoever holds the socket of a client: api, supervisor, collector ------------------- */

#define CONTROL_OWN UINT32_MAX /* uid of a request: the caller's own data */

/** control_peer() - who connected, as the kernel has it; @out_pid may be NULL (0: not visible)
 * Return: 0, or -ENOTCONN, -EBADF, -ENOTSOCK for what is no connected local socket. */
int control_peer(int fd, uint32_t *out_uid, int32_t *out_pid);

/** control_check() - is this a request at all: size, version, act, NUL, zeros, numbers
 * Return: 0; -EPROTO with what is wrong. */
int control_check(const void *request, size_t bytes, struct error *error);

/** control_receive() - read the request from the socket of a client, without waiting
 * Whoever carries a change out reads it here himself: the api, which passes the socket on, can only
 * look at a request, not word one. Return: 0; -EAGAIN: none is there; -EPROTO with what is wrong. */
int control_receive(int fd, struct control_request *out, struct error *error);

/** control_whose() - whose data @request of @peer_uid means
 * Return: 0; -EACCES for another's, unless the peer is root, in the same words whether that other
 * one has data or exists. */
int control_whose(const struct control_request *request, uint32_t peer_uid, uint32_t *out_uid,
		  struct error *error);

/** control_answer() - send one message of an answer, without waiting
 * Return: 0; -EAGAIN: the client does not read; -EPIPE: it is gone. */
int control_answer(int fd, const void *answer, size_t bytes);

/** control_end_set(), control_answer_end() - the last message; @what, @hint may be NULL. */
void control_end_set(struct control_end *end, int code, int64_t number, const char *what,
		     const char *hint);
int control_answer_end(int fd, int code, int64_t number, const char *what, const char *hint);

#endif
