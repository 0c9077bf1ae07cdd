/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/emit_marker.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "privacy/firewall.h"
#include "telprobe.h"

enum kind { TEXT, CHOICE, NUMBER, DECIMAL, ID, START };

static const char *const kinds[] = { "tool", "step", "call", "conversation", "phase", NULL };
static const char *const outcomes[] = { "ok", "failed", "cancelled", NULL };
static const char *const actions[] = { "used", "discovered", "disabled", NULL };
static const char *const severities[] = { "debug", "info", "warning", "error", "critical", NULL };
static const char *const truths[] = { "no", "yes", NULL };

struct argument {
	const char *name; /* NULL behind the last */
	enum kind kind;
	enum firewall_field field;  /* of a TEXT */
	const char *const *choices; /* of a CHOICE: its value is the index */
	int64_t first;		    /* value of the first choice */
	int64_t otherwise;	    /* where it is left out */
	bool is_required;
};

#define A_TEXT(name, field)                                     \
	{                                                       \
		name, TEXT, FIREWALL_##field, NULL, 0, 0, false \
	}
#define A_NEEDED(name, field)                                  \
	{                                                      \
		name, TEXT, FIREWALL_##field, NULL, 0, 0, true \
	}
#define A_NUMBER(name, default)                          \
	{                                                \
		name, NUMBER, 0, NULL, 0, default, false \
	}
#define A_ID                                   \
	{                                      \
		"ID", ID, 0, NULL, 0, 0, false \
	}
#define A_KIND                                                   \
	{                                                        \
		"KIND", CHOICE, 0, kinds, TELPROBE_TOOL, 0, true \
	}
#define A_OUTCOME                                                     \
	{                                                             \
		"OUTCOME", CHOICE, 0, outcomes, 0, TELPROBE_OK, false \
	}

struct marker {
	const char *name;
	bool needs_process;
	const char *summary;
	struct argument arguments[EMIT_ARGUMENTS + 1];
};

/* In the order of telprobe.h, as are the arguments. To add one: its row, its case in emit_fire(), a
 * row in tests/unit/cli/test_emit_marker.c. */
/* clang-format off */
static const struct marker markers[TP_MARKERS] = {
	[TP_MARKER_SESSION_BEGIN] = { "session_begin", true, "a session of this app begins",
		{ A_NEEDED("APP", APP), A_TEXT("VERSION", VERSION) } },
	[TP_MARKER_SESSION_END] = { "session_end", true, "it ends",
		{ A_NEEDED("APP", APP) } },
	[TP_MARKER_COMMAND_BEGIN] = { "command_begin", true, "a command begins",
		{ A_NEEDED("COMMAND", NAME), A_TEXT("SUBCOMMAND", NAME),
		  A_TEXT("PROFILE", VALUE), A_ID } },
	[TP_MARKER_COMMAND_END] = { "command_end", true, "it ends, with what begun inside it",
		{ A_NEEDED("COMMAND", NAME), A_OUTCOME, A_TEXT("ERROR", ERROR), A_ID } },
	[TP_MARKER_SPAN_BEGIN] = { "span_begin", true, "a part of it begins",
		{ A_KIND, A_NEEDED("NAME", NAME), A_ID } },
	[TP_MARKER_SPAN_END] = { "span_end", true, "and ends",
		{ A_KIND, A_NEEDED("NAME", NAME), A_OUTCOME, A_TEXT("ERROR", ERROR), A_ID } },
	[TP_MARKER_SPAN_DONE] = { "span_done", false, "a whole span, told when it is over",
		{ A_KIND, A_NEEDED("NAME", NAME), { "TOOK|START", START, 0, NULL, 0, 0, true },
		  A_OUTCOME, A_TEXT("ERROR", ERROR) } },
	[TP_MARKER_TAG] = { "tag", false, "a name put on the open span, else on the session",
		{ A_NEEDED("KEY", NAME), A_NEEDED("VALUE", VALUE), A_ID } },
	[TP_MARKER_COUNT] = { "count", false, "adds to a counter",
		{ A_NEEDED("NAME", NAME), A_NUMBER("DELTA", 1), A_ID } },
	[TP_MARKER_MEASURE] = { "measure", false, "one value of a distribution",
		{ A_NEEDED("NAME", NAME), { "VALUE", DECIMAL, 0, NULL, 0, 0, true },
		  A_TEXT("UNIT", VALUE), A_ID } },
	[TP_MARKER_ERROR] = { "error", false, "something went wrong",
		{ A_NEEDED("CATEGORY", ERROR), A_TEXT("CODE", ERROR),
		  { "SEVERITY", CHOICE, 0, severities, 0, TELPROBE_SEVERITY_ERROR, false },
		  { "RECOVERABLE", CHOICE, 0, truths, 0, 0, false }, A_ID } },
	[TP_MARKER_RECOVERED] = { "recovered", false, "that error is overcome",
		{ A_NEEDED("CATEGORY", ERROR), A_TEXT("CODE", ERROR), A_NUMBER("ATTEMPTS", 1),
		  A_ID } },
	[TP_MARKER_FEATURE] = { "feature", false, "a feature was met",
		{ A_NEEDED("NAME", NAME),
		  { "ACTION", CHOICE, 0, actions, 0, TELPROBE_FEATURE_USED, false },
		  A_TEXT("SOURCE", VALUE) } },
	[TP_MARKER_DECISION] = { "decision", false, "a check's verdict, a suggestion's fate",
		{ A_NEEDED("SUBJECT", NAME), A_TEXT("LEVEL", VALUE), A_TEXT("ACTION", VALUE),
		  A_TEXT("CATEGORY", VALUE), A_ID } },
	[TP_MARKER_LIFECYCLE] = { "lifecycle", false, "installed, updated, removed, on trial",
		{ A_NEEDED("ACTION", VALUE), A_TEXT("METHOD", VALUE), A_TEXT("VERSION", VERSION),
		  A_TEXT("OTHER_VERSION", VERSION), A_TEXT("CATEGORY", ERROR),
		  A_NUMBER("NUMBER", 0) } },
	[TP_MARKER_OPT_OUT] = { "opt_out", true, "nothing more is told from here on", { { 0 } } },
};
/* clang-format on */

