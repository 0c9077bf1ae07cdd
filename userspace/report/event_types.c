/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/event_types.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "privacy/categories.h"

static const char *const span_types[TP_SPAN_KINDS][TP_OUTCOMES] = {
#define TYPES_OF(kind)                                                                            \
	{                                                                                         \
		[TP_OUTCOME_FAILED] = kind "_failed", [TP_OUTCOME_CANCELLED] = kind "_cancelled", \
		[TP_OUTCOME_ABANDONED] = kind "_abandoned", [TP_OUTCOME_OK] = kind "_completed"   \
	}
	[TP_KIND_COMMAND] = { "command_executed", "command_failed", "command_cancelled",
			      "command_abandoned" },
	[TP_KIND_TOOL] = TYPES_OF("tool"),
	[TP_KIND_STEP] = TYPES_OF("step"),
	[TP_KIND_CALL] = TYPES_OF("call"),
	[TP_KIND_CONVERSATION] = TYPES_OF("conversation"),
	[TP_KIND_PHASE] = TYPES_OF("phase"),
#undef TYPES_OF
};

/* Everything but spans. Lifecycle actions of these names are published as themselves. */
static const struct event_type other_types[] = {
	{ "session_started", TP_SESSION_BEGIN },
	{ "session_ended", TP_SESSION_END },
	{ "session_heartbeat", TP_HEARTBEAT },
	{ "process_exited", TP_EXIT },
	{ "crash_detected", TP_EXIT },
	{ "crash_located", TP_CRASH },
	{ "tag", TP_TAG },
	{ "count", TP_COUNT },
	{ "measure", TP_MEASURE },
	{ "error_occurred", TP_ERROR },
	{ "error_recovered", TP_RECOVERED },
	{ "feature_used", TP_FEATURE },
	{ "feature_discovered", TP_FEATURE },
	{ "feature_disabled", TP_FEATURE },
	{ "help_viewed", TP_FEATURE },
	{ "decision", TP_DECISION },
	{ "opted_out", TP_OPTED_OUT },
	{ "install_started", TP_LIFECYCLE },
	{ "install_completed", TP_LIFECYCLE },
	{ "install_failed", TP_LIFECYCLE },
	{ "update_available", TP_LIFECYCLE },
	{ "update_completed", TP_LIFECYCLE },
	{ "update_failed", TP_LIFECYCLE },
	{ "uninstall", TP_LIFECYCLE },
	{ "upgrade_prompt_shown", TP_LIFECYCLE },
	{ "upgrade_link_clicked", TP_LIFECYCLE },
	{ "upgrade_completed", TP_LIFECYCLE },
	{ "trial_started", TP_LIFECYCLE },
	{ "trial_ended", TP_LIFECYCLE },
	{ "lifecycle", TP_LIFECYCLE },
};

enum {
	SPAN = 1 << TP_SPAN,
	TAG = 1 << TP_TAG,
	COUNT = 1 << TP_COUNT,
	MEASURE = 1 << TP_MEASURE,
	FAULT = 1 << TP_ERROR,
	RECOVERED = 1 << TP_RECOVERED,
	FEATURE = 1 << TP_FEATURE,
	DECISION = 1 << TP_DECISION,
	LIFECYCLE = 1 << TP_LIFECYCLE,
	SESSION = 1 << TP_SESSION_BEGIN | 1 << TP_SESSION_END,
	EXIT = 1 << TP_EXIT,
	CRASH = 1 << TP_CRASH,
	ON_SPAN = TAG | COUNT | MEASURE | FAULT | RECOVERED | FEATURE | DECISION | LIFECYCLE,
	ALL = (((1 << TP_DISCOVER) - 2) & ~(1 << TP_EXEC)) | /* which becomes no event */
	      1 << TP_HEARTBEAT | CRASH,

	VARIES = EVENT_FIELD_VARIES,
	COMMAND = EVENT_FIELD_COMMAND,
	ENDED = EVENT_FIELD_ENDED,
	ABANDONED = EVENT_FIELD_ABANDONED,
	NO_CRASH = EVENT_FIELD_NO_CRASH,
	AT_FULL = EVENT_FIELD_AT_FULL | EVENT_FIELD_VARIES,
};

