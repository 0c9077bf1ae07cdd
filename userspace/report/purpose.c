/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/purpose.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* A row is a line, however long: it is read and merged as one. */
/* clang-format off */
static const struct purpose_kind kinds[] = {
	{ "command", "command_*", "a command: which one, how long it took, how it ended", "which commands you use, which fail and which are slow ('telprobe metrics')" },
	{ "tool", "tool_*", "a tool within a command", "which tools take the time or fail ('telprobe metrics', 'telprobe last')" },
	{ "step", "step_*", "a step of a command or tool", "which step takes the time or fails ('telprobe last')" },
	{ "call", "call_*", "a call to something outside, such as a backend", "whether a backend is slow or fails ('telprobe last')" },
	{ "conversation", "conversation_*", "a conversation, as the program defines it", "how long they are and how they end ('telprobe last')" },
	{ "phase", "phase_*", "a phase of the work", "where the time goes ('telprobe last')" },
	{ "heartbeat", "session_heartbeat", "that a program still runs whose session tells nothing else, every five minutes", "to tell a long run from one that was left" },
	{ "session", "session_*", "the borders a long-running program sets to its sessions", "how long and in which version it is used" },
	{ "process", "process_exited", "that a process ended, and how", "exit codes, and what a run costs" },
	{ "crash", "crash_detected", "that a process was ended by a fault of its own", "crashes the program itself could not report" },
	{ "crash_place", "crash_located", "where in the program's code a crash happened: files' build ids and offsets; no memory, no arguments", "which crashes are the same one, and where to look" },
	{ "tag", "tag", "a name the program gives to a span or session, such as its model", "to compare runs by what they ran with" },
	{ "count", "count", "a counter the program raises", "rates of caches, tokens and calls ('telprobe metrics')" },
	{ "measure", "measure", "a number the program measured, as a bucket", "how sizes, scores and times are distributed" },
	{ "error", "error_occurred", "an error the program met: its category and code, no message", "which errors occur, and how often ('telprobe metrics')" },
	{ "recovery", "error_recovered", "that the program got over an error; of one without markers, that a run succeeded after it had failed", "which errors do no harm ('telprobe metrics')" },
	{ "feature", "feature_*", "a feature that was used, found or switched off", "which features are worth their upkeep" },
	{ "help", "help_viewed", "that a program without markers was asked for its help, by --help", "what people look up" },
	{ "decision", "decision", "what was decided, such as a warning and its answer", "whether warnings and suggestions are of use" },
	{ "opt_out", "opted_out", "that the process asked for silence: its last event", "to tell silence from disuse" },
	{ "install", "install_*", "an installation and how it went", "which ways of installing fail" },
	{ "update", "update_*", "an update and how it went", "which updates fail, and how long they wait" },
	{ "uninstall", "uninstall", "that the program was removed", "how long it was kept" },
	{ "upgrade", "upgrade_*", "steps towards a paid tier", "whether anybody wants it" },
	{ "trial", "trial_*", "a trial that began or ended", "whether anybody wants it" },
	{ "lifecycle", "lifecycle", "an action of another name in the program's life", "as the program defines it" },
};

enum {
	SPAN = 1 << TP_SPAN,
	EXIT = 1 << TP_EXIT,
	TAG = 1 << TP_TAG,
	COUNT = 1 << TP_COUNT,
	MEASURE = 1 << TP_MEASURE,
	DECISION = 1 << TP_DECISION,
	LIFECYCLE = 1 << TP_LIFECYCLE,
	BEGIN = 1 << TP_SESSION_BEGIN,
};

#define EVENT PURPOSE_EVENT
#define FIELD PURPOSE_PAYLOAD
#define SUM   PURPOSE_TOTALS
#define SHOWN PURPOSE_SHOWN
#define SAID  PURPOSE_DECISION

