/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/store.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "store/handle.h"
#include "store/overwrite.h"
#include "store/path.h"
#include "store/retention.h"

enum {
	BUSY_TIMEOUT_MS = 5000,
	REOPEN_TRIES = 20,
	REWRITE_TRIES = 5, /* fewer: the service waits for nobody's file, and tries again later */
	REOPEN_MS = 5,
	ORIGINS_KEPT = 1024,
};

/* Which errno a result stands for; @system: what the kernel said in the same call, 0 if nothing. */
static int errno_of(int result, int system)
{
	switch (result & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_ERROR: /* a table or column of ours is missing */
		return -EBADMSG;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	}
	if (system == ENOSPC || system == EDQUOT || system == EFBIG)
		return -ENOSPC;
	if (result == SQLITE_IOERR_SHMSIZE) /* the log's index could not grow */
		return -ENOSPC;
	if (system == EACCES || system == EPERM)
		return -EACCES;
	if (system == EROFS)
		return -EROFS;
	if ((result & 0xff) == SQLITE_READONLY)
		return -EACCES;
	if ((result & 0xff) == SQLITE_CANTOPEN && system)
		return -system;
	return -EIO;
}

static void hint_for(int code, struct error *error, const char *path)
{
	switch (code) {
	case -ENOSPC:
		error_hint(error, "free some space; what was stored before is safe");
		break;
	case -EBUSY:
		error_hint(error, "another process holds '%s'; try again when it is done", path);
		break;
	case -EBADMSG:
		error_hint(error,
			   "name a database of telprobe; if '%s' was one, move it away and "
			   "read what is left with: sqlite3 '%s' .recover",
			   path, path);
		break;
	case -EACCES:
		error_hint(error, "only its owner may open it, and must be able to write its "
				  "directory: be that user, or choose another file");
		break;
	case -EROFS:
		error_hint(error, "the file and its directory must be writable by the owner");
		break;
	}
}

/* What the kernel said last: SQLite forgets it for the log, whose file has to be asked itself. */
static int system_error(struct store *store)
{
	int system = sqlite3_system_errno(store->database);
	sqlite3_file *log = NULL;

	if (system)
		return system;
	sqlite3_file_control(store->database, "main", SQLITE_FCNTL_LAST_ERRNO, &system);
	if (system)
		return system;
	sqlite3_file_control(store->database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log && log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system);
	return system;
}

/* Whether who may erase did so under this reader: what is read of the file then is no damage. */
static bool is_erased(struct store *store)
{
	int has_moved = 0;

	sqlite3_file_control(store->database, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	return has_moved;
}

/* Whether the log was found as it is for the moment in which another makes or leaves it. A root that
 * reads makes it before it gives it to the file's owner, who may not open it until then (SQLite:
 * unixOpen(), unixOpenSharedMemory()). */
static bool is_passing(const struct store *store, int result, int code)
{
	if (!store->is_reader)
		return code == -EACCES;
	return result == SQLITE_READONLY_RECOVERY || result == SQLITE_READONLY_CANTINIT ||
	       result == SQLITE_READONLY_DIRECTORY;
}

int store_erased(struct error *error)
{
	error_set(error, -ESTALE, "the events were deleted");
	return error_hint(error, "repeat the command to see what came since");
}

int store_failed(struct store *store, struct error *error, const char *act)
{
	int result = sqlite3_extended_errcode(store->database);
	int code = errno_of(result,
			    (result & 0xff) == SQLITE_IOERR || (result & 0xff) == SQLITE_CANTOPEN
				    ? system_error(store)
				    : 0);
	const char *reason = sqlite3_errmsg(store->database);

	if (store->is_reader && code != -ENOMEM && code != -EBUSY && is_erased(store))
		return store_erased(error);
	if (is_passing(store, result, code)) {
		store->is_to_reopen = true;
		code = store->is_reader ? -EBUSY : code;
	}
	if ((result & 0xff) == SQLITE_NOTADB)
		reason = "not a database";
	else if ((result & 0xff) == SQLITE_CORRUPT)
		reason = "the file is damaged";
	else if (code != -EIO && code != -EBADMSG)
		reason = error_text(code);
	error_set(error, code, "cannot %s '%s': %s", act, store->path, reason);
	hint_for(code, error, store->path);
	return code;
}

int store_statement(struct store *store, enum query query, sqlite3_stmt **out, struct error *error)
{
	sqlite3_stmt **statement = &store->statements[query];

	if (!*statement &&
	    sqlite3_prepare_v3(store->database, query_sql[query], -1, SQLITE_PREPARE_PERSISTENT,
			       statement, NULL) != SQLITE_OK)
		return store_failed(store, error, "use");
	sqlite3_reset(*statement);
	*out = *statement;
	return 0;
}

int store_step(struct store *store, sqlite3_stmt *statement, const char *act, struct error *error)
{
	int result = sqlite3_step(statement), ret = 0;

	if (result == SQLITE_ROW)
		return 1;
	if (result != SQLITE_DONE)
		ret = store_failed(store, error, act);
	sqlite3_reset(statement);
	return ret;
}

int store_run(struct store *store, enum query query, const char *act, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, query, &statement, error);

	if (ret)
		return ret;
	ret = store_step(store, statement, act, error);
	sqlite3_reset(statement);
	return ret < 0 ? ret : 0;
}

