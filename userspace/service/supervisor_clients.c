/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "report/text.h"
#include "service/notify.h"
#include "service/supervisor.h"

#define ANYBODY UINT32_MAX

enum { KERNEL_MS = 10000 }; /* so old may be what is told of the kernel's memory */

static void sum_counters(struct supervisor *supervisor, uint64_t sums[TP_COUNTERS])
{
	struct tp_counters of_kind[TP_KINDS] = { 0 }, refused;
	int kind, i;

	capture_sum(supervisor->capture, of_kind, NULL);
	for (kind = 0; kind < TP_KINDS; kind++) {
		if (capture_count(supervisor->capture, 0, (enum tp_kind)kind, &refused, NULL))
			memset(&refused, 0, sizeof(refused));
		for (i = 0; i < TP_COUNTERS; i++)
			sums[i] += of_kind[kind].count[i] + refused.count[i];
	}
}

/* What was lost of anybody's. That others did not agree or are silent is their own affair. */
static bool is_loss(int counter)
{
	return counter == TP_COUNT_DROPPED_RING_FULL || counter == TP_COUNT_REFUSED_DEPTH ||
	       counter == TP_COUNT_DROPPED_TOTALS_FULL || counter == TP_COUNT_REFUSED_ASYNC_FULL ||
	       counter == TP_COUNT_REFUSED_DECISION || counter == TP_COUNT_REFUSED_TAGS ||
	       counter == TP_COUNT_REFUSED_NO_STATE || counter == TP_COUNT_REFUSED_LEASE;
}

/* Sums over all people are root's to see: from how they grow anybody else would learn when others
 * are at work. He is told whether anything was lost, by what. */
static void fill_counts(struct supervisor *supervisor, uint32_t uid, struct control_status *status)
{
	struct kept_counts kept = supervisor->kept_before;
	int i;

	kept_add(&kept, &supervisor->kept);

	sum_counters(supervisor, status->count);
	status->events = status->count[TP_COUNT_CLOSED] + status->count[TP_COUNT_ABANDONED] +
			 status->count[TP_COUNT_SINGLES];
	status->ring_full = status->count[TP_COUNT_DROPPED_RING_FULL] +
			    status->count[TP_COUNT_DROPPED_TOTALS_FULL];
	status->stored = kept.stored;
	status->lost = kept_lost(&kept);
	memcpy(status->loss, kept.lost, sizeof(status->loss));
	status->names_other = kept.names_other;
	if (uid == 0) {
		status->refused_consent = status->count[TP_COUNT_REFUSED_CONSENT];
		return;
	}
	status->events = 0;
	status->stored = 0;
	status->lost = status->lost != 0;
	status->names_other = status->names_other != 0;
	status->ring_full = status->ring_full != 0;
	for (i = 0; i < TP_COUNTERS; i++)
		status->count[i] = is_loss(i) && status->count[i];
	for (i = 0; i < LOSSES; i++)
		status->loss[i] = !loss_is_wanted((enum loss)i) && status->loss[i];
}

static int64_t kernel_bytes(struct supervisor *supervisor)
{
	int64_t now_ms = clock_monotonic_ms();

	if (!supervisor->kernel_at_ms || now_ms - supervisor->kernel_at_ms > KERNEL_MS) {
		supervisor->kernel_at_ms = now_ms;
		supervisor->kernel_bytes = cost_kernel_bytes() - supervisor->ring_bytes;
		if (supervisor->kernel_bytes < 0)
			supervisor->kernel_bytes = 0;
	}
	return supervisor->kernel_bytes;
}

/* The helpers are those who are asked now and then, and the keepers of all. */
static void add_costs(struct supervisor *supervisor, struct cost costs[COST_ROLES])
{
	struct cost *helpers = &costs[COST_HELPERS];

	if (!supervisor->self.pid && cost_open(&supervisor->self, getpid()))
		supervisor->self.pid = getpid(); /* its processor time is known all the same */
	cost_add(&supervisor->self, &costs[COST_SUPERVISOR]);
	keeper_cost(supervisor->collector, &costs[COST_COLLECTOR], helpers);
	keeper_cost(supervisor->api, &costs[COST_API], helpers);
	keeper_cost(supervisor->loader, helpers, helpers);
	keeper_cost(supervisor->inspecting, helpers, helpers);
	keeper_cost(supervisor->attaching, helpers, helpers);
}

