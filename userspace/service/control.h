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
#include "service/cost.h"
#include "service/losses.h"
#include "store/store.h"
#include "telprobe/record.h"

#define CONTROL_DIRECTORY "/run/telprobe"
#define CONTROL_SOCKET	  CONTROL_DIRECTORY "/control"

enum {
	CONTROL_VERSION = 1,
	CONTROL_ANSWER = 65536,
	CONTROL_TEXT = 384,
	CONTROL_SAMPLING = 192,
	CONTROL_NOTICES = 128
};

enum control_act {		      /* who carries it out */
		   CONTROL_ROWS = 1,  /* api: events by filter, of the caller; of @uid for root */
		   CONTROL_TOTALS,    /* api */
		   CONTROL_STATUS,    /* supervisor */
		   CONTROL_DECIDE,    /* supervisor: the caller's level for a target or all */
		   CONTROL_DECISIONS, /* supervisor: the caller's decisions */
		   CONTROL_TARGETS,   /* supervisor: the targets, for the caller */
		   CONTROL_ERASE,     /* collector: everything of the caller */
		   CONTROL_RETENTION, /* collector: how long it keeps what is the caller's */
		   CONTROL_RELOAD,    /* supervisor, for root: read the configuration again */
		   CONTROL_OWNERS,    /* api: whose events there are, for root */
		   CONTROL_SUMS,      /* api: what was added up at level basic, of some days */
		   CONTROL_ERASURES,  /* api: what was deleted of the caller before, and by whom */
		   CONTROL_SUSPEND,   /* supervisor, for root: limit is an enum control_selftest */
		   CONTROL_ACTS
};

struct control_request {
	uint32_t version; /* CONTROL_VERSION */
	uint32_t act;	  /* enum control_act */
	uint32_t uid;	  /* whose data; (uint32_t)-1: the caller's own. Another's: root only */
	uint32_t types;	  /* CONTROL_ROWS: as struct store_filter */
	/* CONTROL_RETENTION: limit 0 asks, else days + 1 are to be the caller's own; 1: none */
	int64_t since_us, until_us, context, limit;
	uint32_t with_sequence;
	uint32_t level;		     /* CONTROL_DECIDE */
	char target[CONSENT_TARGET]; /* CONTROL_DECIDE; "": all; NUL-terminated */
	uint32_t of_all;	     /* 1: everybody's data, whatever @uid says; root only */
	uint32_t is_followed; /* CONTROL_ROWS: 1: what came after @cursor; the next one follows */
	struct store_cursor cursor;
	int64_t for_us;	      /* CONTROL_DECIDE: a yes ends by itself after that; 0: it does not */
	uint8_t without;      /* CONTROL_DECIDE: enum tp_category, what a yes leaves out */
	uint8_t reserved[79]; /* zero */
};
_Static_assert(sizeof(struct control_request) == 256, "fixed size");

enum control_answer_kind {
	CONTROL_IS_ROWS = 1,
	CONTROL_IS_TOTALS,
	CONTROL_IS_STATUS,
	CONTROL_IS_DECISION,
	CONTROL_IS_TARGET,
	CONTROL_END,
	CONTROL_IS_RETENTION,
	CONTROL_IS_NOTICE,
	CONTROL_IS_CURSOR, /* after the rows, where they are followed */
	CONTROL_IS_OWNER,
	CONTROL_IS_SUMS,
	CONTROL_IS_ERASURE
};

struct control_end { /* the last message of an answer */
	uint32_t kind;
	int32_t code; /* 0 or negative errno */
	/* CONTROL_ERASE: bytes freed; CONTROL_RELOAD: problems; CONTROL_DECIDE: 1: what a yes that ends
	 * by itself had collected is deleted; 2: that is under way; 0: there was none such to end */
	int64_t number;
	char what[CONTROL_TEXT]; /* CONTROL_RELOAD done: the directory that was read */
	char hint[CONTROL_TEXT];
};

struct control_totals {
	uint32_t kind;
	uint32_t people; /* whose events these are */
	int64_t events, sessions, first_us, last_us, file_bytes;
	int64_t removed_events, removed_until_us; /* by retention */
	int64_t aggregated;			  /* spans in totals alone */
};

/* What a selftest of this very program says, as far as the service goes by it. */
enum control_selftest {
	CONTROL_SELFTEST_PASSED,    /* nothing got through, says root: capture goes on */
	CONTROL_SELFTEST_LEAKED,    /* capture nothing */
	CONTROL_SELFTEST_SCHEDULED, /* nothing got through; what is stopped stays so */
	CONTROL_SELFTESTS
};

enum control_state {
	CONTROL_OFF, /* by the administrator */
	CONTROL_ON,
	CONTROL_SUSPENDED, /* by a selftest that found a leak */
	CONTROL_STATES
};