int store_run_all(struct store *store, const enum query *queries, size_t count, const char *act,
		  struct error *error)
{
	int ret = store_begin(store, error);
	size_t i;

	for (i = 0; i < count && !ret; i++)
		ret = store_run(store, queries[i], act, error);
	if (!ret)
		ret = store_commit(store, NULL, 0, 0, error);
	if (ret)
		store_rollback(store);
	return ret;
}

int store_run_with(struct store *store, enum query query, const int64_t *values, int count,
		   const char *act, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, query, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, count) != SQLITE_OK)
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	sqlite3_reset(statement);
	return ret < 0 ? ret : 0;
}

int store_numbers(struct store *store, enum query query, const int64_t *values, int count,
		  int64_t *out, const char *act, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, query, &statement, error), i;

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, count) != SQLITE_OK)
		return store_failed(store, error, act);
	ret = store_step(store, statement, act, error);
	if (ret == 1 && sqlite3_column_type(statement, 0) == SQLITE_NULL)
		ret = 0;
	for (i = 0; ret == 1 && i < sqlite3_column_count(statement); i++)
		out[i] = sqlite3_column_int64(statement, i);
	sqlite3_reset(statement);
	return ret;
}

int store_empty_log(struct store *store, const char *act, struct error *error)
{
	int result = sqlite3_wal_checkpoint_v2(store->database, "main", SQLITE_CHECKPOINT_TRUNCATE,
					       NULL, NULL);

	if (result == SQLITE_OK)
		return 0;
	return (result & 0xff) == SQLITE_BUSY ? -EBUSY : store_failed(store, error, act);
}

int store_transaction(struct store *store, enum query begin, const char *act, struct error *error)
{
	int ret = 0;

	if (store_is_elsewhere(store))
		return error_set(error, -ENOTSUP, "cannot %s '%s': it can only be asked", act,
				 store->path);
	if (!sqlite3_get_autocommit(store->database))
		ret = store_run(store, ROLLBACK, act, error);
	return ret ? ret : store_run(store, begin, act, error);
}

int store_script(struct store *store, const char *sql, const char *act, struct error *error)
{
	if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(store, error, act);
	return 0;
}

int store_pragma(struct store *store, const char *sql, int64_t *out, struct error *error)
{
	sqlite3_stmt *statement;
	int ret;

	if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
		return store_failed(store, error, "open");
	ret = store_step(store, statement, "open", error);
	if (ret == 1) {
		*out = sqlite3_column_int64(statement, 0);
		ret = 0;
	}
	sqlite3_finalize(statement);
	return ret;
}

int64_t store_now_us(void)
{
	return (int64_t)(clock_monotonic_ns() / 1000);
}

int store_bind(sqlite3_stmt *statement, int first, const int64_t *values, int count)
{
	int i, result = SQLITE_OK;

	for (i = 0; i < count && result == SQLITE_OK; i++)
		result = sqlite3_bind_int64(statement, first + i, values[i]);
	return result;
}

