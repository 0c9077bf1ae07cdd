/* SPDX-License-Identifier: GPL-2.0-only */
/* handle.h - the inside of struct store, for the files of this room only. */
#ifndef TELPROBE_STORE_HANDLE_H
#define TELPROBE_STORE_HANDLE_H

#include <sqlite3.h>

#include "lib/table.h"
#include "store/sql.h"
#include "store/store.h"

enum {
	STORE_KEY_BYTES = 32,
	SESSION_ID_BYTES = 8,
	EVENT_TIE_BITS = 10, /* id = time_us << 10 | tie-break */
};

struct cleaning;
struct sweep;

struct store {
	sqlite3 *database; /* NULL with a backend */
	struct store_backend backend;
	char *path; /* as it was given; for messages */
	sqlite3_stmt *statements[QUERIES];
	uint8_t id_key[STORE_KEY_BYTES];
	uint32_t owner;
	int64_t generation; /* of the file, as the last batch found it */
	int64_t sweeps;	    /* of the file, likewise */
	uint64_t forgotten; /* rollbacks, sweeps and foreign erasures so far: store_generation() */
	struct cleaning *cleaning; /* the pass that is on, or NULL (retention.c) */
	struct sweep *sweep;	   /* of it, while unused rows are looked for, or NULL (sweep.c) */
	int64_t last_event;	   /* id */
	int64_t newest_event; /* highest id of the file, as far as this batch knows; -1: look */
	struct table origins; /* of this batch: names each has in the file (names.c) */
	bool has_late;	      /* this batch added a late event */
	bool is_in_batch;
	bool is_reader;	   /* opened by STORE_READ */
	bool is_to_reopen; /* what failed may be over in a moment */
};

static inline bool store_is_elsewhere(const struct store *store)
{
	return store->backend.each != NULL;
}

/** store_failed() - describe the failure of the last SQLite call. @act: "open", "write to"...
 * Return: the negative errno it stands for; -ESTALE: the file is no longer the one that was opened
 * to be read. */
int store_failed(struct store *store, struct error *error, const char *act);

/** store_erased() - what a reader is told whose file was erased. Return: -ESTALE. */
int store_erased(struct error *error);

/** store_statement() - the prepared statement of a query, reset and without old values. */
int store_statement(struct store *store, enum query query, sqlite3_stmt **out, struct error *error);

/** store_write_statement() - the same, -EINVAL without an open batch. */
int store_write_statement(struct store *store, enum query query, sqlite3_stmt **out,
			  struct error *error);

/** store_step() - one step. Return: 1 a row, 0 done (the statement is reset), negative errno. */
int store_step(struct store *store, sqlite3_stmt *statement, const char *act, struct error *error);

/** store_run() - a query without parameters and rows. */
int store_run(struct store *store, enum query query, const char *act, struct error *error);

/** store_run_all() - @count queries as store_run(), as one batch; where one fails, none. */
int store_run_all(struct store *store, const enum query *queries, size_t count, const char *act,
		  struct error *error);

/** store_transaction() - BEGIN_READ or BEGIN_WRITE, after ending what could not be ended before for
 * want of memory. */
int store_transaction(struct store *store, enum query begin, const char *act, struct error *error);

/** store_script() - several statements, rows ignored. */
int store_script(struct store *store, const char *sql, const char *act, struct error *error);

/** store_now_us() - CLOCK_MONOTONIC, for the ends of slices. */
int64_t store_now_us(void);

/** store_run_with() - a query with @count integers and without rows. */
int store_run_with(struct store *store, enum query query, const int64_t *values, int count,
		   const char *act, struct error *error);

/** store_numbers() - the integers of a query's first row, of which there are as many as columns
 * Return: 1; 0: no row, or NULL first, and @out is left alone; negative. */
int store_numbers(struct store *store, enum query query, const int64_t *values, int count,
		  int64_t *out, const char *act, struct error *error);

/** store_empty_log() - from the log into the file, and cut it
 * Return: 0; -EBUSY, without a word: a reader still looks at it; another errno in @error. */
int store_empty_log(struct store *store, const char *act, struct error *error);

/** store_pragma() - the number a PRAGMA tells. */
int store_pragma(struct store *store, const char *sql, int64_t *out, struct error *error);

/** store_bind() - bind @count integers from parameter @first on. Return: SQLITE_OK or its error. */
int store_bind(sqlite3_stmt *statement, int first, const int64_t *values, int count);

/** store_file_bytes() - size of the database and its log. */
int64_t store_file_bytes(const struct store *store);

/** store_look() - what a look of a follower finds: @after must be of this file as it is now.
 * Return: as store_each() with a cursor. */
int store_look(struct store *store, const struct store_cursor *after, struct store_cursor *out,
	       struct error *error);

/** store_migrate() - bring an opened file to SCHEMA_VERSION, creating what a new one needs. */
int store_migrate(struct store *store, uint32_t owner_uid, struct error *error);

#endif
