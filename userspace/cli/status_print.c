/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/status_print.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/retention.h"
#include "lib/clock.h"
#include "privacy/categories.h"
#include "report/json.h"
#include "report/text.h"

/* Rounded down: 100 % is said of nothing less. */
static void format_share(double share, char out[16])
{
	snprintf(out, 16, "%.2f %%", (double)(int64_t)(share * 10000) / 100);
}

static void print_database(const struct status_report *report)
{
	char size[24], first[CLOCK_TEXT];

	if (!report->has_totals) {
		printf("%-14s not known: ", "database");
		text_print(report->totals_problem, stdout);
		putchar('\n');
		return;
	}
	text_bytes((double)report->totals.file_bytes, size);
	printf("%-14s %s, %" PRId64 " event%s in %" PRId64 " session%s", "database", size,
	       report->totals.events, text_s(report->totals.events), report->totals.sessions,
	       text_s(report->totals.sessions));
	if (report->is_of_all && report->totals.people)
		printf(" of %" PRIu32 " %s", report->totals.people,
		       report->totals.people == 1 ? "person" : "people");
	if (report->totals.events) {
		clock_format(report->totals.first_us, first);
		printf(", back to %s", first);
	}
	putchar('\n');
	if (report->totals.aggregated)
		printf("%-14s   %" PRId64 " span%s in totals by day: level basic, or sampled\n", "",
		       report->totals.aggregated, text_s(report->totals.aggregated));
}

/* By retention; what a person deleted himself is not told. */
static void print_removed(const struct control_totals *totals)
{
	char until[CLOCK_TEXT];

	if (!totals->removed_events)
		return;
	clock_format(totals->removed_until_us, until);
	printf("%-14s %" PRId64 " event%s age or the size, up to %s\n", "removed",
	       totals->removed_events, totals->removed_events == 1 ? " for its" : "s for their",
	       until);
}

/* Each reason that occurred: how often, or for others than root that it did. */
static void print_reasons(const struct control_status *status)
{
	int i;

	for (i = 0; i < TP_COUNTERS; i++) {
		if (!status_is_reason(i) || !status->count[i] || i == TP_COUNT_DROPPED_RING_FULL ||
		    i == TP_COUNT_REFUSED_CONSENT) /* these two have lines of their own */
			continue;
		if (getuid())
			printf("%-14s   some %s\n", "", status_loss_text(i));
		else
			printf("%-14s   %" PRIu64 " %s\n", "", status->count[i],
			       status_loss_text(i));
	}
	for (i = 0; i < LOSSES; i++) {
		if (status->loss[i] && getuid())
			printf("%-14s   some %s\n", "", loss_text((enum loss)i));
		else if (status->loss[i])
			printf("%-14s   %" PRIu64 " %s\n", "", status->loss[i],
			       loss_text((enum loss)i));
	}
	if (status->names_other && getuid())
		printf("%-14s   some %s\n", "", kept_other_text());
	else if (status->names_other)
		printf("%-14s   %" PRIu64 " %s\n", "", status->names_other, kept_other_text());
}

/* Others than root are told whether, not how many: the sums are over all people. */
static void print_losses(const struct control_status *status)
{
	if (!status->lost && !status->ring_full) {
		printf("%-14s yes: no event is known to be lost since the start\n", "complete");
		return;
	}
	printf("%-14s no: since the start%s%s%s; root's 'telprobe status' tells how many\n",
	       "complete", status->ring_full ? " some found the buffer full (ring_mb)" : "",
	       status->ring_full && status->lost ? "," : "",
	       status->lost ? " some could not be stored" : "");
}

static void print_counts(const struct control_status *status)
{
	char share[16];

	format_share(status_completeness(status), share);
	printf("%-14s %s of %" PRIu64 " events since the start", "complete", share, status->events);
	if (status->ring_full)
		printf("; %" PRIu64 " found the buffer full (ring_mb)", status->ring_full);
	if (status->lost)
		printf("; %" PRIu64 " could not be stored", status->lost);
	putchar('\n');
	if (status->refused_consent)
		printf("%-14s %" PRIu64 " hits of people who have not said yes\n", "refused",
		       status->refused_consent);
}

