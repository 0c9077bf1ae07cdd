/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/sql.h"

/* No column is NULL: SQLite keeps 0 and 1 in the row's header, without a byte of their own, so
 * that an absent number costs what NULL would. An event's parent is kept as the distance to its
 * own number (span - parent, 0: none), which is mostly 1. */
const char *const migration_sql[SCHEMA_VERSION] = {
	"CREATE TABLE meta("
	" id INTEGER PRIMARY KEY CHECK(id = 1), owner INTEGER NOT NULL,"
	" created_us INTEGER NOT NULL, id_key BLOB NOT NULL, generation INTEGER NOT NULL) STRICT;"
	"CREATE TABLE names(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE series("
	" id INTEGER PRIMARY KEY, app INTEGER NOT NULL, type INTEGER NOT NULL,"
	" kind INTEGER NOT NULL, outcome INTEGER NOT NULL, flags INTEGER NOT NULL,"
	" code INTEGER NOT NULL, n0 INTEGER NOT NULL, n1 INTEGER NOT NULL, n2 INTEGER NOT NULL,"
	" n3 INTEGER NOT NULL, n4 INTEGER NOT NULL,"
	" UNIQUE(app, type, kind, outcome, flags, code, n0, n1, n2, n3, n4)) STRICT;"
	"CREATE TABLE sessions("
	" id INTEGER PRIMARY KEY, app INTEGER NOT NULL, version INTEGER NOT NULL,"
	" started_us INTEGER NOT NULL, last_us INTEGER NOT NULL, public_id BLOB NOT NULL) STRICT;"
	"CREATE INDEX sessions_by_app ON sessions(app, started_us);"
	"CREATE TABLE contexts("
	" id INTEGER PRIMARY KEY, session INTEGER NOT NULL, process INTEGER NOT NULL) STRICT;"
	"CREATE TABLE events("
	" id INTEGER PRIMARY KEY, context INTEGER NOT NULL, series INTEGER NOT NULL,"
	" value INTEGER NOT NULL, span INTEGER NOT NULL, parent INTEGER NOT NULL) STRICT;"
	"CREATE TABLE resources("
	" event INTEGER PRIMARY KEY, cpu_us INTEGER NOT NULL, peak_rss_kib INTEGER NOT NULL,"
	" read_bytes INTEGER NOT NULL, written_bytes INTEGER NOT NULL) STRICT;"
	"CREATE TABLE rings("
	" boot_id BLOB NOT NULL, ring_id BLOB NOT NULL, position INTEGER NOT NULL,"
	" used_us INTEGER NOT NULL, PRIMARY KEY(boot_id, ring_id)) STRICT, WITHOUT ROWID;",
};

/* journal_size_limit also empties the log of a file that is closed in order. Nothing of a database
 * may reach another file, not even a temporary one. */
const char settings_sql[] = "PRAGMA temp_store = MEMORY;"
			    "PRAGMA foreign_keys = OFF;"
			    "PRAGMA trusted_schema = OFF;";
const char write_settings_sql[] = "PRAGMA journal_mode = WAL;"
				  "PRAGMA synchronous = NORMAL;"
				  "PRAGMA secure_delete = ON;"
				  "PRAGMA journal_size_limit = 4194304;";

