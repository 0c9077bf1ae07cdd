/* SPDX-License-Identifier: GPL-2.0-only */
/* store.h - one owner's events on disk.
 * Owns the sqlite3 handle of one database file: this room is the only one that knows SQLite. Not
 * thread-safe: the thread that opens a store uses it. Strings that come in have passed the
 * firewall. Every function that can fail describes it in @error and leaves the file as it was.
 *
 * An event is a row of integers. What many events share stands once: texts in names, the
 * combination (app, type, kind, outcome, code, names) in series, the process and session in
 * contexts. An event's id is its time: microseconds since 1970 << 10 | a tie-break, so events are
 * kept in time order and a range of time needs no index. sql.c holds the schema. */
#ifndef TELPROBE_STORE_STORE_H
#define TELPROBE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct store;
struct store_sum;
struct store_sum_filter;

enum store_mode {
	STORE_READ,  /* must exist; nothing is written, no migration */
	STORE_WRITE, /* created 0600 if missing, migrated if older */
};

/**
 * store_open() - open the database at @path
 * @path: file, or ":memory:" for one that is never written to disk
 * @owner_uid: recorded at creation; whose events these are
 * The file may be no symbolic link (its directories may be). WAL, synchronous=NORMAL,
 * secure_delete, busy timeout 5 s, SQLITE_FCNTL_PERSIST_WAL: with the log left in place a reader
 * needs no right to write. STORE_READ creates nothing, also beside the file; a file without a log
 * is then read as it is, without looking for a writer that comes later. A log that is not this
 * process's to write may be about to be given to it: STORE_WRITE waits 20 ms for that.
 * Return: 0; -ENOENT: no file (STORE_READ) or no directory; -ELOOP: a symbolic link; -ENOTSUP: newer
 * schema; -EBADMSG: not a telprobe database (no regular file, no database, another application's,
 * damaged); -EACCES, -EROFS, -ENOSPC, -EIO, -EBUSY, -ENOMEM. Each with a hint. */
int store_open(const char *path, enum store_mode mode, uint32_t owner_uid, struct store **out,
	       struct error *error);
void store_close(struct store *store); /* NULL is fine; rolls back what was not committed */
uint32_t store_owner(const struct store *store);

/* --- writing: begin, add, commit ---------------------------------------------------------- */

enum { STORE_MARKED = 1 << 4 }; /* of a series: see marked.h; no flag of record.h that is stored */

struct store_series { /* 0 is no name; see enum tp_type for what the names mean */
	int64_t app;  /* from store_name() */
	uint8_t type; /* enum tp_type, tp_kind, tp_outcome */
	uint8_t kind;
	uint8_t outcome;
	uint8_t flags; /* TP_FLAG_BY_* and TP_FLAG_FORKED only, and STORE_MARKED */
	int32_t code;
	int64_t name[5];
};

