/* SPDX-License-Identifier: GPL-2.0-only */
#include <pwd.h>
#include <stdio.h>

#include "service/sampling.h"
#include "service/supervisor.h"

enum { ACCOUNTS_MAX = 1 << 16 }; /* as many have room in the kernel's map, one target each */

static bool has_account(const struct supervisor *supervisor, uint32_t uid)
{
	const uint32_t *is_listed = table_find(&supervisor->accounts, &uid);

	return is_listed && *is_listed;
}

enum tp_level person_level(const struct supervisor *supervisor, uint32_t uid,
			   const struct consent_target *target, enum consent_reason *out_reason)
{
	enum consent_reason reason;
	enum tp_level level = consents_level(supervisor->consents, uid, target, &reason);

	if (reason == CONSENT_BY_POLICY && !has_account(supervisor, uid)) {
		level = TP_LEVEL_OFF;
		reason = CONSENT_NEVER_ASKED;
	}
	if (out_reason)
		*out_reason = reason;
	return level;
}

enum tp_level consent_highest(const struct supervisor *supervisor, uint32_t uid)
{
	enum tp_level highest = TP_LEVEL_OFF;
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++) {
		struct consent_target target = target_consent(supervisor, &supervisor->targets[i]);
		enum tp_level level = person_level(supervisor, uid, &target, NULL);

		if (level > highest)
			highest = level;
	}
	return highest;
}

static int tell_kernel(struct supervisor *supervisor, uint32_t uid, struct error *error)
{
	int ret = 0, failed;
	uint32_t i;

	for (i = 0; i < supervisor->target_count;
	     i++) { /* one that fails does not keep the others */
		struct consent_target target = target_consent(supervisor, &supervisor->targets[i]);
		const struct consent_end *end = consents_end(supervisor->consents, uid, &target);
		const struct tp_consent agreed = {
			.level = person_level(supervisor, uid, &target, NULL),
			.without = consents_without(supervisor->consents, uid, &target),
			.until_ns = end ? (uint64_t)end->ends_us * 1000 : 0,
		};

		failed = capture_consent(supervisor->capture, uid, i + 1, &agreed,
					 ret ? NULL : error);
		ret = ret ? ret : failed;
	}
	return ret;
}

/* Of which targets nothing of @category is derived for @uid. */
static void tell_without(struct supervisor *supervisor, uint32_t uid, enum tp_category category)
{
	struct message message = { .kind = MESSAGE_WITHOUT, .uid = uid, .place = category };
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++) {
		const struct supervised_target *target = &supervisor->targets[i];
		struct consent_target consent = target_consent(supervisor, target);
		bool is_hidden = category == TP_CATEGORY_ERRORS &&
				 sampling_thins(target->config, TP_KIND_COMMAND);

		if (is_hidden || consents_without(supervisor->consents, uid, &consent) & category)
			message.marked[i / 8] |= (uint8_t)(1 << i % 8);
	}
	collector_send(supervisor, &message, -1);
}

void consent_tell_collector(struct supervisor *supervisor, uint32_t uid)
{
	struct message message = { .kind = MESSAGE_CONSENTED,
				   .uid = uid,
				   .number = consent_highest(supervisor, uid) };
	uint32_t i;

	for (i = 0; i < supervisor->target_count; i++)
		if (consents_is_marked(supervisor->consents, uid, supervisor->targets[i].name))
			message.marked[i / 8] |= (uint8_t)(1 << i % 8);
	collector_send(supervisor, &message, -1);
	tell_without(supervisor, uid, TP_CATEGORY_ERRORS);
	tell_without(supervisor, uid, TP_CATEGORY_LIFECYCLE);
}

int consent_apply(struct supervisor *supervisor, uint32_t uid, struct error *error)
{
	int ret, failed;

	if (consent_highest(supervisor, uid) != TP_LEVEL_OFF)
		consent_tell_collector(supervisor, uid); /* before its first record */
	ret = tell_kernel(supervisor, uid, error);
	failed = capture_barrier(supervisor->capture, ret ? NULL : error);
	collector_drain(supervisor);
	consent_tell_collector(supervisor,
			       uid); /* a no also where the kernel side could not be told */
	return ret ? ret : failed;
}

static int tell_kernel_of(uint32_t uid, void *data)
{
	struct supervisor *supervisor = data;
	struct error error = { 0 };

	if (consent_highest(supervisor, uid) != TP_LEVEL_OFF)
		consent_tell_collector(supervisor, uid);
	if (tell_kernel(supervisor, uid, &error))
		fprintf(stderr, "telprobe: %s\n", error.what);
	return 0;
}

static int tell_collector_of(uint32_t uid, void *data)
{
	consent_tell_collector(data, uid);
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

/* Who has an account only counts where a policy is on for people who never decided, or was. One that
 * is gone stays known: what the policy gave it is to be taken back. */
static void list_accounts(struct supervisor *supervisor)
{
	const struct passwd *account;
	size_t position = 0;
	uint32_t *is_listed;

	while ((is_listed = table_next(&supervisor->accounts, &position, NULL)))
		*is_listed = false;
	if (!has_opt_out(supervisor))
		return;
	setpwent();
	while ((account = getpwent())) {
		const uint32_t uid = account->pw_uid;

		is_listed = table_add(&supervisor->accounts, &uid);
		if (is_listed)
			*is_listed = true;
	}
	endpwent();
}

static void each_person(struct supervisor *supervisor, int (*tell)(uint32_t uid, void *data))
{
	size_t position = 0;
	const void *uid;

	while (table_next(&supervisor->accounts, &position, &uid))
		tell(*(const uint32_t *)uid, supervisor);
	consents_each_uid(supervisor->consents, tell, supervisor);
}

void consent_introduce(struct supervisor *supervisor)
{
	each_person(supervisor, tell_collector_of);
	ending_introduce(supervisor);
}

void consent_begin(struct supervisor *supervisor)
{
	table_init(&supervisor->accounts, sizeof(uint32_t), sizeof(uint32_t), ACCOUNTS_MAX);
	list_accounts(supervisor);
	each_person(supervisor, tell_kernel_of);
}

/* What is in the ring was agreed to when it was recorded: it is stored before the collector hears of
 * a no. */
void consent_apply_all(struct supervisor *supervisor)
{
	struct error error = { 0 };

	list_accounts(supervisor);
	each_person(supervisor, tell_kernel_of);
	if (capture_barrier(supervisor->capture, &error))
		fprintf(stderr, "telprobe: %s\n", error.what);
	collector_drain(supervisor);
	each_person(supervisor, tell_collector_of);
}
