/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/builds.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "store/handle.h"

/* Of the program, under the key of this file: crypto_generichash() is BLAKE2b (RFC 7693), cut to 63 bits. */
static int64_t number_of(const struct store *store, uint64_t program)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	uint64_t number = 0;
	int i;

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)&program, sizeof(program),
			   store->id_key, STORE_KEY_BYTES);
	for (i = 0; i < 8; i++)
		number = number << 8 | hash[i];
	return (int64_t)(number >> 1);
}

int store_build_get(struct store *store, uint64_t program, struct store_build *out,
		    struct error *error)
{
	const int64_t number = number_of(store, program);
	const char *version;
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, GET_BUILD, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, &number, 1) != SQLITE_OK)
		return store_failed(store, error, "read");
	ret = store_step(store, statement, "read", error);
	if (ret <= 0)
		return ret;
	memset(out, 0, sizeof(*out));
	out->program = program;
	if (sqlite3_column_bytes(statement, 0) == STORE_BUILD_ID)
		memcpy(out->id, sqlite3_column_blob(statement, 0), STORE_BUILD_ID);
	version = (const char *)sqlite3_column_text(statement, 1);
	snprintf(out->version, sizeof(out->version), "%s", version ? version : "");
	out->since_us = sqlite3_column_int64(statement, 2);
	out->flags = (uint8_t)sqlite3_column_int(statement, 3);
	sqlite3_reset(statement);
	return 1;
}

static int set(struct store *store, const struct store_build *build, struct error *error)
{
	const int64_t values[] = { number_of(store, build->program), build->since_us,
				   build->flags };
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, SET_BUILD, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 3) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 4, build->id, STORE_BUILD_ID, SQLITE_TRANSIENT) !=
		    SQLITE_OK ||
	    sqlite3_bind_text(statement, 5, build->version, -1, SQLITE_TRANSIENT) != SQLITE_OK)
		ret = store_failed(store, error, "write to");
	else
		ret = store_step(store, statement, "write to", error);
	sqlite3_clear_bindings(statement);
	return ret;
}

int store_build_set(struct store *store, const struct store_build *build, struct error *error)
{
	const int64_t most = STORE_BUILDS;
	int ret = set(store, build, error);

	return ret ? ret : store_run_with(store, FORGET_BUILDS, &most, 1, "write to", error);
}
