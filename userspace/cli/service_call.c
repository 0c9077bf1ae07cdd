/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/service_call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"

int service_open(struct client **out, struct error *error)
{
	return client_open(NULL, out, error);
}

static struct control_request request_of(enum control_act act)
{
	return (struct control_request){ .version = CONTROL_VERSION,
					 .act = act,
					 .uid = CONTROL_OWN };
}

static int add_target(const void *answer, size_t bytes, void *data)
{
	struct service_targets *targets = data;
	struct control_target *items;

	(void)bytes;
	items = realloc(targets->items, (targets->count + 1) * sizeof(*items));
	if (!items)
		return 1;
	targets->items = items;
	memcpy(&items[targets->count++], answer, sizeof(*items));
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct control_target *)a)->name,
		      ((const struct control_target *)b)->name);
}

int service_targets(struct client *client, struct service_targets *out, struct error *error)
{
	const struct control_request request = request_of(CONTROL_TARGETS);
	struct service_targets targets = { 0 };
	int ret;

	ret = client_call(client, &request, add_target, &targets, NULL, error);
	if (ret > 0)
		ret = error_set(error, -ENOMEM, "cannot list the targets: %s", error_text(-ENOMEM));
	if (ret) {
		service_targets_clear(&targets);
		return ret;
	}
	if (targets.count)
		qsort(targets.items, targets.count, sizeof(*targets.items), by_name);
	*out = targets;
	return 0;
}

void service_targets_clear(struct service_targets *targets)
{
	free(targets->items);
	*targets = (struct service_targets){ 0 };
}

const struct control_target *service_target(const struct service_targets *targets, const char *name,
					    struct error *error)
{
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, name, strlen(name));
	for (i = 0; i < targets->count; i++) {
		if (!strcmp(targets->items[i].name, name))
			return &targets->items[i];
		nearest_try(&nearest, targets->items[i].name);
	}
	error_set(error, -ENOENT, "there is no target '%s'", name);
	if (nearest.best)
		error_hint(error, "did you mean '%s'?", nearest.best);
	else
		error_hint(error, "'telprobe targets' lists them");
	return NULL;
}

int service_decide(struct client *client, const struct consent_wish *wish, int64_t *out_ended,
		   struct error *error)
{
	struct control_request request = request_of(CONTROL_DECIDE);
	const char *target = wish->target;
	struct control_end end;
	int ret;

	request.level = wish->level;
	request.for_us = wish->for_us;
	request.without = wish->without;
	if (target && !consent_target_is_valid(target)) {
		error_set(error, -EINVAL, "there is no target '%s'", target);
		error_hint(error, "'telprobe targets' lists them");
		return -EINVAL;
	}
	snprintf(request.target, sizeof(request.target), "%s", target ? target : "");
	ret = client_call(client, &request, NULL, NULL, &end, error);
	if (!ret)
		*out_ended = end.number;
	return ret;
}

struct decisions {
	struct consent_decision *items;
	size_t count;
};

static int add_decision(const void *answer, size_t bytes, void *data)
{
	struct control_decision decision;
	struct decisions *decisions = data;
	struct consent_decision *item = &decisions->items[decisions->count];

	(void)bytes;
	if (decisions->count == CONSENT_DECISIONS)
		return 1;
	memcpy(&decision, answer, sizeof(decision));
	memcpy(item->target, decision.target, sizeof(item->target));
	item->level = (enum tp_level)decision.level;
	item->text_version = decision.text_version;
	item->decided_us = decision.decided_us;
	item->without = (uint8_t)decision.without;
	item->term = (enum consent_term)decision.term;
	item->end = (struct consent_end){ .until_us = decision.until_us };
	decisions->count++;
	return 0;
}

int service_decisions(struct client *client, struct consent_decision *out, size_t *out_count,
		      struct error *error)
{
	const struct control_request request = request_of(CONTROL_DECISIONS);
	struct decisions decisions = { .items = out };
	int ret;

	ret = client_call(client, &request, add_decision, &decisions, NULL, error);
	if (ret > 0)
		return error_set(error, -EPROTO, "the service tells of more than %d decisions",
				 CONSENT_DECISIONS);
	if (!ret)
		*out_count = decisions.count;
	return ret;
}

static int add_notice(const void *answer, size_t bytes, void *data)
{
	struct service_notices *notices = data;
	struct control_notice *items;

	(void)bytes;
	items = realloc(notices->items, (notices->count + 1) * sizeof(*items));
	if (!items)
		return 1;
	notices->items = items;
	memcpy(&items[notices->count++], answer, sizeof(*items));
	return 0;
}

int service_reload(struct client *client, struct service_notices *out, struct error *error)
{
	const struct control_request request = request_of(CONTROL_RELOAD);
	struct service_notices notices = { 0 };
	struct control_end end;
	int ret;

	ret = client_call(client, &request, add_notice, &notices, &end, error);
	if (ret > 0)
		ret = error_set(error, -ENOMEM, "cannot hear the service out: %s",
				error_text(-ENOMEM));
	if (ret) {
		service_notices_clear(&notices);
		return ret;
	}
	memcpy(notices.place, end.what, sizeof(notices.place));
	*out = notices;
	return 0;
}

void service_notices_clear(struct service_notices *notices)
{
	free(notices->items);
	*notices = (struct service_notices){ 0 };
}

struct copy {
	void *to;
	size_t bytes;
	size_t count;
};

static int copy_answer(const void *answer, size_t bytes, void *data)
{
	struct copy *copy = data;

	if (bytes != copy->bytes)
		return 1;
	memcpy(copy->to, answer, bytes);
	copy->count++;
	return 0;
}

static int ask_one(struct client *client, const struct control_request *request, void *out,
		   size_t bytes, struct error *error)
{
	struct copy copy = { .to = out, .bytes = bytes };
	int ret;

	ret = client_call(client, request, copy_answer, &copy, NULL, error);
	if (ret < 0)
		return ret;
	if (ret || copy.count != 1)
		return error_set(error, -EPROTO, "the service's answer is not one");
	return 0;
}

int service_selftest(struct client *client, enum control_selftest result, struct error *error)
{
	struct control_request request = request_of(CONTROL_SUSPEND);

	request.limit = result;
	return client_call(client, &request, NULL, NULL, NULL, error);
}

int service_status(struct client *client, struct control_status *out, struct error *error)
{
	const struct control_request request = request_of(CONTROL_STATUS);

	return ask_one(client, &request, out, sizeof(*out), error);
}

int service_totals(struct client *client, bool of_all, struct control_totals *out,
		   struct error *error)
{
	struct control_request request = request_of(CONTROL_TOTALS);

	request.of_all = of_all;
	return ask_one(client, &request, out, sizeof(*out), error);
}

int service_retention(struct client *client, int64_t days, struct control_retention *out,
		      struct error *error)
{
	struct control_request request = request_of(CONTROL_RETENTION);

	request.limit = days < 0 ? 0 : days + 1;
	return ask_one(client, &request, out, sizeof(*out), error);
}