const char *emit_marker_name(enum tp_marker marker)
{
	return markers[marker].name;
}

const char *emit_marker_summary(enum tp_marker marker)
{
	return markers[marker].summary;
}

bool emit_needs_process(enum tp_marker marker)
{
	return markers[marker].needs_process;
}

void emit_synopsis(enum tp_marker marker, char *out, size_t bytes)
{
	const struct argument *argument;
	size_t used = 0, open = 0;

	out[0] = '\0';
	for (argument = markers[marker].arguments; argument->name && used < bytes; argument++) {
		open += !argument->is_required;
		used += (size_t)snprintf(out + used, bytes - used, "%s%s%s", used ? " " : "",
					 argument->is_required ? "" : "[", argument->name);
	}
	while (open-- && used < bytes)
		used += (size_t)snprintf(out + used, bytes - used, "]");
}

/* --- one argument --------------------------------------------------------------------------- */

static int refuse_text(const struct argument *argument, const char *word, struct error *error)
{
	error_set(error, -EINVAL, "%s '%.128s' is no name", argument->name, word);
	return error_hint(
		error,
		"a letter or digit, then letters, digits and _ . : + -, at most %zu; never "
		"what somebody typed, a path or a message%s",
		firewall_length_max(argument->field), argument->is_required ? "" : "; - is none");
}

static int parse_text(const struct argument *argument, const char *word, const char **out,
		      struct error *error)
{
	*out = NULL;
	if (!argument->is_required && (!word[0] || !strcmp(word, "-")))
		return 0;
	if (!firewall_has_shape(argument->field, word))
		return refuse_text(argument, word, error);
	*out = word;
	return 0;
}

static int parse_choice(const struct argument *argument, const char *word, int64_t *out,
			struct error *error)
{
	char known[128] = "";
	struct nearest nearest;
	size_t used = 0;
	int i;

	nearest_init(&nearest, word, strlen(word));
	for (i = 0; argument->choices[i]; i++) {
		if (!strcmp(argument->choices[i], word)) {
			*out = argument->first + i;
			return 0;
		}
		nearest_try(&nearest, argument->choices[i]);
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "", argument->choices[i]);
	}
	error_set(error, -EINVAL, "%s '%.64s' is none of %s", argument->name, word, known);
	return nearest.best ? error_hint(error, "did you mean '%s'?", nearest.best) : -EINVAL;
}

static int refuse_number(const struct argument *argument, const char *word, const char *expected,
			 struct error *error)
{
	return error_set(error, -EINVAL, "%s '%.64s' is not %s", argument->name, word, expected);
}

