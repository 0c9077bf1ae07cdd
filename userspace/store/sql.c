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

	/* retention: see retention.h; sweeps counts the times rows other than events were removed */
	"ALTER TABLE meta ADD COLUMN sweeps INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE meta ADD COLUMN unswept INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE meta ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE meta ADD COLUMN clock_us INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE meta ADD COLUMN doubt_us INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE removals("
	" day INTEGER NOT NULL, reason INTEGER NOT NULL, events INTEGER NOT NULL,"
	" until_us INTEGER NOT NULL, PRIMARY KEY(day, reason)) STRICT, WITHOUT ROWID;"
	/* events that came after one of a later time, in the order they came; see struct store_cursor */
	"CREATE TABLE late(seq INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT;",

	/* what was added up in the kernel, by day; see daily.h. bucket: a code of bucket.h, in
	 * seconds */
	"CREATE TABLE daily("
	" day INTEGER NOT NULL, series INTEGER NOT NULL, spans INTEGER NOT NULL,"
	" sum_ns INTEGER NOT NULL, PRIMARY KEY(day, series)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE buckets("
	" day INTEGER NOT NULL, series INTEGER NOT NULL, bucket INTEGER NOT NULL,"
	" spans INTEGER NOT NULL, PRIMARY KEY(day, series, bucket)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE drained("
	" source INTEGER NOT NULL, place INTEGER NOT NULL, value INTEGER NOT NULL,"
	" PRIMARY KEY(source, place)) STRICT, WITHOUT ROWID;",

	/* whose name it was first, so that nobody adds names without end: store_name_within() */
	"ALTER TABLE names ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX names_by_origin ON names(origin) WHERE origin <> 0;",

	/* where in their code programs were that crashed alike; group_name: what the group is called */
	"CREATE TABLE frames("
	" group_name INTEGER NOT NULL, position INTEGER NOT NULL, build_id BLOB NOT NULL,"
	" offset INTEGER NOT NULL, flags INTEGER NOT NULL,"
	" PRIMARY KEY(group_name, position)) STRICT, WITHOUT ROWID;"
	/* which build of a program was executed last: builds.h */
	"CREATE TABLE builds("
	" program INTEGER PRIMARY KEY, since_us INTEGER NOT NULL, flags INTEGER NOT NULL,"
	" id BLOB NOT NULL, version TEXT NOT NULL) STRICT;",
};

/* journal_size_limit also empties the log of a file that is closed in order. Nothing of a database
 * may reach another file, not even a temporary one. */
const char settings_sql[] = "PRAGMA temp_store = MEMORY;"
			    "PRAGMA foreign_keys = OFF;"
			    "PRAGMA trusted_schema = OFF;";
/* Before anything is written to a new file; in another one it holds from the next vacuum on. */
const char new_settings_sql[] = "PRAGMA auto_vacuum = INCREMENTAL;";
const char write_settings_sql[] = "PRAGMA journal_mode = WAL;"
				  "PRAGMA synchronous = NORMAL;"
				  "PRAGMA secure_delete = ON;"
				  "PRAGMA journal_size_limit = 4194304;";

