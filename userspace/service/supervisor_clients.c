/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/clock.h"
#include "service/supervisor.h"

static uint64_t sum_of(struct supervisor *supervisor, uint16_t object, enum tp_counter counter)
{
	struct tp_counters set;
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < TP_KINDS; kind++)
		if (!capture_count(supervisor->capture, object, (enum tp_kind)kind, &set, NULL))
			sum += set.count[counter];
	return sum;
}

/* Sums over all people are root's to see: from how they grow anybody else would learn when others
 * are at work. He is told whether anything was lost, by what. */
static void fill_counts(struct supervisor *supervisor, uint32_t uid, struct control_status *status)
{
	uint16_t object;

	for (object = 1; object <= capture_last_object(supervisor->capture); object++) {
		status->events += sum_of(supervisor, object, TP_COUNT_CLOSED) +
				  sum_of(supervisor, object, TP_COUNT_ABANDONED) +
				  sum_of(supervisor, object, TP_COUNT_SINGLES);
		status->ring_full += sum_of(supervisor, object, TP_COUNT_DROPPED_RING_FULL);
	}
	status->stored = (uint64_t)supervisor->stored;
	status->lost = (uint64_t)supervisor->lost;
	if (uid == 0) {
		status->refused_consent = sum_of(supervisor, 0, TP_COUNT_REFUSED_CONSENT);
		return;
	}
	status->events = 0;
	status->stored = 0;
	status->lost = status->lost != 0;
	status->ring_full = status->ring_full != 0;
}

static void fill_problems(const struct supervisor *supervisor, struct control_status *status)
{
	const char *first = supervisor->role_problem;
	uint32_t i;

	status->problems = (uint32_t)supervisor->config->problem_count + (*first != '\0');
	if (!*first && supervisor->config->problem_count)
		first = supervisor->config->problems[0].text;
	for (i = 0; i < supervisor->target_count; i++) {
		const struct supervised_target *target = &supervisor->targets[i];

		status->targets += target->config && target->files;
		if (!target->config || !target->problem[0])
			continue;
		status->problems++;
		if (!*first)
			first = target->problem;
	}
	snprintf(status->problem, sizeof(status->problem), "%.*s", (int)sizeof(status->problem) - 1,
		 first);
}

static void answer_status(struct supervisor *supervisor, uint32_t uid, int client)
{
	struct control_status status = {
		.kind = CONTROL_IS_STATUS,
		.level = consent_highest(supervisor, uid),
		.has_decided = consents_has_decided(supervisor->consents, uid, NULL),
		.is_enabled = supervisor->config->is_enabled,
		.uptime_s = (uint32_t)(time(NULL) - supervisor->started),
		.role_restarts = supervisor->restarts,
	};
	struct rusage usage;

	if (!getrusage(RUSAGE_SELF, &usage)) {
		status.own_cpu_us =
			(uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000u +
			(uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
		status.own_memory_bytes = (uint64_t)usage.ru_maxrss * 1024u;
	}
	fill_counts(supervisor, uid, &status);
	fill_problems(supervisor, &status);
	control_answer(client, &status, sizeof(status));
}

static int send_decision(const struct consent_decision *decision, void *data)
{
	struct control_decision answer = { .kind = CONTROL_IS_DECISION,
					   .level = decision->level,
					   .text_version = decision->text_version,
					   .decided_us = decision->decided_us };

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

		if (!target->config)
			continue;
		answer.level = consents_level(supervisor->consents, uid, &consent, &reason);
		answer.reason = reason;
		memcpy(answer.name, target->name, sizeof(answer.name));
		memcpy(answer.problem, target->problem, sizeof(answer.problem));
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

static int decide(struct supervisor *supervisor, uint32_t uid,
		  const struct control_request *request, struct error *error)
{
	const char *target = request->target[0] ? request->target : NULL;
	int ret, applied;

	if (request->uid != CONTROL_OWN && request->uid != uid)
		return error_set(error, -EACCES, "nobody can decide for somebody else");
	if (request->level > TP_LEVEL_FULL)
		return error_set(error, -EINVAL, "there is no level %u", request->level);
	if (target && !is_target(supervisor, target)) {
		error_set(error, -ENOENT, "there is no target '%s'", target);
		return error_hint(error, "`telprobe targets` lists them");
	}
	ret = consents_decide(supervisor->consents, uid, target, (enum tp_level)request->level,
			      clock_now_us(), error);
	applied =
		consent_apply(supervisor, uid, ret ? NULL : error); /* a no holds even unwritten */
	return ret ? ret : applied;
}

void clients_handle(struct supervisor *supervisor, int client)
{
	struct control_request request;
	struct error error = { 0 };
	uint32_t uid;
	int ret = control_peer(client, &uid, NULL);

	if (ret)
		return;
	ret = control_receive(client, &request, &error);
	if (!ret)
		switch (request.act) {
		case CONTROL_STATUS:
			answer_status(supervisor, uid, client);
			break;
		case CONTROL_DECIDE:
			ret = decide(supervisor, uid, &request, &error);
			break;
		case CONTROL_DECISIONS:
			ret = consents_each(supervisor->consents, uid, send_decision, &client);
			break;
		case CONTROL_TARGETS:
			ret = answer_targets(supervisor, uid, client);
			break;
		default:
			ret = error_set(&error, -EINVAL, "not a request for the supervisor");
		}
	control_answer_end(client, ret, 0, error.what, error.hint);
}