static void fill_cost(struct supervisor *supervisor, uint32_t uid, struct control_status *status)
{
	struct cost costs[COST_ROLES] = { 0 };
	int i;

	add_costs(supervisor, costs);
	for (i = 0; i < COST_ROLES; i++) {
		status->role_cpu_us[i] = (uint64_t)costs[i].cpu_us;
		status->role_memory_bytes[i] = (uint64_t)costs[i].memory_bytes;
		status->memory_unknown |= (uint32_t)costs[i].is_partly_unknown << i;
		status->own_cpu_us += status->role_cpu_us[i];
		status->own_memory_bytes += status->role_memory_bytes[i];
	}
	status->ring_bytes = (uint64_t)supervisor->ring_bytes;
	status->kernel_bytes = (uint64_t)kernel_bytes(supervisor);
	if (!uid)
		return;
	status->memory_unknown = status->memory_unknown != 0;
	memset(status->role_cpu_us, 0, sizeof(status->role_cpu_us));
	memset(status->role_memory_bytes, 0, sizeof(status->role_memory_bytes));
	status->own_cpu_us = cost_rounded_up(status->own_cpu_us);
	status->own_memory_bytes = cost_rounded_up(status->own_memory_bytes);
	status->ring_bytes = cost_rounded_up(status->ring_bytes);
	status->kernel_bytes = cost_rounded_up(status->kernel_bytes);
}

/* A path tells that there is such a file, maybe in a directory only its owner may look into. */
static void problem_for(const struct supervisor *supervisor, uint32_t uid,
			const struct supervised_target *target, char out[CONTROL_TEXT])
{
	if (!target->problem[0])
		target_describe_governor(supervisor, uid, target, out);
	else if (uid && strchr(target->problem, '/'))
		snprintf(out, CONTROL_TEXT,
			 "a file of it is not recorded; root is told which, and why");
	else
		snprintf(out, CONTROL_TEXT, "%s", target->problem);
}

static void fill_problems(const struct supervisor *supervisor, uint32_t uid,
			  struct control_status *status)
{
	const char *const own[] = { suspend_problem(supervisor), supervisor->role_problem,
				    supervisor->privacy_problem, supervisor->reload_problem };
	const char *first = "";
	char of_target[CONTROL_TEXT], first_of_targets[CONTROL_TEXT] = "";
	uint32_t i;

	status->problems = (uint32_t)supervisor->config->problem_count;
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		status->problems += own[i][0] != '\0';
		if (!*first)
			first = own[i];
	}
	if (!*first && supervisor->config->problem_count)
		first = supervisor->config->problems[0].text;
	for (i = 0; i < supervisor->target_count; i++) {
		const struct supervised_target *target = &supervisor->targets[i];

		status->targets += target->config && target->files;
		if (!target->config)
			continue;
		problem_for(supervisor, uid, target, of_target);
		status->problems += of_target[0] != '\0';
		if (!first_of_targets[0])
			memcpy(first_of_targets, of_target, sizeof(of_target));
	}
	if (!*first)
		first = first_of_targets;
	snprintf(status->problem, sizeof(status->problem), "%.*s", (int)sizeof(status->problem) - 1,
		 first);
}

/* In a line how it stands, without what only root may know. */
static void describe(const struct supervisor *supervisor, char out[CONTROL_TEXT])
{
	struct control_status status = { .kind = CONTROL_IS_STATUS };

	fill_problems(supervisor, ANYBODY, &status); /* whoever asks the manager is told */
	snprintf(out, CONTROL_TEXT, "%s%u target%s attached, %u problem%s%s%.300s",
		 supervisor->config->is_enabled ? "" : "switched off; ", status.targets,
		 text_s(status.targets), status.problems, text_s(status.problems),
		 status.problem[0] ? ": " : "", status.problem);
	error_make_printable(out); /* a line of it could be another word to the manager */
}

void supervisor_tell_ready(struct supervisor *supervisor)
{
	char text[CONTROL_TEXT];

	describe(supervisor, text);
	fprintf(stderr, "telprobe: ready: %s\n", text);
	supervisor_tell_manager(supervisor, true);
}

void supervisor_tell_manager(struct supervisor *supervisor, bool is_ready)
{
	char text[CONTROL_TEXT], state[CONTROL_TEXT + 32];

	if (!notify_is_open())
		return;
	describe(supervisor, text);
	is_ready |= supervisor->is_manager_behind; /* it may not have been told that */
	if (!is_ready && !strcmp(text, supervisor->told_manager))
		return;
	snprintf(state, sizeof(state), "%sSTATUS=%s", is_ready ? "READY=1\n" : "", text);
	supervisor->is_manager_behind = !notify(state);
	memcpy(supervisor->told_manager, text, sizeof(text));
}

static void answer_status(struct supervisor *supervisor, uint32_t uid, int client)
{
	struct control_status status = {
		.kind = CONTROL_IS_STATUS,
		.level = consent_highest(supervisor, uid),
		.has_decided = consents_has_decided(supervisor->consents, uid, NULL),
		.state = !supervisor->config->is_enabled ? CONTROL_OFF
			 : supervisor->is_suspended	 ? CONTROL_SUSPENDED
							 : CONTROL_ON,
		.uptime_s = (uint32_t)(time(NULL) - supervisor->started),
		.role_restarts = supervisor->restarts,
		.selftest_us = supervisor->selftest_us,
	};

	fill_cost(supervisor, uid, &status);
	fill_counts(supervisor, uid, &status);
	fill_problems(supervisor, uid, &status);
	control_answer(client, &status, sizeof(status));
}