static const char *const role_names[COST_ROLES] = {
	[COST_SUPERVISOR] = "supervisor",
	[COST_COLLECTOR] = "collector",
	[COST_API] = "api",
	[COST_HELPERS] = "helpers",
};

static void print_roles(const struct control_status *status)
{
	char cpu[24], memory[24];
	int i;

	for (i = 0; i < COST_ROLES; i++) {
		text_duration((double)status->role_cpu_us[i] * 1e3, cpu);
		text_bytes((double)status->role_memory_bytes[i], memory);
		if (!(status->memory_unknown >> i & 1))
			printf("%-14s   %s: %s, %s\n", "", role_names[i], cpu, memory);
		else
			printf("%-14s   %s: %s, memory not known\n", "", role_names[i], cpu);
	}
}

static void print_cost(const struct control_status *status)
{
	const char *at_most = getuid() ? "at most " : "";
	char ring[24], kernel[24];
	double uptime_us = status->uptime_s ? (double)status->uptime_s * 1e6 : 1e6;
	char memory[24], cpu[24], uptime[24];

	text_bytes((double)status->own_memory_bytes, memory);
	text_duration((double)status->own_cpu_us * 1e3, cpu);
	text_duration((double)status->uptime_s * 1e9, uptime);
	text_bytes((double)status->ring_bytes, ring);
	text_bytes((double)status->kernel_bytes, kernel);
	printf("%-14s %s%s of processor time in %s (%.2f %%), %s of memory%s\n", "own cost",
	       at_most, cpu, uptime, 100 * (double)status->own_cpu_us / uptime_us, memory,
	       status->memory_unknown ? ", and some that is not known" : "");
	printf("%-14s beside it %s%s of the event buffer, %s of kernel memory\n", "", at_most, ring,
	       kernel);
	if (!getuid())
		print_roles(status);
}

static const char *problem_of(const struct control_target *target)
{
	return target->problem;
}

/* Of which spans not each is an event. */
static const char *sampling_of(const struct control_target *target)
{
	return target->sampling;
}

/* @text: of a target; those that have none are left out */
static void print_texts(const char *heading, const struct status_report *report,
			const char *(*text)(const struct control_target *target))
{
	const struct control_target *target;
	size_t i;

	for (i = 0; i < report->targets.count; i++) {
		target = &report->targets.items[i];
		if (!text(target)[0])
			continue;
		printf("%-14s %s: ", heading, target->name);
		text_print(text(target), stdout);
		putchar('\n');
	}
}

static void print_problems(const struct control_status *status)
{
	if (status->role_restarts)
		printf("%-14s %" PRIu32 " times a process of the service had to be started again\n",
		       "restarts", status->role_restarts);
	printf("%-14s ", "problems");
	if (!status->problems && !status->problem[0]) {
		puts("none");
		return;
	}
	printf("%s%" PRIu32 "%s: ", text_style(stdout, TEXT_BAD), status->problems,
	       text_style(stdout, TEXT_PLAIN));
	text_print(status->problem, stdout);
	puts(status->problems > 1 ? " ('telprobe targets' and 'telprobe config check' tell more)"
				  : "");
}

/* A yes that ends by itself. */
static void print_until(const struct status_report *report)
{
	const struct control_target *target;
	const int64_t until_us = status_until(report, &target);
	char until[CLOCK_TEXT];

	if (!until_us)
		return;
	clock_format(until_us, until);
	printf("%-14s %s%s%s: then off, and what it collected is deleted\n", "until", until,
	       target ? " for " : "", target ? target->name : "");
}

static void print_on(const struct status_report *report)
{
	const char *which = status_which(report);

	printf("%-14s %s%s%s: %s", "on for you",
	       text_style(stdout, status_is_on(report) ? TEXT_GOOD : TEXT_HEADING),
	       status_is_on(report) ? "yes" : "no", text_style(stdout, TEXT_PLAIN),
	       status_why(report));
	if (which)
		printf(" (%s)", which);
	putchar('\n');
	print_until(report);
}

/* What is left out of targets that are on, by oneself or the administrator. */
static void print_left_out(const struct status_report *report)
{
	char without[CATEGORIES_TEXT];

	if (categories_format(status_left_out(report), without))
		printf("%-14s %s; 'telprobe level' tells of which targets\n", "without", without);
}