static int read_meta(struct store *store, struct error *error)
{
	sqlite3_stmt *statement;
	int ret = store_statement(store, GET_META, &statement, error);

	if (ret)
		return ret;
	ret = store_step(store, statement, "read", error);
	if (ret < 0)
		return ret;
	if (!ret || sqlite3_column_bytes(statement, 1) != STORE_KEY_BYTES) {
		sqlite3_reset(statement);
		error_set(error, -EBADMSG, "cannot read '%s': its owner and key are missing",
			  store->path);
		hint_for(-EBADMSG, error, store->path);
		return -EBADMSG;
	}
	store->owner = (uint32_t)sqlite3_column_int64(statement, 0);
	memcpy(store->id_key, sqlite3_column_blob(statement, 1), STORE_KEY_BYTES);
	store->generation = sqlite3_column_int64(statement, 2);
	store->sweeps = sqlite3_column_int64(statement, 3);
	sqlite3_reset(statement);
	return 0;
}

struct identity {
	int64_t application, version, objects;
};

/* In one transaction: read one by one, what another process makes of a new file in between would
 * look like a database of another program. */
static int read_identity(struct store *store, struct identity *out, struct error *error)
{
	int ret = store_run(store, BEGIN_READ, "read", error);

	if (ret)
		return ret;
	ret = store_pragma(store, "PRAGMA application_id", &out->application, error);
	if (!ret)
		ret = store_pragma(store, "PRAGMA user_version", &out->version, error);
	if (!ret)
		ret = store_pragma(store, "SELECT count(*) FROM sqlite_schema", &out->objects,
				   error);
	store_run(store, ROLLBACK, "read", NULL);
	return ret;
}

/* Tells a database of telprobe from another one before anything is written to it. */
static int check_identity(struct store *store, bool *out_is_new, struct error *error)
{
	struct identity identity;
	int ret = read_identity(store, &identity, error);

	if (ret)
		return ret;
	*out_is_new = !identity.application && !identity.version && !identity.objects;
	if (*out_is_new)
		return 0;
	if (identity.application != SCHEMA_APPLICATION_ID) {
		error_set(error, -EBADMSG, "cannot use '%s': it is a database of another program",
			  store->path);
		error_hint(error, "name a file that does not exist yet");
		return -EBADMSG;
	}
	if (identity.version <= SCHEMA_VERSION)
		return 0;
	error_set(error, -ENOTSUP,
		  "cannot use '%s': it was written by a newer telprobe "
		  "(schema %lld, this one knows %d)",
		  store->path, (long long)identity.version, SCHEMA_VERSION);
	error_hint(error, "update telprobe, or name another file");
	return -ENOTSUP;
}

static int open_database(struct store *store, const char *uri, enum store_mode mode,
			 struct error *error)
{
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		    SQLITE_OPEN_EXRESCODE;
	const char *vfs = overwrite_vfs();

	flags |= mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	if (!vfs || sqlite3_open_v2(uri, &store->database, flags, vfs) != SQLITE_OK)
		return store->database ? store_failed(store, error, "open")
				       : error_set(error, -ENOMEM, "cannot open '%s': %s",
						   store->path, error_text(-ENOMEM));
	sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
	return store_script(store, settings_sql, "open", error);
}

/* SQLite opens for reading what it cannot open for writing, and does not say so. */
static int check_writable(struct store *store, const char *path, struct error *error)
{
	int code;

	if (sqlite3_db_readonly(store->database, "main") != 1)
		return 0;
	code = access(path, W_OK) && errno == EROFS ? -EROFS : -EACCES;
	error_set(error, code, "cannot write to '%s': %s", path, error_text(code));
	hint_for(code, error, path);
	return code;
}

/* Two that open a new file at once are both refused the exclusive lock, without waiting. */
static int apply_write_settings(struct store *store, struct error *error)
{
	const int64_t until_us = clock_now_us() + BUSY_TIMEOUT_MS * 1000;
	int ret;

	for (;;) {
		ret = store_script(store, write_settings_sql, "write to", error);
		if (ret != -EBUSY || clock_now_us() >= until_us)
			return ret;
		sqlite3_sleep(5);
	}
}