const char *const query_sql[QUERIES] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",

	[GET_META] = "SELECT owner, id_key, generation FROM meta WHERE id = 1",
	[ADD_META] = "INSERT INTO meta(id, owner, created_us, id_key, generation)"
		     " VALUES(1, ?1, ?2, ?3, 1)",
	[GET_GENERATION] = "SELECT generation FROM meta WHERE id = 1",
	[RAISE_GENERATION] = "UPDATE meta SET generation = generation + 1 WHERE id = 1",

	[FIND_NAME] = "SELECT id FROM names WHERE text = ?1",
	[ADD_NAME] = "INSERT INTO names(text) VALUES(?1)",
	[FIND_SERIES] = "SELECT id FROM series WHERE app = ?1 AND type = ?2 AND kind = ?3"
			" AND outcome = ?4 AND flags = ?5 AND code = ?6 AND n0 = ?7 AND n1 = ?8"
			" AND n2 = ?9 AND n3 = ?10 AND n4 = ?11",
	[ADD_SERIES] = "INSERT INTO series(app, type, kind, outcome, flags, code, n0, n1, n2, n3,"
		       " n4) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	/* ?3, ?4: earliest start and end of a session that may hold the moment; ?5: the quiet */
	[FIND_SESSION] = "SELECT id, version, started_us, last_us, public_id FROM sessions"
			 " WHERE app = ?1 AND started_us >= ?3 AND started_us < ?4 AND last_us > ?5"
			 " AND (version = ?2 OR version = 0 OR ?2 = 0)"
			 " ORDER BY version = ?2 DESC, last_us DESC LIMIT 1",
	[ADD_SESSION] = "INSERT INTO sessions(app, version, started_us, last_us, public_id)"
			" VALUES(?1, ?2, ?3, ?3, ?4)",
	[EXTEND_SESSION] = "UPDATE sessions SET started_us = min(started_us, ?2),"
			   " last_us = max(last_us, ?3) WHERE id = ?1",
	[SET_SESSION_VERSION] = "UPDATE sessions SET version = ?2 WHERE id = ?1",
	[ADD_CONTEXT] = "INSERT INTO contexts(session, process) VALUES(?1, ?2)",
	[ADD_EVENT] = "INSERT INTO events(id, context, series, value, span, parent)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[LAST_EVENT_BEFORE] = "SELECT id FROM events WHERE id >= ?1 AND id < ?2"
			      " ORDER BY id DESC LIMIT 1",
	[ADD_RESOURCES] = "INSERT INTO resources(event, cpu_us, peak_rss_kib, read_bytes,"
			  " written_bytes) VALUES(?1, ?2, ?3, ?4, ?5)",

	[GET_RING] = "SELECT position FROM rings WHERE boot_id = ?1 AND ring_id = ?2",
	[MOVE_RING] = "UPDATE rings SET position = ?4, used_us = ?5"
		      " WHERE boot_id = ?1 AND ring_id = ?2 AND position = ?3",
	[ADD_RING] = "INSERT INTO rings(boot_id, ring_id, position, used_us)"
		     " VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	/* no ring outlives its boot; of this boot's the last used are kept */
	[FORGET_RINGS] = "DELETE FROM rings WHERE boot_id <> ?1 OR ring_id NOT IN"
			 " (SELECT ring_id FROM rings WHERE boot_id = ?1"
			 "  ORDER BY used_us DESC LIMIT 256)",

	[EACH_EVENT] = "SELECT id, context, series, value, span, parent FROM events"
		       " WHERE id >= ?1 AND id < ?2 ORDER BY id",
	[EACH_EVENT_BACK] = "SELECT id, context, series FROM events"
			    " WHERE id >= ?1 AND id < ?2 ORDER BY id DESC",
	[GET_NAME] = "SELECT text FROM names WHERE id = ?1",
	[GET_SERIES] = "SELECT app, type, kind, outcome, flags, code, n0, n1, n2, n3, n4"
		       " FROM series WHERE id = ?1",
	[GET_SESSION] = "SELECT app, version, started_us, public_id FROM sessions WHERE id = ?1",
	[GET_CONTEXT] = "SELECT session FROM contexts WHERE id = ?1",
	[GET_CONTEXT_RANGE] = "SELECT s.started_us, s.last_us FROM contexts c"
			      " JOIN sessions s ON s.id = c.session WHERE c.id = ?1",
	[GET_RESOURCES] = "SELECT cpu_us, peak_rss_kib, read_bytes, written_bytes FROM resources"
			  " WHERE event = ?1",
	[FIRST_SESSION_SINCE] = "SELECT min(started_us) FROM sessions WHERE last_us >= ?1",
	[TOTALS] = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM sessions),"
		   " (SELECT min(id) FROM events), (SELECT max(id) FROM events)",

	[DELETE_EVENTS] = "DELETE FROM events",
	[DELETE_RESOURCES] = "DELETE FROM resources",
	[DELETE_CONTEXTS] = "DELETE FROM contexts",
	[DELETE_SESSIONS] = "DELETE FROM sessions",
	[DELETE_SERIES] = "DELETE FROM series",
	[DELETE_NAMES] = "DELETE FROM names",
};