static bool begins_number(const char *word)
{
	return isdigit((unsigned char)word[0]) ||
	       ((word[0] == '-' || word[0] == '+') && isdigit((unsigned char)word[1]));
}

static int parse_number(const struct argument *argument, const char *word, int64_t *out,
			struct error *error)
{
	char *end = NULL;

	errno = 0;
	if (begins_number(word))
		*out = strtoll(word, &end, 10);
	if (!end || *end || errno)
		return refuse_number(argument, word, "a whole number of 64 bits", error);
	return 0;
}

static int parse_id(const struct argument *argument, const char *word, uint64_t *out,
		    struct error *error)
{
	char *end = NULL;

	errno = 0;
	if (isdigit((unsigned char)word[0]))
		*out = strtoull(word, &end, 0);
	if (!end || *end || errno)
		return refuse_number(argument, word, "a whole number of 64 bits, not negative",
				     error);
	return 0;
}

static int parse_decimal(const struct argument *argument, const char *word, double *out,
			 struct error *error)
{
	char *end = NULL;

	if (!isspace((unsigned char)word[0]))
		*out = strtod(word, &end);
	if (!end || end == word || *end || !isfinite(*out))
		return refuse_number(argument, word, "a number", error);
	return 0;
}

/* "1.5s", "250ms": so long ago; a whole number: CLOCK_MONOTONIC in ns, as `emit --now` prints it. */
static int parse_start(const struct argument *argument, const char *word, uint64_t *out,
		       struct error *error)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 },  { "us", 1e3 }, { "ms", 1e6 },
		      { "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 } };
	uint64_t now_ns = TELPROBE_NOW();
	double took = 0;
	char *end = NULL;
	size_t i;

	if (word[0] && !word[strspn(word, "0123456789")])
		return parse_id(argument, word, out, error);
	if (isdigit((unsigned char)word[0]))
		took = strtod(word, &end);
	for (i = 0; end && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		took *= units[i].ns;
		if (!isfinite(took) || took >= (double)now_ns)
			return error_set(error, -EINVAL, "%s '%.64s': this machine was not on yet",
					 argument->name, word);
		*out = now_ns - (uint64_t)took;
		return 0;
	}
	error_set(error, -EINVAL, "%s '%.64s' is no time", argument->name, word);
	return error_hint(error, "how long it took, as in 250ms, 1.5s or 3m; or when it began, as "
				 "'telprobe emit --now' printed it then");
}

static int parse_value(const struct argument *argument, const char *word, union emit_value *out,
		       struct error *error)
{
	switch (argument->kind) {
	case TEXT:
		return parse_text(argument, word, &out->text, error);
	case CHOICE:
		return parse_choice(argument, word, &out->number, error);
	case NUMBER:
		return parse_number(argument, word, &out->number, error);
	case DECIMAL:
		return parse_decimal(argument, word, &out->decimal, error);
	case ID:
		return parse_id(argument, word, &out->id, error);
	case START:
		return parse_start(argument, word, &out->id, error);
	}
	return -EINVAL;
}

/* --- a marker ------------------------------------------------------------------------------- */

static int find_marker(const char *name, enum tp_marker *out, struct error *error)
{
	struct nearest nearest;
	int i;

	nearest_init(&nearest, name, strlen(name));
	nearest_try(&nearest, "command");
	for (i = 0; i < TP_MARKERS; i++) {
		if (!strcmp(markers[i].name, name)) {
			*out = (enum tp_marker)i;
			return 0;
		}
		nearest_try(&nearest, markers[i].name);
	}
	error_set(error, -EINVAL, "there is no marker '%.64s'", name);
	if (nearest.best)
		return error_hint(error, "did you mean '%s'?", nearest.best);
	return error_hint(error, "'telprobe emit --list' lists them");
}

static int refuse_usage(enum tp_marker marker, struct error *error)
{
	char synopsis[160];

	emit_synopsis(marker, synopsis, sizeof(synopsis));
	return error_hint(error, "usage: telprobe emit %s %s", markers[marker].name, synopsis);
}

