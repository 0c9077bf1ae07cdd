/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/status_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Why the programs this shell starts are silent, whoever agreed to what; NULL: they are not. */
const char *status_silenced_by(void)
{
	const char *track = getenv("DO_NOT_TRACK"), *enabled = getenv("TELPROBE_ENABLED");

	if (track && *track && strcmp(track, "0") != 0)
		return "DO_NOT_TRACK";
	if (enabled && (!strcmp(enabled, "0") || !strcmp(enabled, "false")))
		return "TELPROBE_ENABLED";
	return NULL;
}

/* The target that is on at the highest level, else the first: its reason speaks for all. */
static const struct control_target *foremost(const struct status_report *report)
{
	const struct control_target *best = NULL;
	size_t i;

	for (i = 0; i < report->targets.count; i++)
		if (!best || report->targets.items[i].level > best->level)
			best = &report->targets.items[i];
	return best;
}

const char *status_which(const struct status_report *report)
{
	const struct control_target *target = foremost(report);

	if (!target || report->status.state != CONTROL_ON || report->targets.count < 2)
		return NULL;
	switch ((enum consent_reason)target->reason) {
	case CONSENT_SAID_YES_HERE:
	case CONSENT_SAID_NO_HERE:
		return target->name;
	default:
		return NULL;
	}
}

const char *status_why(const struct status_report *report)
{
	const struct control_target *target = foremost(report);

	if (report->status.state == CONTROL_OFF)
		return "the administrator switched telprobe off on this machine";
	if (report->status.state == CONTROL_SUSPENDED)
		return "a selftest found that what nobody may see gets through";
	if (!target)
		return "the administrator has not set up any target";
	return consent_reason_text((enum consent_reason)target->reason);
}

bool status_is_on(const struct status_report *report)
{
	return report->status.state == CONTROL_ON && report->status.level != TP_LEVEL_OFF;
}

int64_t status_until(const struct status_report *report, const struct control_target **out)
{
	const struct control_target *first = NULL, *target;
	size_t i, ending = 0;

	for (i = 0; i < report->targets.count; i++) {
		target = &report->targets.items[i];
		ending += target->until_us != 0;
		if (target->until_us && (!first || target->until_us < first->until_us))
			first = target;
	}
	*out = ending < report->targets.count ? first : NULL;
	return first ? first->until_us : 0;
}

/* Of what the kernel side saw since the start, the share that is not known to be lost. */
double status_completeness(const struct control_status *status)
{
	uint64_t lost = status->lost + status->ring_full;

	if (!status->events)
		return 1;
	return lost >= status->events ? 0 : 1 - (double)lost / (double)status->events;
}

const struct control_target *status_capped(const struct status_report *report)
{
	const struct control_target *target;
	size_t i;

	for (i = 0; i < report->targets.count; i++) {
		target = &report->targets.items[i];
		if (target->level != TP_LEVEL_OFF && target->level == target->level_max &&
		    target->level_max < TP_LEVEL_FULL)
			return target;
	}
	return NULL;
}

uint8_t status_left_out(const struct status_report *report)
{
	uint32_t without = 0;
	size_t i;

	for (i = 0; i < report->targets.count; i++)
		if (report->targets.items[i].level != TP_LEVEL_OFF)
			without |= report->targets.items[i].without;
	return (uint8_t)without;
}

const char *status_loss_text(int counter)
{
	static const char *const texts[TP_COUNTERS] = {
#define TP_X(constant, name, text) [TP_COUNT_##constant] = text,
		TP_COUNTERS_TABLE(TP_X)
#undef TP_X
	};

	return texts[counter];
}

const char *status_loss_name(int counter)
{
	static const char *const names[TP_COUNTERS] = {
#define TP_X(constant, name, text) [TP_COUNT_##constant] = #name,
		TP_COUNTERS_TABLE(TP_X)
#undef TP_X
	};

	return names[counter];
}

bool status_is_reason(int counter)
{
	return counter != TP_COUNT_BEGINS && counter != TP_COUNT_ENDS &&
	       counter != TP_COUNT_CLOSED && counter != TP_COUNT_ABANDONED &&
	       counter != TP_COUNT_SINGLES && counter != TP_COUNT_AGGREGATED;
}

int status_collect(struct status_report *report, struct error *error)
{
	struct error problem = { 0 };
	struct client *client;
	int ret;

	report->is_of_all = !getuid();
	ret = service_open(&client, error);
	if (ret)
		return ret;
	ret = service_status(client, &report->status, error);
	if (!ret)
		ret = service_targets(client, &report->targets, error);
	if (!ret) { /* another role's: the rest is told without it */
		report->has_totals =
			!service_totals(client, report->is_of_all, &report->totals, &problem);
		snprintf(report->totals_problem, sizeof(report->totals_problem), "%s",
			 problem.what);
		report->has_retention =
			!service_retention(client, -1, &report->retention, &problem);
	}
	client_close(client);
	return ret;
}

void status_clear(struct status_report *report)
{
	service_targets_clear(&report->targets);
}
