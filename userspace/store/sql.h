/* SPDX-License-Identifier: GPL-2.0-only */
/* sql.h - every SQL text of the store, in two tables (sql.c).
 * A new query is a name here and a row in query_sql[]. A schema change is a new entry at the end
 * of migration_sql[], a row in store.h's description and a file tests/fixtures/store_vN.db. */
#ifndef TELPROBE_STORE_SQL_H
#define TELPROBE_STORE_SQL_H

/* "tlpr": tells a telprobe database from any other SQLite file (PRAGMA application_id). */
#define SCHEMA_APPLICATION_ID 0x746c7072

enum query {
	BEGIN_READ,
	BEGIN_WRITE,
	COMMIT,
	ROLLBACK,

	GET_META,
	ADD_META,
	GET_GENERATION,
	RAISE_GENERATION,

	FIND_NAME,
	ADD_NAME,
	FIND_SERIES,
	ADD_SERIES,
	FIND_SESSION,
	ADD_SESSION,
	EXTEND_SESSION,
	SET_SESSION_VERSION,
	ADD_CONTEXT,
	ADD_EVENT,
	LAST_EVENT_BEFORE,
	ADD_RESOURCES,

	GET_RING,
	MOVE_RING,
	ADD_RING,
	FORGET_RINGS,

	EACH_EVENT,
	EACH_EVENT_BACK,
	GET_NAME,
	GET_SERIES,
	GET_SESSION,
	GET_CONTEXT,
	GET_CONTEXT_RANGE,
	GET_RESOURCES,
	FIRST_SESSION_SINCE,
	TOTALS,

	DELETE_EVENTS,
	DELETE_RESOURCES,
	DELETE_CONTEXTS,
	DELETE_SESSIONS,
	DELETE_SERIES,
	DELETE_NAMES,
	QUERIES
};

extern const char *const query_sql[QUERIES];

/* Entry i upgrades version i to i + 1. Append only: released entries are never edited. */
enum { SCHEMA_VERSION = 1 };
extern const char *const migration_sql[SCHEMA_VERSION];

/* Settings of a connection; none of them changes the file. */
extern const char settings_sql[];
extern const char write_settings_sql[];

#endif