/* Who may read the log and not write it would be told so with the first batch, which is lost then. Who
 * writes it now may. */
static int check_log(struct store *store, struct error *error)
{
	struct error trouble;
	int ret;

	sqlite3_busy_timeout(store->database, 0);
	ret = store_run(store, BEGIN_WRITE, "write to", &trouble);
	if (!ret)
		ret = store_run(store, ROLLBACK, "write to", &trouble);
	sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
	if (!ret || ret == -EBUSY)
		return 0;
	if (error)
		*error = trouble;
	return ret;
}

static int open_for_writing(struct store *store, uint32_t owner_uid, bool is_file,
			    struct error *error)
{
	int ret = 0, persist = 1;
	bool is_new;

	if (is_file)
		ret = check_writable(store, store->path, error);
	if (!ret)
		ret = check_identity(store, &is_new, error);
	if (!ret && is_new)
		ret = store_script(store, new_settings_sql, "write to", error);
	if (!ret)
		ret = apply_write_settings(store, error);
	if (ret)
		return ret;
	/* else the log goes with the last writer, and then nobody can read who cannot write */
	sqlite3_file_control(store->database, "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
	ret = store_migrate(store, owner_uid, error);
	return ret ? ret : check_log(store, error);
}

static int open_for_reading(struct store *store, struct error *error)
{
	int64_t version;
	bool is_new;
	int ret = check_identity(store, &is_new, error);

	if (!ret)
		ret = store_pragma(store, "PRAGMA user_version", &version, error);
	if (ret)
		return ret;
	if (!is_new && version == SCHEMA_VERSION)
		return 0;
	error_set(error, -EBADMSG, "cannot read '%s': %s", store->path,
		  is_new ? "nothing was ever stored in it" : "its schema is older");
	error_hint(error, "record into it once: telprobe run --db '%s' -- CMD", store->path);
	return -EBADMSG;
}

static int try_to_open(const char *path, enum store_mode mode, uint32_t owner_uid,
		       struct store **out, bool *out_again, struct error *error)
{
	bool is_file = strcmp(path, ":memory:") != 0;
	struct store_path prepared = { 0 };
	struct store *store;
	int ret = -ENOMEM;

	store = sodium_init() < 0 ? NULL : calloc(1, sizeof(*store));
	if (store) {
		table_init(&store->origins, sizeof(uint32_t), sizeof(int64_t), ORIGINS_KEPT);
		store->path = strdup(path);
	}
	if (!store || !store->path) {
		ret = error_set(error, ret, "cannot open '%s': %s", path, error_text(ret));
		goto close;
	}
	store->is_reader = mode == STORE_READ;
	ret = is_file ? store_path_prepare(path, mode, &prepared, error) : 0;
	if (ret)
		goto close;
	ret = open_database(store, is_file ? prepared.uri : path, mode, error);
	if (!ret)
		ret = mode == STORE_READ ? open_for_reading(store, error)
					 : open_for_writing(store, owner_uid, is_file, error);
	if (!ret)
		ret = read_meta(store, error);
	if (ret)
		goto close;
	free(prepared.uri);
	*out = store;
	return 0;
close:
	*out_again = store && store->is_to_reopen;
	store_close(store);
	store_path_undo(path, &prepared);
	free(prepared.uri);
	return ret;
}

int store_open(const char *path, enum store_mode mode, uint32_t owner_uid, struct store **out,
	       struct error *error)
{
	int tries = mode == STORE_READ ? REOPEN_TRIES : REWRITE_TRIES, ret;
	bool again = false;

	while ((ret = try_to_open(path, mode, owner_uid, out, &again, error)) && again && --tries)
		sqlite3_sleep(REOPEN_MS);
	return ret;
}

void store_close(struct store *store)
{
	int i;

	if (!store)
		return;
	if (store_is_elsewhere(store))
		store->backend.close(store->backend.data);
	store_clean_end(store);
	if (store->database)
		store_rollback(store);
	for (i = 0; i < QUERIES; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->database);
	table_clear(&store->origins);
	sodium_memzero(store->id_key, sizeof(store->id_key));
	free(store->path);
	free(store);
}

uint32_t store_owner(const struct store *store)
{
	return store->owner;
}