static int send_decision(const struct consent_decision *decision, void *data)
{
	struct control_decision answer = { .kind = CONTROL_IS_DECISION,
					   .level = decision->level,
					   .text_version = decision->text_version,
					   .term = decision->term,
					   .until_us = decision->end.until_us,
					   .decided_us = decision->decided_us,
					   .without = decision->without };

	memcpy(answer.target, decision->target, sizeof(answer.target));
	return control_answer(*(int *)data, &answer, sizeof(answer));
}

static int answer_targets(struct supervisor *supervisor, uint32_t uid, int client)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; i < supervisor->target_count && !ret; i++) {
		const struct supervised_target *target = &supervisor->targets[i];
		struct consent_target consent = target_consent(supervisor, target);
		struct control_target answer = { .kind = CONTROL_IS_TARGET,
						 .policy = consent.policy,
						 .level_max = consent.level_max,
						 .sites = target->sites,
						 .is_attached = target->files != 0 };
		enum consent_reason reason = CONSENT_NEVER_ASKED;
		const struct consent_end *end;

		if (!target->config)
			continue;
		end = consents_end(supervisor->consents, uid, &consent);
		answer.until_us = end ? end->until_us : 0;
		answer.level = person_level(supervisor, uid, &consent, &reason);
		if (answer.level) {
			answer.without = consents_without(supervisor->consents, uid, &consent);
			answer.never = consent.without;
		}
		answer.reason = reason;
		memcpy(answer.name, target->name, sizeof(answer.name));
		problem_for(supervisor, uid, target, answer.problem);
		target_describe_sampling(supervisor, target, uid, answer.sampling);
		ret = control_answer(client, &answer, sizeof(answer));
	}
	return ret;
}

static bool is_target(const struct supervisor *supervisor, const char *name)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		if (supervisor->targets[i].config && !strcmp(supervisor->targets[i].name, name))
			return true;
	return false;
}

/* *out_number: as for struct control_end */
static int decide(struct supervisor *supervisor, uint32_t uid,
		  const struct control_request *request, int64_t *out_number, struct error *error)
{
	const char *target = request->target[0] ? request->target : NULL;
	const struct consent_now now = ending_now(supervisor);
	const struct consent_wish wish = { .target = target,
					   .level = (enum tp_level)request->level,
					   .for_us = request->for_us,
					   .without = request->without };
	int ret, applied;

	if (request->uid != CONTROL_OWN && request->uid != uid)
		return error_set(error, -EACCES, "nobody can decide for somebody else");
	if (request->level > TP_LEVEL_FULL)
		return error_set(error, -EINVAL, "there is no level %u", request->level);
	if (target && !is_target(supervisor, target)) {
		error_set(error, -ENOENT, "there is no target '%s'", target);
		return error_hint(error, "`telprobe targets` lists them");
	}
	if (wish.for_us) /* what came under another yes is not to be deleted with this one */
		collector_drain(supervisor);
	ret = consents_decide(supervisor->consents, uid, &wish, &now, error);
	applied =
		consent_apply(supervisor, uid, ret ? NULL : error); /* a no holds even unwritten */
	*out_number = ending_settle(supervisor, uid);
	ending_look(supervisor); /* when the next one ends */
	return ret ? ret : applied;
}

bool clients_handle(struct supervisor *supervisor, int client)
{
	struct control_request request;
	struct error error = { 0 };
	int64_t number = 0;
	uint32_t uid;
	int ret = control_client(client, getpid(), &uid);

	if (ret)
		return false;
	ret = control_receive(client, &request, &error);
	ending_look(supervisor); /* what is told is as of now */
	if (!ret)
		switch (request.act) {
		case CONTROL_STATUS:
			answer_status(supervisor, uid, client);
			break;
		case CONTROL_DECIDE:
			ret = decide(supervisor, uid, &request, &number, &error);
			break;
		case CONTROL_DECISIONS:
			ret = consents_each(supervisor->consents, uid, send_decision, &client);
			break;
		case CONTROL_TARGETS:
			ret = answer_targets(supervisor, uid, client);
			break;
		case CONTROL_RELOAD:
			return reload_ask(supervisor, uid, client);
		case CONTROL_SUSPEND:
			ret = suspend_set(supervisor, uid, (enum control_selftest)request.limit,
					  &error);
			break;
		default:
			ret = error_set(&error, -EINVAL, "not a request for the supervisor");
		}
	control_answer_end(client, ret, number, error.what, error.hint);
	return false;
}
