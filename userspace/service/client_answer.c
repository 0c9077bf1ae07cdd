/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/client_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "service/owner_files.h"
#include "store/retention.h"
#include "telprobe/record.h"

int client_answer_strange(struct error *error, const char *what)
{
	error_set(error, -EPROTO, "the service's answer makes no sense: %s", what);
	return error_hint(error, "are service and command of one version? then: journalctl -u "
				 "telprobe");
}

static bool is_text(const char *text, size_t room)
{
	size_t i, length = strnlen(text, room);

	for (i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return length < room;
}

static bool is_status(const void *answer)
{
	struct control_status status;

	memcpy(&status, answer, sizeof(status));
	return status.level <= TP_LEVEL_FULL && status.has_decided <= 1 &&
	       status.state < CONTROL_STATES && status.selftest_us >= 0 &&
	       is_text(status.problem, sizeof(status.problem));
}

static bool is_totals(const void *answer)
{
	struct control_totals totals;

	memcpy(&totals, answer, sizeof(totals));
	return totals.events >= 0 && totals.sessions >= 0 && totals.first_us >= 0 &&
	       totals.last_us >= 0 && totals.file_bytes >= 0 && totals.removed_events >= 0 &&
	       totals.removed_until_us >= 0 && totals.aggregated >= 0;
}

static bool is_retention(const void *answer)
{
	struct control_retention retention;

	memcpy(&retention, answer, sizeof(retention));
	return retention.own_days >= 0 && retention.own_days <= STORE_KEEP_DAYS_MAX &&
	       retention.machine_days >= 0 && retention.machine_days <= STORE_KEEP_DAYS_MAX &&
	       retention.max_bytes >= 0;
}

static bool is_decision(const void *answer)
{
	struct control_decision decision;

	memcpy(&decision, answer, sizeof(decision));
	return decision.level <= TP_LEVEL_FULL && decision.term < CONSENT_TERMS &&
	       decision.until_us >= 0 && decision.without <= TP_CATEGORIES_ALL &&
	       is_text(decision.target, sizeof(decision.target));
}

static bool is_target(const void *answer)
{
	struct control_target target;

	memcpy(&target, answer, sizeof(target));
	return target.level <= TP_LEVEL_FULL && target.level_max <= TP_LEVEL_FULL &&
	       target.reason < CONSENT_REASONS && target.policy <= CONSENT_LOCKED &&
	       target.is_attached <= 1 && target.until_us >= 0 &&
	       target.without <= TP_CATEGORIES_ALL && !(target.never & ~target.without) &&
	       is_text(target.name, sizeof(target.name)) &&
	       is_text(target.problem, sizeof(target.problem)) &&
	       is_text(target.sampling, sizeof(target.sampling));
}

static bool is_notice(const void *answer)
{
	struct control_notice notice;

	memcpy(&notice, answer, sizeof(notice));
	return notice.is_problem <= 1 && is_text(notice.text, sizeof(notice.text));
}

static bool is_end(const void *answer)
{
	struct control_end end;

	memcpy(&end, answer, sizeof(end));
	return end.code <= 0 && end.code > -4096 && is_text(end.what, sizeof(end.what)) &&
	       is_text(end.hint, sizeof(end.hint)) && (!end.code || *end.what);
}

static bool is_cursor(const void *answer)
{
	struct control_cursor cursor;

	memcpy(&cursor, answer, sizeof(cursor));
	return cursor.cursor.generation >= 0 && cursor.cursor.newest >= 0 &&
	       cursor.cursor.late >= 0;
}

static bool is_owner(const void *answer)
{
	struct control_owner owner;

	memcpy(&owner, answer, sizeof(owner));
	return owner.changed_us >= 0 && owner.bytes >= 0;
}

static bool is_erasure(const void *answer)
{
	struct control_erasure erasure;

	memcpy(&erasure, answer, sizeof(erasure));
	return erasure.time_us >= 0 && erasure.events >= 0 && erasure.bytes >= 0;
}

static bool is_rows(const void *answer)
{
	struct control_rows rows;

	memcpy(&rows, answer, sizeof(rows));
	return rows.count > 0;
}

/* What may follow a request before the end. */
static const struct {
	uint32_t kind;
	int64_t most; /* 0: no limit here */
} expected[CONTROL_ACTS] = {
	[CONTROL_ROWS] = { CONTROL_IS_ROWS, 0 },
	[CONTROL_TOTALS] = { CONTROL_IS_TOTALS, 1 },
	[CONTROL_STATUS] = { CONTROL_IS_STATUS, 1 },
	[CONTROL_DECISIONS] = { CONTROL_IS_DECISION, CONSENT_DECISIONS },
	[CONTROL_TARGETS] = { CONTROL_IS_TARGET, CLIENT_TARGETS_MAX },
	[CONTROL_RETENTION] = { CONTROL_IS_RETENTION, 1 },
	[CONTROL_RELOAD] = { CONTROL_IS_NOTICE, CONTROL_NOTICES },
	[CONTROL_OWNERS] = { CONTROL_IS_OWNER, OWNER_FILES_MAX },
	[CONTROL_SUMS] = { CONTROL_IS_SUMS, 0 },
	[CONTROL_ERASURES] = { CONTROL_IS_ERASURE, 0 },
};

static const struct {
	size_t bytes; /* the least for rows, else exactly */
	bool (*is_valid)(const void *answer);
} kinds[] = {
	[CONTROL_IS_ROWS] = { sizeof(struct control_rows), is_rows },
	[CONTROL_IS_TOTALS] = { sizeof(struct control_totals), is_totals },
	[CONTROL_IS_STATUS] = { sizeof(struct control_status), is_status },
	[CONTROL_IS_DECISION] = { sizeof(struct control_decision), is_decision },
	[CONTROL_IS_TARGET] = { sizeof(struct control_target), is_target },
	[CONTROL_IS_RETENTION] = { sizeof(struct control_retention), is_retention },
	[CONTROL_END] = { sizeof(struct control_end), is_end },
	[CONTROL_IS_NOTICE] = { sizeof(struct control_notice), is_notice },
	[CONTROL_IS_CURSOR] = { sizeof(struct control_cursor), is_cursor },
	[CONTROL_IS_OWNER] = { sizeof(struct control_owner), is_owner },
	[CONTROL_IS_SUMS] = { sizeof(struct control_rows), is_rows },
	[CONTROL_IS_ERASURE] = { sizeof(struct control_erasure), is_erasure },
};

static bool is_expected(const struct control_request *request, uint32_t kind)
{
	if (kind == CONTROL_IS_CURSOR)
		return request->act == CONTROL_ROWS && request->is_followed;
	return kind && request->act < CONTROL_ACTS && kind == expected[request->act].kind;
}

/* In a message whose size says how much. */
static bool has_many(uint32_t kind)
{
	return kind == CONTROL_IS_ROWS || kind == CONTROL_IS_SUMS;
}

int client_answer_check(const struct control_request *request, const void *answer, size_t bytes,
			int64_t *count, struct error *error)
{
	uint32_t kind;

	if (bytes < sizeof(kind) || bytes > CONTROL_ANSWER)
		return client_answer_strange(error, "a message of an impossible size");
	memcpy(&kind, answer, sizeof(kind));
	if (kind != CONTROL_END && !is_expected(request, kind))
		return client_answer_strange(error, "it answers another question");
	if (has_many(kind) ? bytes < kinds[kind].bytes : bytes != kinds[kind].bytes)
		return client_answer_strange(error, "a message of a wrong size");
	if (!kinds[kind].is_valid(answer))
		return client_answer_strange(error, "a field is out of range");
	if (kind == CONTROL_END)
		return CLIENT_ANSWER_END;
	if (expected[request->act].most && ++*count > expected[request->act].most)
		return client_answer_strange(error, "it does not end");
	return CLIENT_ANSWER_PART;
}