const char *const query_sql[QUERIES] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",

	[GET_META] = "SELECT owner, id_key, generation, sweeps FROM meta WHERE id = 1",
	[ADD_META] = "INSERT INTO meta(id, owner, created_us, id_key, generation)"
		     " VALUES(1, ?1, ?2, ?3, 1)",
	[GET_GENERATION] = "SELECT generation, sweeps FROM meta WHERE id = 1",
	[RAISE_GENERATION] = "UPDATE meta SET generation = generation + 1 WHERE id = 1",

	[RAISE_SWEEPS] = "UPDATE meta SET sweeps = sweeps + 1 WHERE id = 1",
	[GET_KEEPING] = "SELECT keep_days, CASE clock_us WHEN 0 THEN created_us ELSE clock_us END,"
			" doubt_us, unswept FROM meta WHERE id = 1",
	[SET_CLOCK] = "UPDATE meta SET clock_us = ?1, doubt_us = ?2 WHERE id = 1",
	[SET_KEEP_DAYS] = "UPDATE meta SET keep_days = ?1 WHERE id = 1",
	[SET_UNSWEPT] = "UPDATE meta SET unswept = ?1 WHERE id = 1",

	[FIND_NAME] = "SELECT id FROM names WHERE text = ?1",
	[ADD_NAME] = "INSERT INTO names(text, origin) VALUES(?1, ?2)",
	[COUNT_NAMES] = "SELECT count(*) FROM names WHERE origin = ?1 AND origin <> 0",
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

	[ADD_LATE] = "INSERT INTO late(event) VALUES(?1)",
	/* the last one stays, so that numbers rise */
	[FORGET_LATE] = "DELETE FROM late WHERE seq <= (SELECT max(seq) FROM late) - ?1",

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
	/* ?3, ?4: what was told before, up to this event and this late one; ?5: the last late one of
	 * the look that began: a later one is told by the next */
	[EACH_EVENT_AFTER] =
		"SELECT id, context, series, value, span, parent FROM events"
		" WHERE id >= max(?1, ?3 + 1) AND id < ?2"
		" AND id NOT IN (SELECT event FROM late WHERE seq > ?5)"
		" UNION ALL SELECT e.id, e.context, e.series, e.value, e.span, e.parent"
		" FROM late l CROSS JOIN events e ON e.id = l.event"
		" WHERE l.seq > ?4 AND l.seq <= ?5 AND e.id >= ?1 AND e.id <= ?3 ORDER BY 1",
	[LAST_LATE] = "SELECT max(seq) FROM late",
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
		   " (SELECT min(id) FROM events), (SELECT max(id) FROM events),"
		   " (SELECT sum(events) FROM removals), (SELECT max(until_us) FROM removals),"
		   " (SELECT sum(spans) FROM daily)",

	[DELETE_EVENTS] = "DELETE FROM events",
	[DELETE_RESOURCES] = "DELETE FROM resources",
	[DELETE_LATE] = "DELETE FROM late",
	[DELETE_CONTEXTS] = "DELETE FROM contexts",
	[DELETE_SESSIONS] = "DELETE FROM sessions",
	[DELETE_SERIES] = "DELETE FROM series",
	[DELETE_NAMES] = "DELETE FROM names",
	[DELETE_REMOVALS] = "DELETE FROM removals",

	[EVENT_AFTER] = "SELECT id FROM events WHERE id < ?1 ORDER BY id LIMIT 1 OFFSET ?2",
	[DELETE_EVENTS_BEFORE] = "DELETE FROM events WHERE id < ?1",
	[DELETE_RESOURCES_BEFORE] = "DELETE FROM resources WHERE event < ?1",
	/* the oldest events go first: what is below all that are left has none. The last one stays,
	 * so that numbers rise, but not its event's time. */
	[DELETE_LATE_WITHOUT_EVENT] = "DELETE FROM late WHERE event < ifnull((SELECT min(id) FROM "
				      "events), 9223372036854775807)"
				      " AND seq < (SELECT max(seq) FROM late)",
	[CLEAR_LATE_WITHOUT_EVENT] =
		"UPDATE late SET event = 0 WHERE event > 0"
		" AND event < ifnull((SELECT min(id) FROM events), 9223372036854775807)",
	[ADD_REMOVAL] = "INSERT INTO removals(day, reason, events, until_us)"
			" VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
			" SET events = events + ?3, until_us = max(until_us, ?4)",
	/* first and last id of each table of enum sweep_table; NULL: empty */
	[ID_RANGES] = "SELECT (SELECT min(id) FROM contexts), (SELECT max(id) FROM contexts),"
		      " (SELECT min(id) FROM sessions), (SELECT max(id) FROM sessions),"
		      " (SELECT min(id) FROM series), (SELECT max(id) FROM series),"
		      " (SELECT min(id) FROM names), (SELECT max(id) FROM names)",
	/* id, then what it refers to */
	[EACH_CONTEXT] = "SELECT id, session FROM contexts WHERE id > ?1 AND id <= ?2"
			 " ORDER BY id LIMIT ?3",
	[EACH_SESSION] = "SELECT id, app, version FROM sessions WHERE id > ?1 AND id <= ?2"
			 " ORDER BY id LIMIT ?3",
	[EACH_SERIES] = "SELECT id, app, n0, n1, n2, n3, n4 FROM series WHERE id > ?1 AND id <= ?2"
			" ORDER BY id LIMIT ?3",
	[EACH_NAME] = "SELECT id FROM names WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
	[DELETE_CONTEXT] = "DELETE FROM contexts WHERE id = ?1",
	[DELETE_SESSION] = "DELETE FROM sessions WHERE id = ?1",
	[DELETE_ONE_SERIES] = "DELETE FROM series WHERE id = ?1",
	[DELETE_NAME] = "DELETE FROM names WHERE id = ?1",

	/* a sum too large for a number stays the largest one */
	[ADD_DAILY] = "INSERT INTO daily(day, series, spans, sum_ns) VALUES(?1, ?2, ?3, ?4)"
		      " ON CONFLICT DO UPDATE SET spans = spans + ?3,"
		      " sum_ns = min(sum_ns, 9223372036854775807 - ?4) + ?4",
	[ADD_DAILY_BUCKET] = "INSERT INTO buckets(day, series, bucket, spans)"
			     " VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET spans = spans + ?4",
	[ADD_DRAINED] = "INSERT INTO drained(source, place, value) VALUES(?1, ?2, ?4)"
			" ON CONFLICT DO NOTHING",
	[MOVE_DRAINED] = "UPDATE drained SET value = ?4"
			 " WHERE source = ?1 AND place = ?2 AND value = ?3",
	[EACH_DRAINED] = "SELECT place, value FROM drained WHERE source = ?1",
	[FORGET_DRAINED] = "DELETE FROM drained WHERE source NOT IN (?1, ?2)",
	/* ?1, ?2: days; ?3: only beyond this series */
	[EACH_DAILY] = "SELECT series, sum(spans), min(total(sum_ns), 9e18) FROM daily"
		       " WHERE day >= ?1 AND day < ?2 AND series > ?3"
		       " GROUP BY series ORDER BY series",
	[EACH_DAILY_BUCKET] = "SELECT bucket, sum(spans) FROM buckets"
			      " WHERE day >= ?1 AND day < ?2 AND series = ?3"
			      " GROUP BY bucket ORDER BY bucket",
	[EACH_DAILY_SERIES] = "SELECT DISTINCT series FROM daily",
	[DAILY_BEFORE] = "SELECT sum(spans) FROM daily WHERE day < ?1",
	[DELETE_DAILY_BEFORE] = "DELETE FROM daily WHERE day < ?1",
	[DELETE_BUCKETS_BEFORE] = "DELETE FROM buckets WHERE day < ?1",
	[OLDEST_DAILY] = "SELECT min(day) FROM daily",
	[DELETE_DAILY] = "DELETE FROM daily",
	[DELETE_BUCKETS] = "DELETE FROM buckets",

	/* 16: STORE_MARKED */
	[HAS_MARKED] = "SELECT EXISTS(SELECT 1 FROM series WHERE flags & 16)"
		       " OR EXISTS(SELECT 1 FROM builds WHERE flags & 16)",
	[HAS_REST] = "SELECT EXISTS(SELECT 1 FROM events) OR EXISTS(SELECT 1 FROM daily)",
	[SHORTEN_SESSIONS] =
		"UPDATE sessions SET started_us = rest.first, last_us = rest.last FROM"
		" (SELECT c.session AS session, min(e.id) >> 10 AS first, max(e.id) >> 10 AS last"
		"  FROM events e JOIN contexts c ON c.id = e.context JOIN series s ON s.id = "
		"e.series"
		"  WHERE NOT s.flags & 16 AND c.session IN"
		"   (SELECT c.session FROM events e JOIN contexts c ON c.id = e.context"
		"    JOIN series s ON s.id = e.series WHERE s.flags & 16)"
		"  GROUP BY c.session) AS rest WHERE sessions.id = rest.session",
	[DELETE_MARKED_EVENTS] = "DELETE FROM events WHERE series IN"
				 " (SELECT id FROM series WHERE flags & 16)",
	[DELETE_MARKED_BUCKETS] = "DELETE FROM buckets WHERE series IN"
				  " (SELECT id FROM series WHERE flags & 16)",
	[DELETE_MARKED_DAILY] = "DELETE FROM daily WHERE series IN"
				" (SELECT id FROM series WHERE flags & 16)",
	[DELETE_MARKED_SERIES] = "DELETE FROM series WHERE flags & 16",
	[DELETE_UNUSED_RESOURCES] = "DELETE FROM resources WHERE event NOT IN"
				    " (SELECT id FROM events)",
	/* the last one stays, so that numbers rise, but not its event's time */
	[DELETE_UNUSED_LATE] = "UPDATE late SET event = 0 WHERE event NOT IN"
			       " (SELECT id FROM events)",
	[DELETE_UNUSED_CONTEXTS] = "DELETE FROM contexts WHERE id NOT IN"
				   " (SELECT context FROM events)",
	[DELETE_UNUSED_SESSIONS] = "DELETE FROM sessions WHERE id NOT IN"
				   " (SELECT session FROM contexts)",
	[DELETE_UNUSED_SERIES] = "DELETE FROM series WHERE id NOT IN (SELECT series FROM events)"
				 " AND id NOT IN (SELECT series FROM daily)",
	[DELETE_UNUSED_NAMES] = "DELETE FROM names WHERE id NOT IN (SELECT app FROM series"
				" UNION SELECT n0 FROM series UNION SELECT n1 FROM series"
				" UNION SELECT n2 FROM series UNION SELECT n3 FROM series"
				" UNION SELECT n4 FROM series UNION SELECT app FROM sessions"
				" UNION SELECT version FROM sessions)",

	[GET_BUILD] = "SELECT id, version, since_us, flags FROM builds WHERE program = ?1",
	[SET_BUILD] = "INSERT INTO builds(program, since_us, flags, id, version)"
		      " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
		      " SET since_us = ?2, flags = ?3, id = ?4, version = ?5",
	[FORGET_BUILDS] = "DELETE FROM builds WHERE program NOT IN"
			  " (SELECT program FROM builds ORDER BY since_us DESC LIMIT ?1)",
	[DELETE_BUILDS] = "DELETE FROM builds",
	[DELETE_BUILDS_BEFORE] = "DELETE FROM builds WHERE since_us < ?1",
	[DELETE_MARKED_BUILDS] = "DELETE FROM builds WHERE flags & 16",

	[ADD_FRAME] = "INSERT INTO frames(group_name, position, offset, flags, build_id)"
		      " VALUES(?1, ?2, ?3, ?4, ?5)",
	[HAS_FRAMES] = "SELECT EXISTS(SELECT 1 FROM frames WHERE group_name = ?1)",
	[EACH_FRAME] = "SELECT offset, flags, build_id FROM frames WHERE group_name ="
		       " (SELECT n0 FROM series WHERE id = ?1) ORDER BY position LIMIT 16",
	[DELETE_FRAMES] = "DELETE FROM frames",
	[DELETE_FRAMES_OF_NAME] = "DELETE FROM frames WHERE group_name = ?1",
	[DELETE_UNUSED_FRAMES] = "DELETE FROM frames WHERE group_name NOT IN"
				 " (SELECT id FROM names)",

	/* commands of a name, of the newest ?5 events since the session began */
	[EACH_RUN_BACK] =
		"SELECT e.id, s.outcome, s.flags, s.code FROM (SELECT id, context, series FROM "
		"events"
		"  WHERE id >= ifnull((SELECT started_us FROM sessions WHERE id = ?4), 0) << 10"
		"  ORDER BY id DESC LIMIT ?5) AS e"
		" CROSS JOIN series s ON s.id = e.series CROSS JOIN contexts c ON c.id = e.context"
		" WHERE s.app = ?1 AND s.type = 1 AND s.kind = 0 AND s.n0 = ?2 AND s.n1 = ?3"
		" AND c.session = ?4 ORDER BY e.id DESC",
	/* 5: TP_ERROR, 6: TP_RECOVERED; one of no names is told by no marker */
	[TELLS_ERRORS] = "SELECT EXISTS(SELECT 1 FROM series WHERE app = ?1 AND type IN (5, 6)"
			 " AND (type = 5 OR n0 <> 0 OR n1 <> 0))",
};