static void print_selftest(const struct control_status *status)
{
	char when[CLOCK_TEXT];

	if (!status->selftest_us)
		return;
	clock_format(status->selftest_us, when);
	printf("%-14s %s at %s\n", "selftest",
	       status->state == CONTROL_SUSPENDED ? "something got through" : "nothing got through",
	       when);
}

void status_print(const struct status_report *report)
{
	const struct control_status *status = &report->status;
	const struct control_target *capped = status_capped(report);
	const char *silence = status_silenced_by();
	size_t on = 0, i;

	for (i = 0; i < report->targets.count; i++)
		on += report->targets.items[i].level != TP_LEVEL_OFF;
	print_on(report);
	if (silence && status_is_on(report))
		printf("%-14s what you start from here is silent: %s is set\n", "but", silence);
	printf("%-14s %s", "level", consent_level_name((enum tp_level)status->level));
	if (capped)
		printf(" (of %s the administrator allows no more than %s)", capped->name,
		       consent_level_name((enum tp_level)capped->level_max));
	putchar('\n');
	print_left_out(report);
	printf("%-14s %zu, of them %zu on for you, %" PRIu32 " attached\n", "targets",
	       report->targets.count, on, status->targets);
	print_texts("sampling", report, sampling_of);
	if (getuid())
		print_losses(status);
	else
		print_counts(status);
	print_reasons(status);
	print_database(report);
	if (report->has_totals)
		print_removed(&report->totals);
	if (report->has_retention)
		retention_print(&report->retention);
	print_cost(status);
	print_selftest(status);
	print_problems(status);
	print_texts("                ", report, problem_of);
	if (!status_is_on(report) && status->state == CONTROL_ON && !status->has_decided)
		puts("\n'telprobe enable' tells what would be collected, and asks.");
}

static bool add_until(cJSON *json, const struct status_report *report)
{
	const struct control_target *target;

	return json_add_time(json, "until", status_until(report, &target));
}

static bool add_totals(cJSON *json, const struct status_report *report)
{
	cJSON *database = cJSON_CreateObject();
	const struct control_totals *totals = &report->totals;
	char first[CLOCK_TEXT] = "", last[CLOCK_TEXT] = "";

	if (!cJSON_AddItemToObject(json, "database", database)) {
		cJSON_Delete(database);
		return false;
	}
	if (!report->has_totals)
		return json_add_text(database, "problem", report->totals_problem);
	if (totals->events) {
		clock_format(totals->first_us, first);
		clock_format(totals->last_us, last);
	}
	if (report->is_of_all && !json_add_number(database, "people", totals->people))
		return false;
	return json_add_number(database, "events", (double)totals->events) &&
	       json_add_number(database, "sessions", (double)totals->sessions) &&
	       json_add_number(database, "aggregated", (double)totals->aggregated) &&
	       json_add_number(database, "bytes", (double)totals->file_bytes) &&
	       json_add_number(database, "removed_events", (double)totals->removed_events) &&
	       json_add_text(database, "first", first) && json_add_text(database, "last", last);
}

static bool add_reason(cJSON *reasons, const char *name, uint64_t count)
{
	return getuid() ? cJSON_AddTrueToObject(reasons, name) != NULL
			: json_add_number(reasons, name, (double)count);
}

/* Numbers for root, true for others. */
static bool add_reasons(cJSON *json, const struct control_status *status)
{
	cJSON *reasons = cJSON_AddObjectToObject(json, "reasons");
	bool is_added = reasons != NULL;
	int i;

	for (i = 0; i < TP_COUNTERS && is_added; i++) {
		if (!status_is_reason(i) || !status->count[i])
			continue;
		is_added = add_reason(reasons, status_loss_name(i), status->count[i]);
	}
	for (i = 0; i < LOSSES && is_added; i++)
		if (status->loss[i])
			is_added = add_reason(reasons, loss_name((enum loss)i), status->loss[i]);
	if (status->names_other && is_added)
		is_added = add_reason(reasons, kept_other_name(), status->names_other);
	return is_added;
}

