/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "lib/clock.h"
#include "store/handle.h"

static int add_meta(struct store *store, uint32_t owner_uid, struct error *error)
{
	uint8_t key[STORE_KEY_BYTES];
	sqlite3_stmt *statement;
	int ret = store_statement(store, ADD_META, &statement, error);

	if (ret)
		return ret;
	randombytes_buf(key, sizeof(key));
	if (sqlite3_bind_int64(statement, 1, owner_uid) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 2, clock_now_us()) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 3, key, sizeof(key), SQLITE_TRANSIENT) != SQLITE_OK)
		ret = store_failed(store, error, "write to");
	else
		ret = store_step(store, statement, "write to", error);
	sqlite3_clear_bindings(statement);
	sodium_memzero(key, sizeof(key));
	return ret;
}

static int upgrade(struct store *store, int64_t version, uint32_t owner_uid, struct error *error)
{
	bool is_new = version == 0;
	char mark[96];
	int ret = 0;

	for (; !ret && version < SCHEMA_VERSION; version++)
		ret = store_script(store, migration_sql[version], "upgrade", error);
	if (!ret && is_new)
		ret = add_meta(store, owner_uid, error);
	if (ret)
		return ret;
	snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
	return store_script(store, mark, "upgrade", error);
}

/* The version is read under the write lock: of two who start together one finds nothing to do. */
int store_migrate(struct store *store, uint32_t owner_uid, struct error *error)
{
	int64_t version;
	int ret;

	ret = store_pragma(store, "PRAGMA user_version", &version, error);
	if (ret || version == SCHEMA_VERSION)
		return ret;
	ret = store_transaction(store, BEGIN_WRITE, "upgrade", error);
	if (ret)
		return ret;
	ret = store_pragma(store, "PRAGMA user_version", &version, error);
	if (!ret)
		ret = upgrade(store, version, owner_uid, error);
	if (!ret)
		ret = store_run(store, COMMIT, "upgrade", error);
	if (ret)
		store_run(store, ROLLBACK, "upgrade", NULL);
	return ret;
}
