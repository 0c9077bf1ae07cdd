/* SPDX-License-Identifier: GPL-2.0-only */
/* store.h - one owner's events on disk.
 * Owns the sqlite3 handle of one database file: this room is the only one that knows SQLite. Not
 * thread-safe: the thread that opens a store uses it. Strings that come in have passed the
 * firewall. Every function that can fail describes it in @error and leaves the file as it was.
 *
 * An event is a row of integers. What many events share stands once: texts in names, the
 * combination (app, type, kind, outcome, code, names) in series, the process and session in
 * contexts. An event's id is its time: microseconds since 1970 << 10 | a tie-break, so events are
 * kept in time order and a range of time needs no index. */
#ifndef TELPROBE_STORE_STORE_H
#define TELPROBE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct store;

enum store_mode {
	STORE_READ,  /* must exist; nothing is written, no migration */
	STORE_WRITE, /* created 0600 if missing, migrated if older */
};

/**
 * store_open() - open the database at @path
 * @path: file, or ":memory:" for one that is never written to disk
 * @owner_uid: recorded at creation; whose events these are
 * Symbolic links are not followed. WAL, synchronous=NORMAL, secure_delete, foreign keys off,
 * busy timeout 5 s, SQLITE_FCNTL_PERSIST_WAL.
 * Return: 0; -ENOENT: no file (STORE_READ) or no directory; -ENOTSUP: newer schema; -EBADMSG: not a
 * telprobe database (no database, another application's, damaged); -EACCES, -EROFS, -ENOSPC, -EIO,
 * -EBUSY, -ENOMEM. Each with a hint. */
int store_open(const char *path, enum store_mode mode, uint32_t owner_uid, struct store **out,
	       struct error *error);
void store_close(struct store *store); /* NULL is fine; rolls back what was not committed */
uint32_t store_owner(const struct store *store);

/* --- writing: begin, add, commit ---------------------------------------------------------- */

struct store_series { /* 0 is no name; see enum tp_type for what the names mean */
	int64_t app;  /* from store_name() */
	uint8_t type; /* enum tp_type, tp_kind, tp_outcome */
	uint8_t kind;
	uint8_t outcome;
	uint8_t flags; /* TP_FLAG_BY_* and TP_FLAG_FORKED only */
	int32_t code;
	int64_t name[5];
};

struct store_session {
	int64_t app;	 /* name id */
	int64_t version; /* name id, 0 unknown */
	int64_t started_us;
	int64_t last_us;
	char public_id[17]; /* 16 hex digits, random */
};

struct store_resources { /* of a TP_EXIT at level full */
	int64_t cpu_us;
	int64_t peak_rss_kib; /* 0 unknown */
	int64_t read_bytes;
	int64_t written_bytes;
};

struct store_event {
	int64_t time_us; /* UTC */
	int64_t context; /* from store_context() */
	int64_t series;	 /* from store_series() */
	int64_t value;	 /* span: ns; count: delta; measure: bucket (see bucket.h); exit: wall ns */
	uint32_t span;
	uint32_t parent;
	const struct store_resources *resources; /* NULL: none */
};

int store_begin(struct store *store, struct error *error);

/** store_name() - the id of @text, added if new. Call between begin and commit; ids may be
 * remembered after a commit, must be forgotten after a rollback. */
int store_name(struct store *store, const char *text, int64_t *out_id, struct error *error);
int store_series(struct store *store, const struct store_series *series, int64_t *out_id,
		 struct error *error);

/** store_session() - the app's session that goes on at @time_us, or a new one: one ends after 30
 * minutes of quiet and at 00:00 UTC. */
int store_session(struct store *store, int64_t app, int64_t version, int64_t time_us,
		  int64_t *out_id, struct error *error);

/** store_context() - a process within a session. @process: any number that tells the processes of
 * one writer apart; a new context each call. */
int store_context(struct store *store, int64_t session, uint32_t process, int64_t *out_id,
		  struct error *error);
int store_add(struct store *store, const struct store_event *event, struct error *error);

struct store_ring { /* identifies a ring, so that no record is stored twice */
	uint8_t boot_id[16];
	uint8_t ring_id[16];
};

/** store_ring_position() - where this ring stands in this file. Return: 0; -ENOENT: never seen. */
int store_ring_position(struct store *store, const struct store_ring *ring, uint64_t *out_position,
			struct error *error);

/**
 * store_commit() - make the batch durable together with the ring's position
 * @ring: may be NULL (no ring: tests, import); else compare-and-set from @old to @new
 * Return: 0; -ESTALE: another collector moved the position, the batch was rolled back; -ENOSPC,
 * -EIO, -EROFS: rolled back. */
int store_commit(struct store *store, const struct store_ring *ring, uint64_t old_position,
		 uint64_t new_position, struct error *error);
void store_rollback(struct store *store);

/* --- reading ------------------------------------------------------------------------------ */

struct store_row { /* one event with its texts; valid during the callback */
	int64_t id;
	int64_t time_us;
	int64_t session_id;
	int64_t context;
	const char *session; /* public id */
	int64_t session_started_us;
	int64_t sequence; /* of the event within its session, from 1; 0 unless asked for */
	const char *app;
	const char *version; /* "" unknown */
	uint8_t type, kind, outcome, flags;
	int32_t code;
	const char *name[5]; /* NULL: absent */
	int64_t value;
	uint32_t span, parent;
	bool has_resources;
	struct store_resources resources;
};

struct store_filter {
	int64_t since_us; /* 0: from the first */
	int64_t until_us; /* 0: to the last; exclusive */
	uint32_t types;	  /* bit set of 1 << enum tp_type; 0: all */
	int64_t context;  /* 0: all */
	int64_t limit;	  /* 0: no limit; else the newest so many */
	bool with_sequence;
};

typedef int (*store_row_callback)(const struct store_row *row, void *data);

/** store_each() - call @callback for each event, oldest first. A non-zero return of it ends the
 * walk and is returned. One read transaction: sees one state of the file. */
int store_each(struct store *store, const struct store_filter *filter, store_row_callback callback,
	       void *data, struct error *error);

struct store_totals {
	int64_t events;
	int64_t sessions;
	int64_t first_us, last_us;
	int64_t file_bytes; /* database and WAL */
};
int store_totals(struct store *store, struct store_totals *out, struct error *error);

/** store_event_id() - the public id of an event: a keyed hash of its row under this file's random
 * key, as a UUID of version 8 (RFC 9562). Same at each export. */
void store_event_id(const struct store *store, int64_t id, char out[37]);

/** store_delete_all() - erase every event, session and name: secure_delete, WAL truncated, file
 * vacuumed. @out_freed_bytes: by how much the file shrank. */
int store_delete_all(struct store *store, int64_t *out_freed_bytes, struct error *error);

#endif
