/* SPDX-License-Identifier: GPL-2.0-only */
/* cmd_status.c - `telprobe status`: is it on for me now, why, what does it cost, what is wrong. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/service_call.h"
#include "lib/clock.h"
#include "report/text.h"

struct report {
	struct control_status status;
	struct control_totals totals;
	bool has_totals;
	char totals_problem[CONTROL_TEXT];
	struct service_targets targets;
};

/* Why the programs this shell starts are silent, whoever agreed to what; NULL: they are not. */
static const char *silenced_by(void)
{
	const char *track = getenv("DO_NOT_TRACK"), *enabled = getenv("TELPROBE_ENABLED");

	if (track && *track && strcmp(track, "0") != 0)
		return "DO_NOT_TRACK";
	if (enabled && (!strcmp(enabled, "0") || !strcmp(enabled, "false")))
		return "TELPROBE_ENABLED";
	return NULL;
}

/* The target that is on at the highest level, else the first: its reason speaks for all. */
static const struct control_target *foremost(const struct report *report)
{
	const struct control_target *best = NULL;
	size_t i;

	for (i = 0; i < report->targets.count; i++)
		if (!best || report->targets.items[i].level > best->level)
			best = &report->targets.items[i];
	return best;
}

static const char *why(const struct report *report)
{
	const struct control_target *target = foremost(report);

	if (!report->status.is_enabled)
		return "the administrator switched telprobe off on this machine";
	if (!target)
		return "the administrator has not set up any target";
	return consent_reason_text((enum consent_reason)target->reason);
}

static bool is_on(const struct report *report)
{
	return report->status.is_enabled && report->status.level != TP_LEVEL_OFF;
}

/* Of what the kernel side saw since the start, the share that is not known to be lost. */
static double completeness(const struct control_status *status)
{
	uint64_t lost = status->lost + status->ring_full;

	if (!status->events)
		return 1;
	return lost >= status->events ? 0 : 1 - (double)lost / (double)status->events;
}

/* Rounded down: 100 % is said of nothing less. */
static void format_share(double share, char out[16])
{
	snprintf(out, 16, "%.2f %%", (double)(int64_t)(share * 10000) / 100);
}

