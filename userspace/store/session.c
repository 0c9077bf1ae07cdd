/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "store/handle.h"
#include "store/sweep.h"

#define QUIET_US (30ll * 60 * 1000000)
#define DAY_US	 (24ll * 3600 * 1000000)

static const char act[] = "write to";

static int64_t day_of(int64_t time_us)
{
	return time_us / DAY_US - (time_us % DAY_US < 0);
}

bool store_session_covers(const struct store_session *session, int64_t time_us)
{
	return time_us < session->last_us + QUIET_US && time_us > session->started_us - QUIET_US &&
	       day_of(time_us) == day_of(session->started_us);
}

static void session_set(struct store_session *session, sqlite3_stmt *statement)
{
	session->id = sqlite3_column_int64(statement, 0);
	session->version = sqlite3_column_int64(statement, 1);
	session->started_us = sqlite3_column_int64(statement, 2);
	session->last_us = sqlite3_column_int64(statement, 3);
	sodium_bin2hex(session->public_id, sizeof(session->public_id),
		       sqlite3_column_blob(statement, 4), SESSION_ID_BYTES);
}

/* Return: 1 found, 0 none, negative errno. */
static int find(struct store *store, int64_t time_us, struct store_session *session,
		struct error *error)
{
	int64_t day_us = day_of(time_us) * DAY_US, latest_us = time_us + QUIET_US;
	const int64_t values[] = { session->app, session->version, day_us,
				   latest_us < day_us + DAY_US ? latest_us : day_us + DAY_US,
				   time_us - QUIET_US };
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, FIND_SESSION, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 5) != SQLITE_OK)
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	if (ret == 1 && sqlite3_column_bytes(statement, 4) != SESSION_ID_BYTES)
		ret = error_set(error, -EBADMSG, "cannot use '%s': a session has no id",
				store->path);
	if (ret == 1)
		session_set(session, statement);
	sqlite3_reset(statement);
	return ret;
}

static int add(struct store *store, int64_t time_us, struct store_session *session,
	       struct error *error)
{
	const int64_t values[] = { session->app, session->version, time_us };
	uint8_t id[SESSION_ID_BYTES];
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, ADD_SESSION, &statement, error);

	if (ret)
		return ret;
	randombytes_buf(id, sizeof(id));
	if (store_bind(statement, 1, values, 3) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 4, id, sizeof(id), SQLITE_TRANSIENT) != SQLITE_OK)
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	if (ret)
		return ret;
	session->id = sqlite3_last_insert_rowid(store->database);
	session->started_us = time_us;
	session->last_us = time_us;
	sodium_bin2hex(session->public_id, sizeof(session->public_id), id, sizeof(id));
	return 0;
}

int store_session(struct store *store, int64_t app, int64_t version, int64_t time_us,
		  struct store_session *out, struct error *error)
{
	struct store_session session = { .app = app, .version = version };
	int ret;

	ret = find(store, time_us, &session, error);
	if (!ret)
		ret = add(store, time_us, &session, error);
	if (ret < 0)
		return ret;
	if (version && !session.version) {
		ret = store_run_with(store, SET_SESSION_VERSION, (int64_t[]){ session.id, version },
				     2, act, error);
		if (ret)
			return ret;
		session.version = version;
	}
	sweep_keep(store, SWEEP_SESSIONS, session.id);
	*out = session;
	return 0;
}

int store_session_extend(struct store *store, const struct store_session *session,
			 struct error *error)
{
	const int64_t values[] = { session->id, session->started_us, session->last_us };

	if (!store->is_in_batch)
		return error_set(error, -EINVAL, "cannot write to '%s': no batch was begun",
				 store->path);
	return store_run_with(store, EXTEND_SESSION, values, 3, act, error);
}