static const struct purpose_field fields[] = {
	{ EVENT, "schema_version", 0, "1.0.0", NULL, "so that other programs read an export rightly" },
	{ EVENT, "event_id", 0, "0f8fad5b-d9cb-869f-a165-70867728950e", NULL, "so that an event imported twice counts once" },
	{ EVENT, "event_type", 0, "command_failed", NULL, "to choose events ('telprobe show --type')" },
	{ EVENT, "timestamp", 0, "2026-11-20T12:00:00.250Z", NULL, "order of events, periods, and when to remove them" },
	{ EVENT, "source.product", 0, "backup", NULL, "to tell programs apart ('telprobe show --app')" },
	{ EVENT, "source.version", 0, "2.1.0", NULL, "to see what a new version changed" },
	{ EVENT, "source.os", 0, "linux", NULL, "to tell platforms apart where exports are put together" },
	{ EVENT, "source.arch", 0, "x86_64", NULL, "to tell platforms apart where exports are put together" },
	{ EVENT, "source.runtime", 0, "python3.12", NULL, "to compare runs by what they ran with" },
	{ EVENT, "source.tier", 0, "free", NULL, "to compare runs by what they ran with" },
	{ EVENT, "session.id", 0, "9c41b7de03aa5512", NULL, "which events belong together; it says nothing about you" },
	{ EVENT, "session.sequence", 0, "7", NULL, "order of its events, and to notice that one of what was exported is missing" },
	{ EVENT, "session.started_at", 0, "2026-11-20T11:58:31.007Z", NULL, "how long a session took" },

	{ FIELD, "name", SPAN, "backup", NULL, "to tell commands, and their parts, apart in every table" },
	{ FIELD, "name", COUNT, "cache.hit", NULL, "to tell counters apart; those of cache. and tokens. make rates" },
	{ FIELD, "name", MEASURE, "file.size", NULL, "to tell measures apart" },
	{ FIELD, "subcommand", 0, "push", NULL, "to tell commands apart in every table" },
	{ FIELD, "profile", 0, "balanced", NULL, "which ways of working are used ('telprobe metrics')" },
	{ FIELD, "outcome", 0, "failed", NULL, "share of success ('telprobe metrics')" },
	{ FIELD, "ended_by", 0, "exit", NULL, "why it never reached its end" },
	{ FIELD, "duration_ms", SPAN, "250.1", NULL, "how slow it is: mean, p50, p95, p99 ('telprobe metrics')" },
	{ FIELD, "duration_ms", EXIT, "3350.2", NULL, "how long the process lived" },
	{ FIELD, "app", 0, "backup", NULL, "the name its sessions go by" },
	{ FIELD, "version", BEGIN, "2.1.0", NULL, "the version its sessions go by" },
	{ FIELD, "version", LIFECYCLE, "2.1.0", NULL, "which version it is about" },
	{ FIELD, "key", 0, "model", NULL, "what the tag is about" },
	{ FIELD, "value", TAG, "small", NULL, "to compare runs by it" },
	{ FIELD, "value", MEASURE, "4008.2", NULL, "about how much it was" },
	{ FIELD, "bucket_lower", 0, "3922.3", NULL, "how exact the value is" },
	{ FIELD, "bucket_upper", 0, "4096", NULL, "how exact the value is" },
	{ FIELD, "unit", 0, "bytes", NULL, "to read the value" },
	{ FIELD, "delta", 0, "1", NULL, "what the counter's sum is made of" },
	{ FIELD, "error_category", 0, "network", NULL, "which errors occur ('telprobe metrics')" },
	{ FIELD, "error_code", 0, "ETIMEDOUT", NULL, "which error it was, without its message" },
	{ FIELD, "severity", 0, "error", NULL, "which errors matter" },
	{ FIELD, "recoverable", 0, "false", NULL, "which errors matter" },
	{ FIELD, "attempts", 0, "3", NULL, "what it cost to get over the error" },
	{ FIELD, "feature", 0, "themes", NULL, "to tell features apart" },
	{ FIELD, "source", 0, "Help", NULL, "how features are found" },
	{ FIELD, "subject", 0, "rm", NULL, "to tell decisions apart" },
	{ FIELD, "level", 0, "high", NULL, "whether warnings go with the risk" },
	{ FIELD, "action", DECISION, "warned", NULL, "whether warnings and suggestions are of use" },
	{ FIELD, "action", LIFECYCLE, "install_completed", NULL, "what happened to the program" },
	{ FIELD, "category", DECISION, "delete", NULL, "what kind of decision it was" },
	{ FIELD, "category", LIFECYCLE, "network", NULL, "why it failed" },
	{ FIELD, "decision", 0, "30", NULL, "which answer belongs to which question" },
	{ FIELD, "waited_ms", 0, "5200.5", NULL, "how long people think about it" },
	{ FIELD, "method", 0, "curl", NULL, "which ways of installing are used" },
	{ FIELD, "other_version", 0, "2.0.0", NULL, "which updates are made" },
	{ FIELD, "number", 0, "3", NULL, "as the program defines it, such as days since the release" },
	{ FIELD, "forked", 0, "false", NULL, "to tell workers from runs" },
	{ FIELD, "started_by", 0, "bash", NULL, "to tell what people type from what scripts do" },
	{ FIELD, "exit_code", 0, "1", NULL, "how the process ended" },
	{ FIELD, "signal", 0, "SIGSEGV", NULL, "how the process ended" },
	{ FIELD, "group", 0, "1:9f3c02b1e77ad410", NULL, "how often the same crash happens, on all machines alike" },
	{ FIELD, "frames", 0, "3f2a91cb00d14e85aa17c2530be9f1d6478c2e90+0x1139", NULL, "to find the function, by who has the file" },
	{ FIELD, "cpu_ms", 0, "1.5", NULL, "what a run costs" },
	{ FIELD, "peak_rss_kib", 0, "3200", NULL, "what a run costs" },
	{ FIELD, "read_bytes", 0, "4096", NULL, "what a run costs" },
	{ FIELD, "written_bytes", 0, "8192", NULL, "what a run costs" },
	{ FIELD, "span", 0, "2", NULL, "what lies within it ('telprobe last')" },
	{ FIELD, "parent", 0, "1", NULL, "what it lies within ('telprobe last')" },
	{ FIELD, "process", 0, "3f2a91cb", NULL, "which events are of one run; it is no process id" },

	{ SUM, "day", 0, "2026-11-20", "day (UTC) the sum was read on", "periods, and when to remove it" },
	{ SUM, "product", 0, "backup", "base name of the program's file", "to tell programs apart" },
	{ SUM, "command", 0, "backup", "name of the command", "which commands you use ('telprobe metrics')" },
	{ SUM, "subcommand", 0, "push", "of the command", "which commands you use ('telprobe metrics')" },
	{ SUM, "profile", 0, "balanced", "of the command", "which ways of working are used ('telprobe metrics')" },
	{ SUM, "outcome", 0, "ok", "ok, failed, cancelled or abandoned", "share of success ('telprobe metrics')" },
	{ SUM, "error_category", 0, "network", "kind of error", "which errors occur ('telprobe metrics')" },
	{ SUM, "count", 0, "12", "how many there were of all these together", "how often ('telprobe metrics')" },
	{ SUM, "duration_ms", 0, "3004.5", "how long they took together", "mean ('telprobe metrics')" },
	{ SUM, "bucket", 0, "12", "how many fell into each bucket, 16 for each doubling", "p50, p95, p99 ('telprobe metrics')" },

	{ SHOWN, "what", 0, "backup push, failed: network", "the event's names and numbers in words", "a line that can be read" },
	{ SHOWN, "user", 0, "anna", "whose event it is, told to root alone; never exported", "for who looks after the machine" },

	{ SAID, "decided_at", 0, "2026-11-20T12:00:00.000Z", "when you decided, UTC", "to show that and when you agreed" },
	{ SAID, "target", 0, "backup", "program, or all of them", "what you agreed to" },
	{ SAID, "level", 0, "enhanced", "the one you chose; off is a no", "what you agreed to" },
	{ SAID, "without", 0, "errors,performance", "categories that a yes leaves out", "what you agreed to" },
	{ SAID, "until", 0, "2026-11-20T13:00:00.000Z", "when a yes for a time ends, UTC", "to end it, and delete what it collected" },
	{ SAID, "text_version", 0, "3", "number of the text you were asked with", "to ask again when the text changes" },
	{ SAID, "state", 0, "holds", "whether it holds; worked out when it is shown", "what is in force" },
};
/* clang-format on */

