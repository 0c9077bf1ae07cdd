/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/recall.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char act[] = "read";

void recall_init(struct recall *recall, size_t kept)
{
	recall->store = NULL;
	recall->error = NULL;
	recall->kept = kept;
	table_init(&recall->names, sizeof(int64_t), sizeof(char *), SIZE_MAX);
	table_init(&recall->series, sizeof(int64_t), sizeof(struct known_series), SIZE_MAX);
	table_init(&recall->sessions, sizeof(int64_t), sizeof(struct known_session), SIZE_MAX);
	table_init(&recall->contexts, sizeof(int64_t), sizeof(int64_t), SIZE_MAX);
}

static void forget_texts(struct recall *recall)
{
	size_t position = 0;
	char **text;

	while ((text = table_next(&recall->names, &position, NULL)))
		free(*text);
	table_clear(&recall->names);
	table_clear(&recall->series);
	table_clear(&recall->contexts);
}

void recall_clear(struct recall *recall)
{
	forget_texts(recall);
	table_clear(&recall->sessions);
}

void recall_bound(struct recall *recall)
{
	if (recall->names.count + recall->series.count + recall->contexts.count >= recall->kept)
		recall_forget(recall);
}

void recall_forget(struct recall *recall)
{
	struct known_session *session;
	size_t position = 0;

	forget_texts(recall);
	while ((session = table_next(&recall->sessions, &position, NULL)))
		session->version = NULL; /* pointed to a name */
}

static int no_memory(struct recall *recall)
{
	return error_set(recall->error, -ENOMEM, "cannot read '%s': %s", recall->store->path,
			 error_text(-ENOMEM));
}

/* An id that leads nowhere: the file was changed by something else. */
static int dangling(struct recall *recall, const char *what, int64_t id)
{
	error_set(recall->error, -EBADMSG, "cannot read '%s': %s %lld is missing",
		  recall->store->path, what, (long long)id);
	error_hint(recall->error, "the file is damaged; move it away, a new one is created");
	return -EBADMSG;
}

/* The row of @query with that id. Return: 0 and the statement on its row, negative errno. */
static int row_by_id(struct recall *recall, enum query query, const char *what, int64_t id,
		     sqlite3_stmt **out)
{
	int ret = store_statement(recall->store, query, out, recall->error);

	if (ret)
		return ret;
	if (store_bind(*out, 1, &id, 1) != SQLITE_OK)
		return store_failed(recall->store, recall->error, act);
	ret = store_step(recall->store, *out, act, recall->error);
	if (!ret)
		return dangling(recall, what, id);
	return ret < 0 ? ret : 0;
}

static int recall_name(struct recall *recall, int64_t id, const char **out)
{
	char **known = id ? table_find(&recall->names, &id) : NULL, *text;
	sqlite3_stmt *statement;
	int ret;

	if (!id || known) {
		*out = known ? *known : NULL;
		return 0;
	}
	ret = row_by_id(recall, GET_NAME, "name", id, &statement);
	if (ret)
		return ret;
	text = (char *)sqlite3_column_text(statement, 0);
	if (text)
		text = strdup(text);
	sqlite3_reset(statement);
	known = text ? table_add(&recall->names, &id) : NULL;
	if (!known) {
		free(text);
		return no_memory(recall);
	}
	*known = text;
	*out = text;
	return 0;
}

static int read_series(struct recall *recall, int64_t id, struct known_series *series)
{
	int64_t app, name[5];
	sqlite3_stmt *statement;
	int i, ret = row_by_id(recall, GET_SERIES, "series", id, &statement);

	if (ret)
		return ret;
	app = sqlite3_column_int64(statement, 0);
	series->type = (uint8_t)sqlite3_column_int(statement, 1);
	series->kind = (uint8_t)sqlite3_column_int(statement, 2);
	series->outcome = (uint8_t)sqlite3_column_int(statement, 3);
	series->flags = (uint8_t)sqlite3_column_int(statement, 4) & ~STORE_MARKED;
	series->code = sqlite3_column_int(statement, 5);
	for (i = 0; i < 5; i++)
		name[i] = sqlite3_column_int64(statement, 6 + i);
	sqlite3_reset(statement);
	ret = recall_name(recall, app, &series->app);
	for (i = 0; i < 5 && !ret; i++)
		ret = recall_name(recall, name[i], &series->name[i]);
	return ret;
}

int recall_series(struct recall *recall, int64_t id, const struct known_series **out)
{
	struct known_series *known = table_find(&recall->series, &id), series = { 0 };
	int ret;

	if (!known) {
		ret = read_series(recall, id, &series);
		if (ret)
			return ret;
		known = table_add(&recall->series, &id);
		if (!known)
			return no_memory(recall);
		*known = series;
	}
	*out = known;
	return 0;
}

int recall_context(struct recall *recall, int64_t id, int64_t *out_session)
{
	int64_t *known = table_find(&recall->contexts, &id), session;
	sqlite3_stmt *statement;
	int ret;

	if (!known) {
		ret = row_by_id(recall, GET_CONTEXT, "context", id, &statement);
		if (ret)
			return ret;
		session = sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
		known = table_add(&recall->contexts, &id);
		if (!known)
			return no_memory(recall);
		*known = session;
	}
	*out_session = *known;
	return 0;
}

int recall_session(struct recall *recall, int64_t id, struct known_session **out)
{
	struct known_session *known = table_find(&recall->sessions, &id), session = { 0 };
	sqlite3_stmt *statement;
	int64_t version;
	int ret;

	*out = known;
	if (known && known->version)
		return 0;
	ret = row_by_id(recall, GET_SESSION, "session", id, &statement);
	if (ret)
		return ret;
	version = sqlite3_column_int64(statement, 1);
	session.started_us = sqlite3_column_int64(statement, 2);
	if (sqlite3_column_bytes(statement, 3) == SESSION_ID_BYTES)
		sodium_bin2hex(session.public_id, sizeof(session.public_id),
			       sqlite3_column_blob(statement, 3), SESSION_ID_BYTES);
	sqlite3_reset(statement);
	if (known && !strcmp(known->public_id, session.public_id))
		session.events = known->events;
	session.version = "";
	if (version)
		ret = recall_name(recall, version, &session.version);
	if (ret)
		return ret;
	*out = table_add(&recall->sessions, &id);
	if (!*out)
		return no_memory(recall);
	**out = session;
	return 0;
}