static const struct event_field fields[] = {
	{ "name", "of the command, tool, step, counter or measure", SPAN | COUNT | MEASURE, 0 },
	{ "subcommand", "of the command", SPAN, COMMAND },
	{ "profile", "of the command", SPAN, COMMAND },
	{ "outcome", "ok, failed, cancelled or abandoned", SPAN, 0 },
	{ "ended_by", "of an abandoned span: outer, exec or exit", SPAN, ABANDONED },
	{ "duration_ms", "from begin to end", SPAN | EXIT, VARIES },
	{ "app", "program", SESSION, 0 },
	{ "version", "of the program", 1 << TP_SESSION_BEGIN | LIFECYCLE, 0 },
	{ "key", "of the tag", TAG, 0 },
	{ "value", "of the tag; of a measure the middle of its bucket", TAG | MEASURE, 0 },
	{ "bucket_lower", "smallest value of the bucket", MEASURE, VARIES },
	{ "bucket_upper", "largest value of the bucket", MEASURE, VARIES },
	{ "unit", "of the measure", MEASURE, 0 },
	{ "delta", "what was counted", COUNT, 0 },
	{ "error_category", "kind of error", SPAN | FAULT | RECOVERED, ENDED },
	{ "error_code", "which error of its kind", FAULT | RECOVERED, 0 },
	{ "severity", "debug, info, warning, error or critical", FAULT, 0 },
	{ "recoverable", "whether the program can go on", FAULT, 0 },
	{ "attempts", "how many it took to recover, or failed before a run succeeded", RECOVERED,
	  0 },
	{ "feature", "name of the feature", FEATURE, 0 },
	{ "source", "what led to the feature", FEATURE, 0 },
	{ "subject", "what was decided about", DECISION, 0 },
	{ "level", "how much depends on it", DECISION, 0 },
	{ "action", "what was decided, or done", DECISION | LIFECYCLE, 0 },
	{ "category", "kind of decision or of failure", DECISION | LIFECYCLE, 0 },
	{ "decision", "number that both halves of a decision share", DECISION, VARIES },
	{ "waited_ms", "since the first half of the decision", DECISION, VARIES },
	{ "method", "way of installing", LIFECYCLE, 0 },
	{ "other_version", "version before or after", LIFECYCLE, 0 },
	{ "number", "a number the program gives", LIFECYCLE, 0 },
	{ "forked", "forked without executing a program", EXIT | CRASH, 0 },
	{ "started_by", "of a program without markers: bash, fish, sh, zsh or other", EXIT,
	  VARIES },
	{ "exit_code", "of the process", SPAN | EXIT, ABANDONED | NO_CRASH },
	{ "signal", "that ended the process", SPAN | EXIT | CRASH, ABANDONED },
	{ "group", "which crashes are alike", CRASH, VARIES }, /* with each build */
	{ "frames", "places in the code, innermost first, as build id and offset", CRASH, VARIES },
	{ "cpu_ms", "processor time of the process", EXIT, AT_FULL },
	{ "peak_rss_kib", "most memory the process had", EXIT, AT_FULL },
	{ "read_bytes", "from storage", EXIT, AT_FULL },
	{ "written_bytes", "to storage", EXIT, AT_FULL },
	{ "span", "number of the span within its process", SPAN, VARIES },
	{ "parent", "number of the span around it", SPAN | ON_SPAN | CRASH, VARIES },
	{ "process", "random name of the process", ALL, VARIES },
};

static const struct event_part parts[] = {
	{ "schema_version", NULL, "schema_version", "version of the form events are published in" },
	{ "event_id", NULL, "event_id", "random name of the event, the same at each export" },
	{ "event_type", NULL, "event_type", "kind of event" },
	{ "timestamp", NULL, "timestamp", "when it happened, UTC" },
	{ "product", "source", "product",
	  "base name of the program's file, or what it calls itself" },
	{ "version", "source", "version", "of the program, if it tells" },
	{ "os", "source", "os", "always linux" },
	{ "arch", "source", "arch", "processor family" },
	{ "runtime", "source", "runtime", "value of the session's tag of that name" },
	{ "tier", "source", "tier", "value of the session's tag of that name" },
	{ "session_id", "session", "id", "random name of the session" },
	{ "session_sequence", "session", "sequence", "number of the event within its session" },
	{ "session_started_at", "session", "started_at", "time of its first event, UTC" },
};

