/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/client_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

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
	return status.level <= TP_LEVEL_FULL && status.has_decided <= 1 && status.is_enabled <= 1 &&
	       is_text(status.problem, sizeof(status.problem));
}

static bool is_totals(const void *answer)
{
	struct control_totals totals;

	memcpy(&totals, answer, sizeof(totals));
	return totals.events >= 0 && totals.sessions >= 0 && totals.first_us >= 0 &&
	       totals.last_us >= 0 && totals.file_bytes >= 0;
}

static bool is_decision(const void *answer)
{
	struct control_decision decision;

	memcpy(&decision, answer, sizeof(decision));
	return decision.level <= TP_LEVEL_FULL && is_text(decision.target, sizeof(decision.target));
}

static bool is_target(const void *answer)
{
	struct control_target target;

	memcpy(&target, answer, sizeof(target));
	return target.level <= TP_LEVEL_FULL && target.level_max <= TP_LEVEL_FULL &&
	       target.reason < CONSENT_REASONS && target.policy <= CONSENT_LOCKED &&
	       target.is_attached <= 1 && is_text(target.name, sizeof(target.name)) &&
	       is_text(target.problem, sizeof(target.problem));
}

static bool is_end(const void *answer)
{
	struct control_end end;

	memcpy(&end, answer, sizeof(end));
	return end.code <= 0 && end.code > -4096 && is_text(end.what, sizeof(end.what)) &&
	       is_text(end.hint, sizeof(end.hint)) && (!end.code || *end.what);
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
	[CONTROL_END] = { sizeof(struct control_end), is_end },
};

int client_answer_check(const struct control_request *request, const void *answer, size_t bytes,
			int64_t *count, struct error *error)
{
	uint32_t kind;

	if (bytes < sizeof(kind) || bytes > CONTROL_ANSWER)
		return client_answer_strange(error, "a message of an impossible size");
	memcpy(&kind, answer, sizeof(kind));
	if (kind != CONTROL_END &&
	    (!kind || request->act >= CONTROL_ACTS || kind != expected[request->act].kind))
		return client_answer_strange(error, "it answers another question");
	if (kind == CONTROL_IS_ROWS ? bytes < kinds[kind].bytes : bytes != kinds[kind].bytes)
		return client_answer_strange(error, "a message of a wrong size");
	if (!kinds[kind].is_valid(answer))
		return client_answer_strange(error, "a field is out of range");
	if (kind == CONTROL_END)
		return CLIENT_ANSWER_END;
	if (expected[request->act].most && ++*count > expected[request->act].most)
		return client_answer_strange(error, "it does not end");
	return CLIENT_ANSWER_PART;
}