struct store_session {
	int64_t id;
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

enum { STORE_FRAMES = 16, STORE_BUILD_ID = 20 };

struct store_frame { /* where a function was, in a file; all 0: not known */
	uint64_t offset;
	uint32_t flags; /* enum tp_frame_flag */
	uint8_t build_id[STORE_BUILD_ID];
};

struct store_frames { /* of a group of crashes, as those of its first one were */
	uint32_t count;
	struct store_frame frame[STORE_FRAMES]; /* innermost first */
};

#define STORE_TIME_MAX_US (1ll << 53) /* exclusive; the year 2255 */

struct store_event {
	int64_t time_us; /* UTC, 0..STORE_TIME_MAX_US - 1 */
	int64_t context; /* from store_context() */
	int64_t series;	 /* from store_series() */
	int64_t value;	 /* span: ns; count: delta; measure: bucket (see bucket.h); exit: wall ns */
	uint32_t span;
	uint32_t parent;			 /* never the span itself; 0 none */
	const struct store_resources *resources; /* NULL: none */
};

/** store_begin() - open a batch. Holds the file's write lock until commit or rollback. */
int store_begin(struct store *store, struct error *error);

/** store_generation() - a number that changes whenever remembered ids (names, series, sessions,
 * contexts) must be forgotten: after a rollback, when retention looks for unused ones, and when
 * store_begin() finds that another process erased or cleaned the file. Compare it after each
 * store_begin(). */
uint64_t store_generation(const struct store *store);

/* The following want an open batch (-EINVAL). Failures are -ENOSPC, -EIO, -EBADMSG, -ENOMEM...; the
 * batch is then to be rolled back. */

/** store_name() - the id of @text, added if new. */
int store_name(struct store *store, const char *text, int64_t *out_id, struct error *error);

/**
 * store_name_within() - the id of @text, added if it is new and @origin has fewer than @max names here
 * @origin: not 0; stands for whose name it is that was first to say it, kept with the name
 * Return: 0; *out_id is 0 for one that is not there and not to be added. */
int store_name_within(struct store *store, const char *text, uint32_t origin, int64_t max,
		      int64_t *out_id, struct error *error);
int store_series(struct store *store, const struct store_series *series, int64_t *out_id,
		 struct error *error);

/** store_crash_group() - the places of the group of crashes called @name, a name's id: kept where there are
 * none yet. Whatever removes the name removes them. */
int store_crash_group(struct store *store, int64_t name, const struct store_frames *frames,
		      struct error *error);

/** store_session() - the app's session that goes on at @time_us, or a new one: one ends after 30
 * minutes of quiet and at 00:00 UTC. Two versions of an app have sessions of their own; an unknown
 * version (0) joins the app's latest, and a session of unknown version takes the first known one.
 * Its public id is random: nobody can link two of them, as with a key that is thrown away each
 * day, and a collector that dies loses none, because the row is in the database. */
int store_session(struct store *store, int64_t app, int64_t version, int64_t time_us,
		  struct store_session *out, struct error *error);

/** store_session_covers() - whether the session goes on at @time_us (up to 30 minutes before its
 * start too: records of two processors need not come in the order of their times). */
bool store_session_covers(const struct store_session *session, int64_t time_us);

/** store_session_extend() - write the first and last moment of a session, kept by the caller. */
int store_session_extend(struct store *store, const struct store_session *session,
			 struct error *error);

/** store_context() - a process within a session. @process: any number that tells the processes of
 * one writer apart; a new context each call. */
int store_context(struct store *store, int64_t session, uint32_t process, int64_t *out_id,
		  struct error *error);

/** store_add() - one event. Return: also -ERANGE for a time out of range. */
int store_add(struct store *store, const struct store_event *event, struct error *error);

struct store_command { /* names are ids */
	int64_t app;
	int64_t session;
	int64_t name[2]; /* command, sub-command */
};

struct store_ended { /* of a span */
	int64_t time_us;
	uint8_t outcome, flags;
	int32_t code;
};

/** store_each_run() - how that command ended in that session, the newest first
 * @events: newest of the session's time that are looked at, of all apps
 * Another return of @callback than 0 ends it. Return: 0, -EINVAL, -EIO... */
int store_each_run(struct store *store, const struct store_command *command, int64_t events,
		   int (*callback)(const struct store_ended *ended, void *data), void *data,
		   struct error *error);

/** store_tells_errors() - whether an error or recovery with a name is known of @app */
int store_tells_errors(struct store *store, int64_t app, bool *out, struct error *error);

struct store_ring { /* identifies a ring, so that no record is stored twice */
	uint8_t boot_id[16];
	uint8_t ring_id[16];
};

/** store_ring_position() - where this ring stands in this file. Return: 0; -ENOENT: never seen. */
int store_ring_position(struct store *store, const struct store_ring *ring, uint64_t *out_position,
			struct error *error);

/**
 * store_commit() - make the batch durable together with the ring's position
 * @ring: may be NULL (no ring: tests, import); else compare-and-set from @old to @new; a ring the
 * file has never seen starts at @new. Without a batch only the position is moved.
 * Return: 0; -ESTALE: another collector moved the position, the batch was rolled back; -ENOSPC,
 * -EIO, -EROFS: rolled back. */
int store_commit(struct store *store, const struct store_ring *ring, uint64_t old_position,
		 uint64_t new_position, struct error *error);
void store_rollback(struct store *store);

/* --- reading ------------------------------------------------------------------------------ */

struct store_row { /* one event with its texts; valid during the callback */
	int64_t id;
	int64_t time_us;
	int64_t session_id; /* unique within the owner's file, as the next */
	int64_t context;
	uint32_t owner;	     /* uid */
	const char *session; /* public id */
	int64_t session_started_us;
	/* of the event within what is there of its session, from 1; 0 unless asked for. Only the
	 * size limit takes a part of a session: age takes whole days */
	int64_t sequence;
	const char *app;
	const char *version; /* "" unknown */
	uint8_t type, kind, outcome, flags;
	int32_t code;
	const char *name[5]; /* NULL: absent */
	int64_t value;
	uint32_t span, parent;
	bool has_resources;
	struct store_resources resources;
	const struct store_frames
		*frames; /* of a TP_CRASH, whose name[0] is its group; else NULL */
};

/* How far a follower has read. An event's id is its time, and events do not come in the order of
 * their times (two processors, a clock that is set back), so the highest id told is not enough: an
 * event that came below the highest one of its file is noted in a table of its own, numbered in the
 * order they came. What came since a look is then what is above its highest id, and what has a
 * higher number in that table: each event once. Zeroed: before the first event. */
struct store_cursor {
	uint8_t file[16];   /* tells files apart, also one that was erased and made again */
	int64_t generation; /* and erasures within a file */
	int64_t newest;	    /* highest id at the last look */
	int64_t late;	    /* number of the last late event then */
};

/** store_cursor_has_passed() - is it behind an event? Else an erasure takes nothing from it: it may
 * be that of an empty file, which an erasure leaves behind for a moment before it removes that. */
bool store_cursor_has_passed(const struct store_cursor *cursor);

enum { STORE_LATE_KEPT = 65536 }; /* most late events between two looks of a follower */

struct store_filter {
	int64_t since_us; /* 0: from the first */
	int64_t until_us; /* 0: to the last; exclusive */
	uint32_t types;	  /* bit set of 1 << enum tp_type; 0: all */
	int64_t context;  /* 0: all */
	int64_t limit;	  /* 0: no limit; else the newest so many */
	bool with_sequence;
	bool of_owner; /* of @owner only, where there are several */
	uint32_t owner;
	/* NULL, or: only what came since; moved when all was told. Without a context, sequences and a
	 * range of time unless it is zeroed. -ESTALE: the events were erased since, begin anew;
	 * -EOVERFLOW: more than STORE_LATE_KEPT late ones came since. */
	struct store_cursor *cursor;
};

typedef int (*store_row_callback)(const struct store_row *row, void *data);

/** store_each() - call @callback for each event, oldest first. A non-zero return of it ends the
 * walk and is returned. One read transaction: sees one state of the file. */
int store_each(struct store *store, const struct store_filter *filter, store_row_callback callback,
	       void *data, struct error *error);

/* A walk in slices, for a reader that must do other things in between. Each slice is a read
 * transaction of its own; what was added after the first one is not told, nor is what retention
 * removed before its turn came. */
struct store_walk;

/** store_walk_new() - begin nothing yet; @filter is copied. Return: 0, -ENOMEM. */
int store_walk_new(const struct store_filter *filter, struct store_walk **out, struct error *error);
void store_walk_free(struct store_walk *walk); /* NULL is fine */

/**
 * store_walk_slice() - go on for about @budget_us (0: without limit)
 * @store: the same file each time; it may have been closed and opened again in between
 * A positive return of @callback ends the slice after that row, a negative one the walk.
 * Return: 1: there may be more; 0: that was all; -ESTALE: the events were erased meanwhile; what
 * @callback returned; as store_each(). */
int store_walk_slice(struct store_walk *walk, struct store *store, int64_t budget_us,
		     store_row_callback callback, void *data, struct error *error);

struct store_totals {
	int64_t events;
	int64_t sessions;
	int64_t first_us, last_us; /* 0 without events */
	int64_t file_bytes;	   /* database and WAL */
	/* events retention removed so far (retention.h), and the time of the last of them */
	int64_t removed_events, removed_until_us;
	int64_t aggregated; /* spans in totals alone (daily.h): they are no events */
	int64_t people;	    /* whose events these are: 1, but for all of a machine */
};
int store_totals(struct store *store, struct store_totals *out, struct error *error);

/** store_totals_add() - what two have together; @sum is zeroed at first */
void store_totals_add(struct store_totals *sum, const struct store_totals *more);

struct store_person {
	uint32_t uid;
	int64_t changed_us; /* when events came last, as far as is known; 0: not known */
};

/** store_people() - whose events there are; *out is to be freed. Return: 0, -ENOMEM... */
int store_people(struct store *store, struct store_person **out, size_t *out_count,
		 struct error *error);

/** store_event_id() - the public id of an event: a keyed hash of its row under this file's random
 * key, as a UUID of version 8 (RFC 9562). Same at each export. */
void store_event_id(const struct store *store, int64_t id, char out[37]);

/** store_id_text(), store_id_bytes() - a public id of 16 bytes as a UUID, and an event's id so. */
void store_id_text(const uint8_t bytes[16], char out[37]);
void store_id_bytes(const struct store *store, int64_t id, uint8_t out[16]);

/** store_delete_all() - erase every event, session and name: secure_delete, WAL truncated, file
 * vacuumed. What stays: owner, key of the event ids, positions of rings (else a collector at work
 * would store its records again). @out_freed_bytes: by how much the file and its log shrank.
 * Return: 0; -EBUSY: all rows are deleted, but a reader keeps their bytes in the log: repeat it;
 * -ENOSPC: nothing is deleted, overwriting needs as much room as the file has; -EACCES... */
int store_delete_all(struct store *store, int64_t *out_freed_bytes, struct error *error);

/* --- elsewhere ---------------------------------------------------------------------------- */

/* Where the events are when they are in no file here: the functions a store is read and erased by.
 * Each as the store_ function of that name; @event_id is asked, while @each calls back, for the
 * row's id (the event) and for minus its context (the process). */
struct store_erasure {	 /* that events were deleted; nothing of them */
	int64_t time_us; /* UTC */
	uint32_t uid;	 /* whose */
	uint32_t by;	 /* uid of who asked for it, or STORE_BY_END */
	int64_t events;
	int64_t bytes; /* freed */
};
#define STORE_BY_END UINT32_MAX /* a yes that ends by itself ended */

typedef int (*store_erasure_callback)(const struct store_erasure *erasure, void *data);

struct store_backend {
	void *data;
	int (*each)(void *data, const struct store_filter *filter, store_row_callback callback,
		    void *callback_data, struct error *error);
	int (*totals)(void *data, struct store_totals *out, struct error *error);
	int (*people)(void *data, struct store_person **out, size_t *out_count,
		      struct error *error); /* NULL: the owner alone */
	void (*event_id)(void *data, int64_t id, char out[37]);
	int (*delete_all)(void *data, int64_t *out_freed_bytes, struct error *error);
	void (*close)(void *data);
	uint32_t owner;
	int (*each_sum)(void *data, const struct store_sum_filter *filter,
			int (*callback)(const struct store_sum *sum, void *data),
			void *callback_data, struct error *error); /* of daily.h; NULL: no sums */
	int (*each_erasure)(void *data, store_erasure_callback callback, void *callback_data,
			    struct error *error);
};

/**
 * store_each_erasure() - what was deleted before, oldest first; of a file nobody keeps that: nothing
 * @callback: other than 0 ends it and is returned. Return: 0; negative. */
int store_each_erasure(struct store *store, store_erasure_callback callback, void *data,
		       struct error *error);

/** store_open_backend() - a store that is read and erased through @backend (copied)
 * Nothing can be written to it: store_begin() is -ENOTSUP. store_close() calls its close.
 * Return: 0; -ENOMEM: close was not called. */
int store_open_backend(const struct store_backend *backend, struct store **out,
		       struct error *error);

#endif