enum {
	SPAN_TYPES = TP_SPAN_KINDS * TP_OUTCOMES,
	OTHER_TYPES = sizeof(other_types) / sizeof(other_types[0]),
	FIELDS = sizeof(fields) / sizeof(fields[0]),
	PARTS = sizeof(parts) / sizeof(parts[0]),
};

struct event_type event_types_at(size_t index)
{
	if (index < SPAN_TYPES)
		return (struct event_type){ span_types[index / TP_OUTCOMES][index % TP_OUTCOMES],
					    TP_SPAN };
	index -= SPAN_TYPES;
	return index < OTHER_TYPES ? other_types[index] : (struct event_type){ 0 };
}

enum tp_type event_type_find(const char *name)
{
	struct event_type type;
	size_t i;

	for (i = 0; (type = event_types_at(i)).name; i++)
		if (!strcmp(type.name, name))
			return type.type;
	return TP_NONE;
}

const struct event_field *event_fields_at(size_t index)
{
	return index < FIELDS ? &fields[index] : NULL;
}

const struct event_part *event_parts_at(size_t index)
{
	return index < PARTS ? &parts[index] : NULL;
}

static bool is_of_command(const char *name)
{
	return !strncmp(name, "command_", strlen("command_"));
}

/* Of a span: commands have a level and a category of their own, all others share theirs. */
static uint8_t kind_of_type(const struct event_type *type)
{
	return is_of_command(type->name) ? TP_KIND_COMMAND : TP_KIND_TOOL;
}

/* Of spans: "command_failed" begins with what it is and ends with how it ended. */
static bool is_of_span(unsigned int flags, const char *name)
{
	bool is_abandoned = strstr(name, "_abandoned") != NULL;

	return !(flags & COMMAND && !is_of_command(name)) &&
	       !(flags & ABANDONED && !is_abandoned) && !(flags & ENDED && is_abandoned);
}

bool event_field_is_of(const struct event_field *field, const struct event_type *type)
{
	if (!(field->types & 1u << type->type))
		return false;
	if (type->type == TP_SPAN)
		return is_of_span(field->flags, type->name);
	return !(field->flags & NO_CRASH) || strcmp(type->name, "crash_detected") != 0;
}

int event_field_level(const struct event_field *field, const struct event_type *type)
{
	if (field && field->flags & EVENT_FIELD_AT_FULL)
		return TP_LEVEL_FULL;
	return event_level_of(type->type, kind_of_type(type));
}

enum tp_category event_type_category(const struct event_type *type)
{
	return category_of_event(type->type, kind_of_type(type));
}

static const char *lifecycle_type(const char *action)
{
	size_t i;

	for (i = 0; action && i < OTHER_TYPES; i++)
		if (other_types[i].type == TP_LIFECYCLE && !strcmp(other_types[i].name, action))
			return other_types[i].name;
	return "lifecycle";
}

/* An app's own feature of that name is one; --help of a program without markers is what it says. */
static bool is_help(const struct store_row *row)
{
	return row->type == TP_FEATURE && row->kind == TP_FEATURE_OPTION && row->name[0] &&
	       !strcmp(row->name[0], "help");
}

static const char *feature_type(uint8_t action)
{
	static const char *const names[] = { "feature_used", "feature_discovered",
					     "feature_disabled" };

	return action < 3 ? names[action] : names[0];
}

const char *event_type_of(const struct store_row *row)
{
	size_t i;

	if (row->type == TP_SPAN && row->kind < TP_SPAN_KINDS && row->outcome < TP_OUTCOMES)
		return span_types[row->kind][row->outcome];
	if (is_help(row))
		return "help_viewed";
	if (row->type == TP_FEATURE)
		return feature_type(row->kind);
	if (row->type == TP_LIFECYCLE)
		return lifecycle_type(row->name[0]);
	if (row->type == TP_EXIT && event_is_crash(row->code))
		return "crash_detected";
	for (i = 0; i < OTHER_TYPES; i++)
		if (other_types[i].type == (enum tp_type)row->type)
			return other_types[i].name;
	return "unknown";
}