struct control_status { /* for the caller */
	uint32_t kind;
	uint32_t level; /* highest effective level over the targets */
	uint32_t has_decided;
	uint32_t targets;  /* attached */
	uint32_t problems; /* target files left out, roles that crash */
	uint32_t uptime_s;
	uint32_t state; /* enum control_state */
	uint32_t role_restarts;
	/* of all people since the start: finished records the kernel side saw; of them stored, not
	 * stored though nobody wanted that, not even received. For others than root: 0, 0, and 1 where there is any. */
	uint64_t events, stored, lost, ring_full;
	uint64_t refused_consent; /* root only, else 0 */
	uint64_t own_cpu_us, own_memory_bytes;
	char problem[CONTROL_TEXT]; /* the first, "" none */
	/* By reason. For others than root: 0 or 1, and only of what was lost. */
	uint64_t count[TP_COUNTERS];
	/* By process, for root; for others 0, and the sums above are rounded up. own_memory_bytes is
	 * without ring and kernel. */
	uint64_t role_cpu_us[COST_ROLES], role_memory_bytes[COST_ROLES];
	uint64_t ring_bytes, kernel_bytes;
	/* What did not get into a database, by reason; for others than root: 0 or 1, and only of what
	 * nobody wanted. */
	uint64_t loss[LOSSES];
	uint64_t names_other; /* events with a name kept as [OTHER]; for others than root: 0 or 1 */
	uint32_t
		memory_unknown; /* bit of each role whose memory is known in part or not at all; for
				    others than root: 1 where there is any */
	uint32_t reserved;
	int64_t selftest_us; /* UTC, when one last tried this very program; 0: not since the start */
};

struct control_decision {
	uint32_t kind, level, text_version;
	uint32_t term; /* enum consent_term */
	int64_t decided_us;
	char target[CONSENT_TARGET];
	int64_t until_us; /* UTC, of a yes that ends by itself */
	uint32_t without; /* enum tp_category: what the yes leaves out */
	uint32_t reserved;
};

struct control_target {
	uint32_t kind, level, reason, policy, level_max, sites, is_attached;
	uint16_t without; /* enum tp_category: what is left out of that level */
	uint16_t never;	  /* of that, what the administrator leaves out for everybody */
	char name[CONSENT_TARGET];
	char problem[CONTROL_TEXT];
	char sampling[CONTROL_SAMPLING]; /* which spans are no events of their own, "" none */
	int64_t until_us;		 /* UTC, when that level ends by itself; 0: it does not */
};

struct control_retention {
	uint32_t kind;
	uint32_t reserved;
	int64_t own_days, machine_days; /* 0: none of one's own; for ever. The shorter holds */
	int64_t max_bytes;		/* of a database; 0: no limit */
};

struct control_notice { /* of CONTROL_RELOAD: what is different now, or wrong */
	uint32_t kind;
	uint32_t is_problem;
	char text[2 * CONTROL_TEXT];
};

struct control_cursor {
	uint32_t kind, reserved;
	struct store_cursor cursor;
};

struct control_owner { /* rising uids */
	uint32_t kind, uid;
	int64_t changed_us; /* when its file was written last, as far as the file system tells */
	int64_t bytes;
};

struct control_erasure { /* oldest first */
	uint32_t kind, uid;
	uint32_t by; /* uid, or STORE_BY_END */
	uint32_t reserved;
	int64_t time_us, events, bytes;
};

struct control_rows { /* followed by @count rows as rows_wire.h packs them, or sums: sums_wire.h */
	uint32_t kind;
	uint32_t count; /* 1.. */
};

/* --- for whoever holds the socket of a client: api, supervisor, collector ------------------- */

#define CONTROL_OWN UINT32_MAX /* uid of a request: the caller's own data */

/** control_peer() - who connected, as the kernel has it; @out_pid may be NULL (0: not visible)
 * Return: 0, or -ENOTCONN, -EBADF, -ENOTSOCK for what is no connected local socket. */
int control_peer(int fd, uint32_t *out_uid, int32_t *out_pid);

/** control_client() - as control_peer(), of a socket that another role passed on, which may be lying
 * Who connects sees whose the listening socket is: root's. With a client's own end, which a client of
 * its choice can send it, a role that was taken over could be root. So the service is no client of its
 * own. @service: process that listens and made the sockets between roles
 * Return: as control_peer(); -EPERM for such an end, -EPROTOTYPE for a socket of another type. */
int control_client(int fd, int32_t service, uint32_t *out_uid);

/** control_check() - is this a request at all: size, version, act, NUL, zeros, numbers
 * Return: 0; -EPROTO with what is wrong. */
int control_check(const void *request, size_t bytes, struct error *error);

/** control_receive() - read the request from the socket of a client, without waiting
 * Whoever carries a change out reads it here himself: the api, which passes the socket on, can only
 * look at a request, not word one. Return: 0; -EAGAIN: none is there; -EPROTO with what is wrong. */
int control_receive(int fd, struct control_request *out, struct error *error);

/** control_whose() - whose data @request of @peer_uid means; with of_all everybody's, and *out_uid is
 * the peer's. Return: 0; -EACCES for another's or everybody's, unless the peer is root, in the same words whether that other
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