enum {
	KINDS = sizeof(kinds) / sizeof(kinds[0]),
	FIELDS = sizeof(fields) / sizeof(fields[0]),
};

const struct purpose_kind *purpose_kinds_at(size_t index)
{
	return index < KINDS ? &kinds[index] : NULL;
}

const struct purpose_kind *purpose_kind_of(const char *event_type)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (!fnmatch(kinds[i].pattern, event_type, 0))
			return &kinds[i];
	return NULL;
}

const struct purpose_field *purpose_fields_at(size_t index)
{
	return index < FIELDS ? &fields[index] : NULL;
}

static const struct event_field *payload_field(const struct purpose_field *field)
{
	const struct event_field *found;
	size_t i;

	for (i = 0; (found = event_fields_at(i)); i++)
		if (!strcmp(found->name, field->name))
			return found;
	return NULL;
}

bool purpose_is_of(const struct purpose_field *field, const struct event_type *type)
{
	const struct event_field *found;

	if (field->part != PURPOSE_PAYLOAD || (field->types && !(field->types & 1u << type->type)))
		return false;
	found = payload_field(field);
	return found && event_field_is_of(found, type);
}

static const char *part_meaning(const char *name)
{
	const struct event_part *part;
	char whole[64];
	size_t i;

	for (i = 0; (part = event_parts_at(i)); i++) {
		snprintf(whole, sizeof(whole), "%s%s%s", part->object ? part->object : "",
			 part->object ? "." : "", part->key);
		if (!strcmp(whole, name))
			return part->meaning;
	}
	return NULL;
}