static void print_database(const struct report *report)
{
	char size[24], first[CLOCK_TEXT];

	if (!report->has_totals) {
		printf("%-14s not known: ", "database");
		text_print(report->totals_problem, stdout);
		putchar('\n');
		return;
	}
	text_bytes((double)report->totals.file_bytes, size);
	printf("%-14s %s, %" PRId64 " events in %" PRId64 " sessions", "database", size,
	       report->totals.events, report->totals.sessions);
	if (report->totals.events) {
		clock_format(report->totals.first_us, first);
		printf(", back to %s", first);
	}
	putchar('\n');
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

	format_share(completeness(status), share);
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

static void print_cost(const struct control_status *status)
{
	double uptime_us = status->uptime_s ? (double)status->uptime_s * 1e6 : 1e6;
	char memory[24], cpu[24], uptime[24];

	text_bytes((double)status->own_memory_bytes, memory);
	text_duration((double)status->own_cpu_us * 1e3, cpu);
	text_duration((double)status->uptime_s * 1e9, uptime);
	printf("%-14s %s of processor time in %s (%.2f %%), %s of memory\n", "own cost", cpu,
	       uptime, 100 * (double)status->own_cpu_us / uptime_us, memory);
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

static void print_text(const struct report *report)
{
	const struct control_status *status = &report->status;
	const char *silence = silenced_by();
	size_t on = 0, i;

	for (i = 0; i < report->targets.count; i++)
		on += report->targets.items[i].level != TP_LEVEL_OFF;
	printf("%-14s %s%s%s: %s\n", "on for you",
	       text_style(stdout, is_on(report) ? TEXT_GOOD : TEXT_HEADING),
	       is_on(report) ? "yes" : "no", text_style(stdout, TEXT_PLAIN), why(report));
	if (silence && is_on(report))
		printf("%-14s what you start from here is silent: %s is set\n", "but", silence);
	printf("%-14s %s\n", "level", consent_level_name((enum tp_level)status->level));
	printf("%-14s %zu, of them %zu on for you, %" PRIu32 " attached\n", "targets",
	       report->targets.count, on, status->targets);
	if (getuid())
		print_losses(status);
	else
		print_counts(status);
	print_database(report);
	print_cost(status);
	print_problems(status);
	if (!is_on(report) && status->is_enabled && !status->has_decided)
		puts("\n'telprobe enable' tells what would be collected, and asks.");
}

static bool add_number(cJSON *json, const char *name, double number)
{
	return cJSON_AddNumberToObject(json, name, number) != NULL;
}

static bool add_text(cJSON *json, const char *name, const char *text)
{
	if (text && *text)
		return cJSON_AddStringToObject(json, name, text) != NULL;
	return cJSON_AddNullToObject(json, name) != NULL;
}

static bool add_totals(cJSON *json, const struct report *report)
{
	cJSON *database = cJSON_CreateObject();
	const struct control_totals *totals = &report->totals;
	char first[CLOCK_TEXT] = "", last[CLOCK_TEXT] = "";

	if (!cJSON_AddItemToObject(json, "database", database)) {
		cJSON_Delete(database);
		return false;
	}
	if (!report->has_totals)
		return add_text(database, "problem", report->totals_problem);
	if (totals->events) {
		clock_format(totals->first_us, first);
		clock_format(totals->last_us, last);
	}
	return add_number(database, "events", (double)totals->events) &&
	       add_number(database, "sessions", (double)totals->sessions) &&
	       add_number(database, "bytes", (double)totals->file_bytes) &&
	       add_text(database, "first", first) && add_text(database, "last", last);
}

static bool add_sums(cJSON *json, const struct control_status *status)
{
	return add_number(json, "completeness", completeness(status)) &&
	       add_number(json, "events", (double)status->events) &&
	       add_number(json, "stored", (double)status->stored) &&
	       add_number(json, "lost", (double)status->lost) &&
	       add_number(json, "ring_full", (double)status->ring_full) &&
	       add_number(json, "refused_consent", (double)status->refused_consent);
}

static bool add_counts(cJSON *json, const struct control_status *status)
{
	bool is_complete = !status->lost && !status->ring_full;

	return cJSON_AddBoolToObject(json, "is_complete", is_complete) &&
	       (getuid() || add_sums(json, status)) &&
	       add_number(json, "uptime_s", status->uptime_s) &&
	       add_number(json, "own_cpu_us", (double)status->own_cpu_us) &&
	       add_number(json, "own_memory_bytes", (double)status->own_memory_bytes) &&
	       add_number(json, "role_restarts", status->role_restarts) &&
	       add_number(json, "problems", status->problems) &&
	       add_text(json, "problem", status->problem);
}

static int print_json(const struct report *report)
{
	const struct control_status *status = &report->status;
	cJSON *json = cJSON_CreateObject();

	if (cJSON_AddBoolToObject(json, "is_on", is_on(report)) &&
	    add_text(json, "reason", why(report)) &&
	    add_text(json, "level", consent_level_name((enum tp_level)status->level)) &&
	    add_text(json, "silenced_by", silenced_by()) &&
	    cJSON_AddBoolToObject(json, "has_decided", status->has_decided != 0) &&
	    cJSON_AddBoolToObject(json, "is_enabled", status->is_enabled != 0) &&
	    add_number(json, "targets", (double)report->targets.count) &&
	    add_number(json, "targets_attached", status->targets) && add_counts(json, status) &&
	    add_totals(json, report))
		return json_print(json, stdout);
	cJSON_Delete(json);
	return -ENOMEM;
}

static int collect(struct report *report, struct error *error)
{
	struct error problem = { 0 };
	struct client *client;
	int ret;

	ret = service_open(&client, error);
	if (ret)
		return ret;
	ret = service_status(client, &report->status, error);
	if (!ret)
		ret = service_targets(client, &report->targets, error);
	if (!ret) { /* another role's: the rest is told without it */
		report->has_totals = !service_totals(client, &report->totals, &problem);
		snprintf(report->totals_problem, sizeof(report->totals_problem), "%s",
			 problem.what);
	}
	client_close(client);
	return ret;
}

static int run(struct cli *cli)
{
	struct report report = { 0 };
	struct error error;
	int ret;

	ret = collect(&report, &error);
	if (!ret && cli_flag(cli, "json")) {
		if (print_json(&report))
			ret = error_set(&error, -ENOMEM, "out of memory");
	} else if (!ret) {
		print_text(&report);
	}
	service_targets_clear(&report.targets);
	return ret ? cli_fail(cli, &error) : CLI_DONE;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, { 0 } };

static const struct cli_example examples[] = {
	{ .command = "telprobe status",
	  .what = "is it on for me, and is anything wrong",
	  .needs = CLI_NEEDS_SERVICE },
	{ .command = "telprobe status --json",
	  .what = "the same for a program",
	  .needs = CLI_NEEDS_SERVICE },
	{ 0 },
};

const struct cli_command status_command = {
	.name = "status",
	.summary = "is it on for me now, and why; what it keeps, costs and lacks",
	.synopsis = "[--json]",
	.description = "Exit status 1 when no service runs: then nothing is collected.",
	.options = options,
	.examples = examples,
	.run = run,
};