const char *event_kind_text(uint8_t kind)
{
	static const char *const names[TP_SPAN_KINDS] = { "command", "tool",	     "step",
							  "call",    "conversation", "phase" };

	return kind < TP_SPAN_KINDS ? names[kind] : "unknown";
}

const char *event_outcome_text(uint8_t outcome)
{
	static const char *const names[TP_OUTCOMES] = { "ok", "failed", "cancelled", "abandoned" };

	return outcome < TP_OUTCOMES ? names[outcome] : "unknown";
}

const char *event_severity_text(uint8_t severity)
{
	static const char *const names[] = { "debug", "info", "warning", "error", "critical" };

	return severity < 5 ? names[severity] : "error";
}

const char *event_action_text(uint8_t action)
{
	static const char *const names[] = { "used", "discovered", "disabled" };

	return action < 3 ? names[action] : names[0];
}

const char *event_starter_text(uint8_t starter)
{
	static const char *const names[TP_STARTERS] = {
		[TP_STARTER_OTHER] = "other", [TP_STARTER_SH] = "sh",
		[TP_STARTER_BASH] = "bash",   [TP_STARTER_ZSH] = "zsh",
		[TP_STARTER_FISH] = "fish",
	};

	return starter < TP_STARTERS ? names[starter] : NULL;
}

int event_level_of(enum tp_type type, uint8_t kind)
{
	if (type == TP_MEASURE || (type == TP_SPAN && kind != TP_KIND_COMMAND))
		return TP_LEVEL_FULL;
	return TP_LEVEL_ENHANCED;
}

bool event_is_crash(int32_t wait_status)
{
	if (!WIFSIGNALED(wait_status))
		return false;
	switch (WTERMSIG(wait_status)) {
	case SIGSEGV:
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
	case SIGSYS:
		return true;
	}
	return false;
}

const char *event_signal_text(int number)
{
	static char text[16];
	const char *name = sigabbrev_np(number);

	if (name)
		snprintf(text, sizeof(text), "SIG%s", name);
	else if (number >= SIGRTMIN && number <= SIGRTMAX)
		snprintf(text, sizeof(text), "SIGRTMIN+%d", number - SIGRTMIN);
	else
		snprintf(text, sizeof(text), "signal %d", number);
	return text;
}

void event_frame_text(const struct store_frame *frame, char out[EVENT_FRAME_TEXT])
{
	int bytes = STORE_BUILD_ID, i;

	if (!(frame->flags & TP_FRAME_KNOWN)) {
		snprintf(out, EVENT_FRAME_TEXT, "unknown");
		return;
	}
	while (bytes > 1 && !frame->build_id[bytes - 1]) /* one that is shorter is filled up */
		bytes--;
	for (i = 0; i < bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", frame->build_id[i]);
	snprintf(out + 2 * bytes, (size_t)(EVENT_FRAME_TEXT - 2 * bytes), "+0x%llx",
		 (unsigned long long)frame->offset);
}

void event_frames_text(const struct store_frames *frames, char out[EVENT_FRAMES_TEXT])
{
	char one[EVENT_FRAME_TEXT];
	size_t used = 0;
	uint32_t i;

	out[0] = '\0';
	for (i = 0; frames && i < frames->count && i < STORE_FRAMES; i++) {
		event_frame_text(&frames->frame[i], one);
		used += (size_t)snprintf(out + used, EVENT_FRAMES_TEXT - used, "%s%s", i ? " " : "",
					 one);
	}
}

void event_ending_text(int32_t wait_status, char out[40])
{
	if (!WIFSIGNALED(wait_status))
		snprintf(out, 40, "exit code %d", WEXITSTATUS(wait_status));
	else if (event_is_crash(wait_status))
		snprintf(out, 40, "crashed with %s", event_signal_text(WTERMSIG(wait_status)));
	else
		snprintf(out, 40, "killed by %s", event_signal_text(WTERMSIG(wait_status)));
}