/* A sum that lacks something is none. */
static bool add_memory(cJSON *json, const char *name, uint64_t bytes, bool is_unknown)
{
	return is_unknown ? cJSON_AddNullToObject(json, name) != NULL
			  : json_add_number(json, name, (double)bytes);
}

static bool add_roles(cJSON *json, const struct control_status *status)
{
	cJSON *roles = cJSON_AddObjectToObject(json, "roles"), *role;
	bool is_added = roles != NULL;
	int i;

	for (i = 0; i < COST_ROLES && is_added; i++) {
		role = cJSON_AddObjectToObject(roles, role_names[i]);
		is_added = json_add_number(role, "cpu_us", (double)status->role_cpu_us[i]) &&
			   add_memory(role, "memory_bytes", status->role_memory_bytes[i],
				      status->memory_unknown >> i & 1);
	}
	return is_added;
}

static bool add_cost(cJSON *json, const struct control_status *status)
{
	return json_add_number(json, "own_cpu_us", (double)status->own_cpu_us) &&
	       add_memory(json, "own_memory_bytes", status->own_memory_bytes,
			  status->memory_unknown) &&
	       json_add_number(json, "ring_bytes", (double)status->ring_bytes) &&
	       json_add_number(json, "kernel_bytes", (double)status->kernel_bytes) &&
	       (getuid() || add_roles(json, status));
}

/* @text: of a target; those that have none are left out */
static bool add_texts(cJSON *json, const char *name, const struct status_report *report,
		      const char *(*text)(const struct control_target *target))
{
	cJSON *texts = cJSON_AddObjectToObject(json, name);
	bool is_added = texts != NULL;
	size_t i;

	for (i = 0; i < report->targets.count && is_added; i++)
		if (text(&report->targets.items[i])[0])
			is_added = json_add_text(texts, report->targets.items[i].name,
						 text(&report->targets.items[i]));
	return is_added;
}

static bool add_sums(cJSON *json, const struct control_status *status)
{
	return json_add_number(json, "completeness", status_completeness(status)) &&
	       json_add_number(json, "events", (double)status->events) &&
	       json_add_number(json, "stored", (double)status->stored) &&
	       json_add_number(json, "lost", (double)status->lost) &&
	       json_add_number(json, "ring_full", (double)status->ring_full) &&
	       json_add_number(json, "refused_consent", (double)status->refused_consent);
}

static bool add_counts(cJSON *json, const struct control_status *status)
{
	bool is_complete = !status->lost && !status->ring_full;

	return cJSON_AddBoolToObject(json, "is_complete", is_complete) &&
	       (getuid() || add_sums(json, status)) &&
	       json_add_number(json, "uptime_s", status->uptime_s) && add_reasons(json, status) &&
	       add_cost(json, status) &&
	       json_add_number(json, "role_restarts", status->role_restarts) &&
	       json_add_number(json, "problems", status->problems) &&
	       json_add_text(json, "problem", status->problem);
}

cJSON *status_json(const struct status_report *report)
{
	const struct control_status *status = &report->status;
	cJSON *json = cJSON_CreateObject();
	char without[CATEGORIES_TEXT];

	return json_whole(
		json,
		cJSON_AddBoolToObject(json, "is_on", status_is_on(report)) &&
			json_add_text(json, "reason", status_why(report)) &&
			json_add_text(json, "level",
				      consent_level_name((enum tp_level)status->level)) &&
			json_add_text(json, "without",
				      categories_format(status_left_out(report), without)) &&
			add_until(json, report) &&
			json_add_text(json, "silenced_by", status_silenced_by()) &&
			cJSON_AddBoolToObject(json, "has_decided", status->has_decided != 0) &&
			cJSON_AddBoolToObject(json, "is_enabled", status->state != CONTROL_OFF) &&
			cJSON_AddBoolToObject(json, "is_suspended",
					      status->state == CONTROL_SUSPENDED) &&
			json_add_time(json, "selftest", status->selftest_us) &&
			json_add_number(json, "targets", (double)report->targets.count) &&
			json_add_number(json, "targets_attached", status->targets) &&
			add_counts(json, status) &&
			add_texts(json, "sampling", report, sampling_of) &&
			add_texts(json, "target_problems", report, problem_of) &&
			add_totals(json, report) &&
			(!report->has_retention || retention_json(json, &report->retention)));
}
