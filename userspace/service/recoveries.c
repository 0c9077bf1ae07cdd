/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/recoveries.h"

#include "report/event_types.h"

enum verdict { NOTHING, SUCCESS, FAILURE };

struct known { /* of a command */
	int64_t failures;
	int64_t last_us; /* of the last run that tells something; 0: none did */
};

void recoveries_init(struct recoveries *recoveries, struct store *store)
{
	recoveries->store = store;
	table_init(&recoveries->commands, sizeof(struct store_command), sizeof(struct known),
		   RECOVERIES_KEPT);
}

void recoveries_clear(struct recoveries *recoveries)
{
	table_clear(&recoveries->commands);
}

static enum verdict judge(const struct store_ended *ended)
{
	switch (ended->outcome) {
	case TP_OUTCOME_OK:
		return SUCCESS;
	case TP_OUTCOME_FAILED:
		return FAILURE;
	case TP_OUTCOME_ABANDONED:
		return ended->flags & TP_FLAG_BY_EXIT && event_is_crash(ended->code) ? FAILURE
										     : NOTHING;
	}
	return NOTHING;
}

/* The newest first, back to the last success. */
static int recall(const struct store_ended *ended, void *data)
{
	enum verdict verdict = judge(ended);
	struct known *known = data;

	if (verdict == NOTHING)
		return 0;
	if (!known->last_us)
		known->last_us = ended->time_us;
	known->failures += verdict == FAILURE;
	return verdict == SUCCESS;
}

/* *out: in the table, or @without where there is no memory for it */
static int find(struct recoveries *recoveries, const struct store_command *command,
		struct known *without, struct known **out, struct error *error)
{
	int ret;

	*out = table_find(&recoveries->commands, command);
	if (*out)
		return 0;
	ret = store_each_run(recoveries->store, command, RECOVERIES_EVENTS, recall, without, error);
	if (ret < 0)
		return ret;
	if (recoveries->commands.count >= RECOVERIES_KEPT)
		table_clear(&recoveries->commands);
	*out = table_add(&recoveries->commands, command);
	if (*out)
		**out = *without;
	else
		*out = without;
	return 0;
}

int recoveries_see(struct recoveries *recoveries, const struct store_command *command,
		   const struct store_ended *ended, int64_t *out_failures, struct error *error)
{
	const enum verdict verdict = judge(ended);
	struct known without = { 0 }, *known;
	int64_t failures;
	bool tells_errors;
	int ret;

	*out_failures = 0;
	if (verdict == NOTHING)
		return 0;
	ret = find(recoveries, command, &without, &known, error);
	if (ret)
		return ret;
	if (ended->time_us < known->last_us) { /* of the failures at least the last came after it */
		if (verdict == SUCCESS && known->failures > 1)
			known->failures = 1;
		return 0;
	}
	known->last_us = ended->time_us;
	failures = known->failures;
	known->failures = verdict == FAILURE ? failures + 1 : 0;
	if (verdict == FAILURE || !failures)
		return 0;
	ret = store_tells_errors(recoveries->store, command->app, &tells_errors, error);
	if (!ret && !tells_errors)
		*out_failures = failures;
	return ret;
}
