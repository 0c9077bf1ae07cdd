/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/handle.h"

static const char act[] = "read";

int store_each_run(struct store *store, const struct store_command *command, int64_t events,
		   int (*callback)(const struct store_ended *ended, void *data), void *data,
		   struct error *error)
{
	const int64_t values[] = { command->app, command->name[0], command->name[1],
				   command->session, events };
	struct store_ended ended;
	sqlite3_stmt *statement;
	int ret = store_write_statement(store, EACH_RUN_BACK, &statement, error);

	if (ret)
		return ret;
	if (store_bind(statement, 1, values, 5) != SQLITE_OK)
		return store_failed(store, error, act);
	while ((ret = store_step(store, statement, act, error)) == 1) {
		ended = (struct store_ended){
			.time_us = sqlite3_column_int64(statement, 0) >> EVENT_TIE_BITS,
			.outcome = (uint8_t)sqlite3_column_int(statement, 1),
			.flags = (uint8_t)sqlite3_column_int(statement, 2),
			.code = sqlite3_column_int(statement, 3),
		};
		if (callback(&ended, data))
			break;
	}
	sqlite3_reset(statement);
	return ret < 0 ? ret : 0;
}

int store_tells_errors(struct store *store, int64_t app, bool *out, struct error *error)
{
	int64_t does = 0;
	int ret = store_numbers(store, TELLS_ERRORS, &app, 1, &does, act, error);

	if (ret < 0)
		return ret;
	*out = does != 0;
	return 0;
}
