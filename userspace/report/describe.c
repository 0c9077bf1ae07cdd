/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/describe.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/event_types.h"
#include "report/text.h"
#include "store/bucket.h"

struct words {
	char *out;
	size_t length;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *words, const char *format, ...)
{
	size_t room = DESCRIBE_BYTES - words->length;
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vsnprintf(words->out + words->length, room, format, arguments);
	va_end(arguments);
	if (written > 0)
		words->length += (size_t)written < room ? (size_t)written : room - 1;
}

/* @text may be absent, then nothing is said. */
static void say_name(struct words *words, const char *before, const char *text)
{
	if (text)
		say(words, "%s%s", words->length ? before : "", text);
}

static void say_span(struct words *words, const struct store_row *row)
{
	char ending[40];

	say_name(words, "", row->name[0] ? row->name[0] : "-");
	say_name(words, " ", row->name[1]);
	if (row->name[2])
		say(words, " (%s)", row->name[2]);
	if (row->outcome != TP_OUTCOME_OK)
		say(words, ", %s", event_outcome_text(row->outcome));
	if (row->name[3])
		say(words, ": %s", row->name[3]);
	if (row->flags & TP_FLAG_BY_OUTER)
		say(words, " by the end of a span around it");
	if (row->flags & TP_FLAG_BY_EXEC)
		say(words, " by exec");
	if (row->flags & TP_FLAG_BY_EXIT) {
		event_ending_text(row->code, ending);
		say(words, ": %s", ending);
	}
}

static void say_exit(struct words *words, const struct store_row *row)
{
	char text[40];

	event_ending_text(row->code, text);
	say(words, "%s%s", row->flags & TP_FLAG_FORKED ? "forked, " : "", text);
	say_name(words, ", started by ", event_starter_text(row->kind));
	if (!row->has_resources)
		return;
	text_duration((double)row->resources.cpu_us * 1e3, text);
	say(words, ", cpu %s", text);
	if (row->resources.peak_rss_kib) {
		text_bytes((double)row->resources.peak_rss_kib * 1024, text);
		say(words, ", memory %s", text);
	}
	text_bytes((double)row->resources.read_bytes, text);
	say(words, ", read %s", text);
	text_bytes((double)row->resources.written_bytes, text);
	say(words, ", wrote %s", text);
}

/* The innermost place of the program's own says most in a line. */
static void say_crash(struct words *words, const struct store_row *row)
{
	const struct store_frames *frames = row->frames;
	char place[EVENT_FRAME_TEXT];
	uint32_t i;

	say(words, "%s", event_signal_text(row->code));
	say_name(words, ", group ", row->name[0]);
	for (i = 0; frames && i < frames->count; i++)
		if (frames->frame[i].flags & TP_FRAME_PROGRAM)
			break;
	if (!frames || !frames->count)
		return;
	event_frame_text(&frames->frame[i < frames->count ? i : 0], place);
	say(words, ", at %s", place);
}

static void say_decision(struct words *words, const struct store_row *row)
{
	char text[24];

	say_name(words, "", row->name[0]);
	say_name(words, " ", row->name[1]);
	say_name(words, ": ", row->name[2]);
	if (row->name[3])
		say(words, " (%s)", row->name[3]);
	if (!row->span || !row->value)
		return;
	text_duration((double)row->value, text);
	say(words, " after %s", text);
}

static void say_lifecycle(struct words *words, const struct store_row *row)
{
	say_name(words, "", row->name[0]);
	say_name(words, " by ", row->name[1]);
	say_name(words, ", version ", row->name[2]);
	say_name(words, ", other version ", row->name[3]);
	say_name(words, ", ", row->name[4]);
	if (row->value)
		say(words, ", %" PRId64, row->value);
}

static void say_error(struct words *words, const struct store_row *row)
{
	say_name(words, "", row->name[0]);
	say_name(words, " ", row->name[1]);
	if (row->type == TP_RECOVERED)
		say(words, "%safter %" PRId64 " %s", words->length ? " " : "", row->value,
		    row->value == 1 ? "attempt" : "attempts");
	else
		say(words, " (%s%s)", event_severity_text(row->kind),
		    row->outcome == 1 ? ", recoverable" : "");
}

static void say_measure(struct words *words, const struct store_row *row)
{
	char rounded[32];
	double value;

	snprintf(rounded, sizeof(rounded), "%.3g", bucket_value((int32_t)row->value));
	value = strtod(rounded, NULL);
	say_name(words, "", row->name[0]);
	say(words, fabs(value) >= 1000 && fabs(value) < 1e15 ? " about %.0f" : " about %.3g",
	    value);
	say_name(words, " ", row->name[1]);
}

void describe_event(const struct store_row *row, char out[DESCRIBE_BYTES])
{
	struct words words = { .out = out };

	out[0] = '\0';
	switch (row->type) {
	case TP_SPAN:
		say_span(&words, row);
		break;
	case TP_COUNT:
		say_name(&words, "", row->name[0]);
		say(&words, " %+" PRId64, row->value);
		break;
	case TP_MEASURE:
		say_measure(&words, row);
		break;
	case TP_ERROR:
	case TP_RECOVERED:
		say_error(&words, row);
		break;
	case TP_DECISION:
		say_decision(&words, row);
		break;
	case TP_LIFECYCLE:
		say_lifecycle(&words, row);
		break;
	case TP_EXIT:
		say_exit(&words, row);
		break;
	case TP_CRASH:
		say_crash(&words, row);
		break;
	case TP_FEATURE:
		say_name(&words, "", row->name[0]);
		say(&words, " %s", event_action_text(row->kind));
		say_name(&words, ", from ", row->name[1]);
		break;
	default: /* two names: key and value, app and version */
		say_name(&words, "", row->name[0]);
		say_name(&words, row->type == TP_TAG ? " = " : " ", row->name[1]);
		break;
	}
}
