/* SPDX-License-Identifier: GPL-2.0-only */
#include <pwd.h>
#include <stdio.h>

#include "service/supervisor.h"

enum tp_level consent_highest(const struct supervisor *supervisor, uint32_t uid)
{
	enum tp_level highest = TP_LEVEL_OFF;
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++) {
		struct consent_target target = target_consent(supervisor, &supervisor->targets[i]);
		enum tp_level level = consents_level(supervisor->consents, uid, &target, NULL);

		if (level > highest)
			highest = level;
	}
	return highest;
}

static int tell_kernel(struct supervisor *supervisor, uint32_t uid, struct error *error)
{
	uint32_t i;
	int ret;

	for (i = 0; i < supervisor->target_count; i++) {
		struct consent_target target = target_consent(supervisor, &supervisor->targets[i]);
		enum tp_level level = consents_level(supervisor->consents, uid, &target, NULL);

		ret = capture_consent(supervisor->capture, uid, i + 1, level, error);
		if (ret)
			return ret;
	}
	return 0;
}

static void tell_collector(struct supervisor *supervisor, uint32_t uid)
{
	struct message message = { .kind = MESSAGE_CONSENTED,
				   .uid = uid,
				   .number = consent_highest(supervisor, uid) };

	collector_send(supervisor, &message);
}

int consent_apply(struct supervisor *supervisor, uint32_t uid, struct error *error)
{
	int ret;

	if (consent_highest(supervisor, uid) != TP_LEVEL_OFF)
		tell_collector(supervisor, uid); /* before its first record */
	ret = tell_kernel(supervisor, uid, error);
	if (!ret)
		ret = capture_barrier(supervisor->capture, error);
	if (ret)
		return ret;
	collector_drain(supervisor);
	tell_collector(supervisor, uid);
	return 0;
}

static int apply_one(uint32_t uid, void *data)
{
	struct supervisor *supervisor = data;
	struct error error = { 0 };

	tell_collector(supervisor, uid);
	if (tell_kernel(supervisor, uid, &error))
		fprintf(stderr, "telprobe: %s\n", error.what);
	return 0;
}

static bool has_opt_out(const struct supervisor *supervisor)
{
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		if (supervisor->targets[i].config &&
		    supervisor->targets[i].config->policy == CONSENT_OPT_OUT)
			return true;
	return false;
}

void consent_apply_all(struct supervisor *supervisor)
{
	struct passwd *account;

	/* on for people who never decided; off again when the policy is another one */
	if (has_opt_out(supervisor) || supervisor->had_opt_out) {
		setpwent();
		while ((account = getpwent()))
			apply_one(account->pw_uid, supervisor);
		endpwent();
		supervisor->had_opt_out = has_opt_out(supervisor);
	}
	consents_each_uid(supervisor->consents, apply_one, supervisor);
}