const char *purpose_meaning(const struct purpose_field *field)
{
	const struct event_field *found;

	if (field->meaning)
		return field->meaning;
	if (field->part == PURPOSE_EVENT)
		return part_meaning(field->name);
	found = payload_field(field);
	return found ? found->meaning : NULL;
}

static int payload_level(const struct purpose_field *field)
{
	const struct event_field *found = payload_field(field);
	int lowest = TP_LEVEL_FULL, level;
	struct event_type type;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++) {
		if (!purpose_is_of(field, &type))
			continue;
		level = event_field_level(found, &type);
		if (level < lowest)
			lowest = level;
	}
	return lowest;
}

int purpose_level(const struct purpose_field *field)
{
	switch (field->part) {
	case PURPOSE_PAYLOAD:
		return payload_level(field);
	case PURPOSE_TOTALS:
		return TP_LEVEL_BASIC;
	case PURPOSE_DECISION:
		return TP_LEVEL_OFF;
	default:
		return TP_LEVEL_ENHANCED;
	}
}

const char *purpose_part_name(enum purpose_part part)
{
	static const char *const names[PURPOSE_PARTS] = {
		[PURPOSE_EVENT] = "event",	 [PURPOSE_PAYLOAD] = "payload",
		[PURPOSE_TOTALS] = "totals",	 [PURPOSE_SHOWN] = "shown",
		[PURPOSE_DECISION] = "decision",
	};

	return names[part];
}