int emit_parse(int count, char *const *words, struct emit_event *out, struct error *error)
{
	struct emit_event event = { 0 };
	const struct argument *argument;
	int ret, at = 1, i;

	ret = find_marker(words[0], &event.marker, error);
	if (ret)
		return ret;
	argument = markers[event.marker].arguments;
	for (i = 0; argument[i].name; i++, at++) {
		if (at < count) {
			ret = parse_value(&argument[i], words[at], &event.value[i], error);
			if (ret && !error->hint[0])
				refuse_usage(event.marker, error);
			if (ret)
				return ret;
		} else if (argument[i].is_required) {
			error_set(error, -EINVAL, "'%s' needs %s", words[0], argument[i].name);
			return refuse_usage(event.marker, error);
		} else if (argument[i].kind != TEXT) {
			event.value[i].number = argument[i].otherwise;
		}
	}
	if (at < count) {
		error_set(error, -EINVAL, "'%.128s' is one argument too many", words[at]);
		return refuse_usage(event.marker, error);
	}
	*out = event;
	return 0;
}

int emit_texts(const struct emit_event *event, const char *out[EMIT_ARGUMENTS])
{
	const struct argument *argument = markers[event->marker].arguments;
	int count = 0, i;

	for (i = 0; argument[i].name; i++)
		if (argument[i].kind == TEXT && event->value[i].text)
			out[count++] = event->value[i].text;
	return count;
}

const char *emit_text_name(enum tp_marker marker, int index)
{
	const struct argument *argument;

	for (argument = markers[marker].arguments; argument->name; argument++)
		if (argument->kind == TEXT && !index--)
			return argument->name;
	return NULL;
}

/* A semaphore is asked before and in the macro: whoever stops listening in between hears nothing. */
#define FIRE(marker, ...)                          \
	{                                          \
		is_heard = TELPROBE_IS_ON(marker); \
		__VA_ARGS__;                       \
		break;                             \
	}
#define T(i) event->value[i].text
#define N(i) event->value[i].number
#define U(i) event->value[i].id

/* clang-format off */
bool emit_fire(const struct emit_event *event)
{
	bool is_heard = false;

	switch (event->marker) {
	case TP_MARKER_SESSION_BEGIN:
		FIRE(session_begin, TELPROBE_SESSION_BEGIN(T(0), T(1)))
	case TP_MARKER_SESSION_END:
		FIRE(session_end, TELPROBE_SESSION_END(T(0)))
	case TP_MARKER_COMMAND_BEGIN:
		FIRE(command_begin, TELPROBE_COMMAND_BEGIN(T(0), T(1), T(2), U(3)))
	case TP_MARKER_COMMAND_END:
		FIRE(command_end, TELPROBE_COMMAND_END(T(0), N(1), T(2), U(3)))
	case TP_MARKER_SPAN_BEGIN:
		FIRE(span_begin, TELPROBE_SPAN_BEGIN(N(0), T(1), U(2)))
	case TP_MARKER_SPAN_END:
		FIRE(span_end, TELPROBE_SPAN_END(N(0), T(1), N(2), T(3), U(4)))
	case TP_MARKER_SPAN_DONE:
		FIRE(span_done, TELPROBE_SPAN_DONE(N(0), T(1), U(2), N(3), T(4)))
	case TP_MARKER_TAG:
		FIRE(tag, TELPROBE_TAG(T(0), T(1), U(2)))
	case TP_MARKER_COUNT:
		FIRE(count, TELPROBE_COUNT(T(0), N(1), U(2)))
	case TP_MARKER_MEASURE:
		FIRE(measure, TELPROBE_MEASURE(T(0), event->value[1].decimal, T(2), U(3)))
	case TP_MARKER_ERROR:
		FIRE(error, TELPROBE_ERROR(T(0), T(1), N(2), N(3), U(4)))
	case TP_MARKER_RECOVERED:
		FIRE(recovered, TELPROBE_RECOVERED(T(0), T(1), N(2), U(3)))
	case TP_MARKER_FEATURE:
		FIRE(feature, TELPROBE_FEATURE(T(0), N(1), T(2)))
	case TP_MARKER_DECISION:
		FIRE(decision, TELPROBE_DECISION(T(0), T(1), T(2), T(3), U(4)))
	case TP_MARKER_LIFECYCLE:
		FIRE(lifecycle, TELPROBE_LIFECYCLE(T(0), T(1), T(2), T(3), T(4), N(5)))
	case TP_MARKER_OPT_OUT:
		FIRE(opt_out, TELPROBE_OPT_OUT())
	case TP_MARKERS:
		break;
	}
	return is_heard;
}
/* clang-format on */
