/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_spans.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "privacy/firewall.h"
#include "report/event_types.h"

#define PROBE_HINT "usdt:PROVIDER:NAME or function:NAME; 'telprobe probes PROGRAM' lists them"

/* --- one field ------------------------------------------------------------------------------ */

static int take(const char *text, size_t length, char *out, size_t bytes)
{
	size_t i;

	if (!length || length >= bytes)
		return -EINVAL;
	for (i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return -EINVAL;
	memcpy(out, text, length);
	out[length] = '\0';
	return 0;
}

int config_probe_parse(const char *text, struct config_probe *out)
{
	static const char usdt[] = "usdt:", function[] = "function:";
	const char *colon;

	memset(out, 0, sizeof(*out));
	if (!strncmp(text, function, sizeof(function) - 1)) {
		text += sizeof(function) - 1;
		out->kind = CONFIG_PROBE_FUNCTION;
		return take(text, strlen(text), out->name, sizeof(out->name));
	}
	if (strncmp(text, usdt, sizeof(usdt) - 1) != 0)
		return -EINVAL;
	text += sizeof(usdt) - 1;
	colon = strchr(text, ':');
	if (!colon || strlen(colon + 1) >= INSPECT_NAME)
		return -EINVAL;
	out->kind = CONFIG_PROBE_USDT;
	if (take(text, (size_t)(colon - text), out->provider, sizeof(out->provider)))
		return -EINVAL;
	return take(colon + 1, strlen(colon + 1), out->name, sizeof(out->name));
}

static int set_name(struct config_span *span, const char *text)
{
	if (!firewall_has_shape(FIREWALL_NAME, text))
		return -EINVAL;
	snprintf(span->name, sizeof(span->name), "%s", text);
	return 0;
}

static int find_word(const char *const *words, const char *text)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -EINVAL;
}

static int set_kind(struct config_span *span, const char *text)
{
	uint8_t kind = 0;

	while (kind < TP_SPAN_KINDS && strcmp(event_kind_text(kind), text) != 0)
		kind++;
	if (kind == TP_SPAN_KINDS)
		return -EINVAL;
	span->kind = (enum tp_kind)kind;
	return 0;
}

static int set_begin(struct config_span *span, const char *text)
{
	return config_probe_parse(text, &span->begin);
}

static int set_end(struct config_span *span, const char *text)
{
	if (strcmp(text, "return") != 0)
		return config_probe_parse(text, &span->end);
	span->end.kind = CONFIG_PROBE_RETURN;
	span->bytes = span->bytes ? span->bytes : sizeof(int);
	return 0;
}

/* "return OPERATOR VALUE"; the value of an int but for the words. */
static int set_comparison(struct config_span *span, const char *text)
{
	static const struct {
		const char *text;
		enum tp_failure failure;
		uint8_t bytes;
	} words[] = {
		{ "== NULL", TP_FAILURE_EQUAL, 8 },
		{ "!= NULL", TP_FAILURE_OTHER, 8 },
		{ "== false", TP_FAILURE_EQUAL, 1 },
		{ "== true", TP_FAILURE_OTHER, 1 },
	};
	static const char *const operators[] = {
		[TP_FAILURE_NEVER] = "",   [TP_FAILURE_LESS] = "<",   [TP_FAILURE_GREATER] = ">",
		[TP_FAILURE_EQUAL] = "==", [TP_FAILURE_OTHER] = "!=", [TP_FAILURES] = NULL,
	};
	char operator[3] = "", *end;
	const char *value;
	long number;
	size_t i;
	int found;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(text, words[i].text)) {
			span->failure = words[i].failure;
			span->bytes = words[i].bytes;
			return 0;
		}
	value = strchr(text, ' ');
	if (!value || value - text >= (long)sizeof(operator))
		return -EINVAL;
	memcpy(operator, text, (size_t)(value - text));
	found = find_word(operators, operator);
	errno = 0;
	number = strtol(++value, &end, 10);
	if (found <= 0 || errno || end == value || *end || *value == ' ' || *value == '+' ||
	    number < INT_MIN || number > INT_MAX)
		return -EINVAL;
	span->failure = (enum tp_failure)found;
	span->value = (int32_t)number;
	span->bytes = sizeof(int);
	return 0;
}

static int set_failed(struct config_span *span, const char *text)
{
	static const char prefix[] = "return ";

	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return config_probe_parse(text, &span->failed);
	return set_comparison(span, text + sizeof(prefix) - 1);
}

static int set_pairs(struct config_span *span, const char *text)
{
	static const char *const words[] = { [TP_PAIRING_NESTED] = "nested",
					     [TP_PAIRING_THREAD] = "thread",
					     [TP_PAIRING_ARGUMENT] = NULL };
	static const char prefix[] = "argument ";
	int found = find_word(words, text);

	if (found >= 0) {
		span->pairing = (enum tp_pairing)found;
		return 0;
	}
	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return -EINVAL;
	text += sizeof(prefix) - 1;
	if (*text < '1' || *text > '6' || (text[1] && strcmp(text + 1, " int") != 0))
		return -EINVAL;
	span->pairing = TP_PAIRING_ARGUMENT;
	span->argument = (uint8_t)(*text - '0');
	span->argument_bytes = text[1] ? sizeof(int) : sizeof(long);
	return 0;
}

static int set_cancelled(struct config_span *span, const char *text)
{
	return config_probe_parse(text, &span->cancelled);
}

static int set_recursion(struct config_span *span, const char *text)
{
	static const char *const words[] = { [TP_RECURSION_NONE] = "none",
					     [TP_RECURSION_NESTED] = "nested",
					     [TP_RECURSION_OUTERMOST] = "outermost",
					     [TP_RECURSIONS] = NULL };
	int found = find_word(words, text);

	span->recursion = (enum tp_recursion)(found < 0 ? 0 : found);
	return found < 0 ? found : 0;
}

static int set_dear(struct config_span *span, const char *text)
{
	span->may_be_dear = !strcmp(text, "true");
	return span->may_be_dear || !strcmp(text, "false") ? 0 : -EINVAL;
}

/* To add a field: its row, its member of struct config_span, the help of 'spans', the guide. */
static const struct field {
	const char *name;
	int (*set)(struct config_span *span, const char *text);
	const char *expected;
} fields[] = {
	{ "name", set_name,
	  "a letter or digit, then letters, digits and _ . : + -, at most 63 of them" },
	{ "kind", set_kind, "command, tool, step, call, conversation or phase" },
	{ "begin", set_begin, PROBE_HINT },
	{ "end", set_end, "return, " PROBE_HINT },
	{ "failed", set_failed,
	  "a probe as 'begin' has, or return, one of < > == != and a whole number; return == NULL, "
	  "== false and == true are known" },
	{ "cancelled", set_cancelled, PROBE_HINT },
	{ "pairs", set_pairs,
	  "nested, thread, or 'argument N' (a pointer or long) or 'argument N int', N from 1 to "
	  "6" },
	{ "recursion", set_recursion, "none, nested or outermost" },
	{ "dear", set_dear, "true or false" },
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]), NAME = 0, BEGIN = 2, END = 3, RECURSION = 7 };

/* --- one span ------------------------------------------------------------------------------- */

struct reading {
	const struct config_into *into;
	struct config_span *span;
	uint32_t lines[FIELDS]; /* where each field was said; 0: nowhere */
};

static int refuse(const struct reading *reading, uint32_t line, const char *what, const char *hint)
{
	error_set(reading->into->error, -EINVAL, "%s:%u: %s", reading->into->path, line, what);
	return error_hint(reading->into->error, "%s", hint);
}

static int refuse_field(const struct reading *reading, const struct config_value *value)
{
	struct nearest nearest;
	char what[160], known[128] = "";
	size_t i, used = 0;

	nearest_init(&nearest, value->field, strlen(value->field));
	for (i = 0; i < FIELDS; i++) {
		nearest_try(&nearest, fields[i].name);
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 i ? ", " : "known are ", fields[i].name);
	}
	snprintf(what, sizeof(what), "a span has no '%.64s'%s%s%s", value->field,
		 nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
		 nearest.best ? "'?" : "");
	return refuse(reading, value->line, what, known);
}

static int take_field(struct reading *reading, const struct config_value *value)
{
	char what[192];
	size_t i;

	for (i = 0; i < FIELDS; i++)
		if (!strcmp(fields[i].name, value->field))
			break;
	if (i == FIELDS)
		return refuse_field(reading, value);
	if (reading->lines[i]) {
		snprintf(what, sizeof(what), "'%s' is there twice in one span, first in line %u",
			 value->field, reading->lines[i]);
		return refuse(reading, value->line, what, "remove one of them");
	}
	reading->lines[i] = value->line;
	if (!fields[i].set(reading->span, value->text))
		return 0;
	snprintf(what, sizeof(what), "'%.96s' is no '%s' of a span", value->text, fields[i].name);
	return refuse(reading, value->line, what, fields[i].expected);
}

static bool is_function(const struct config_probe *probe)
{
	return probe->kind == CONFIG_PROBE_FUNCTION;
}

static bool is_same(const struct config_probe *a, const struct config_probe *b)
{
	return a->kind == b->kind && !strcmp(a->name, b->name) && !strcmp(a->provider, b->provider);
}

/* At one place two things would be told at once, in an order nobody knows. */
static bool has_same_twice(const struct config_span *span)
{
	const struct config_probe *const all[] = { &span->begin, &span->end, &span->failed,
						   &span->cancelled };
	size_t i, k;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (k = 0; k < i; k++)
			if (all[i]->kind != CONFIG_PROBE_NONE && is_same(all[i], all[k]))
				return true;
	return false;
}

/* What no field alone tells. */
static int check_span(struct reading *reading)
{
	struct config_span *span = reading->span;
	static const int needed[] = { NAME, BEGIN, END };
	char what[96];
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (reading->lines[needed[i]])
			continue;
		snprintf(what, sizeof(what), "a span lacks '%s'", fields[needed[i]].name);
		return refuse(reading, span->line, what, fields[needed[i]].expected);
	}
	if (has_same_twice(span))
		return refuse(reading, span->line, "two probes of a span are one",
			      "'end: return' is where a function returns");
	if (span->end.kind == CONFIG_PROBE_RETURN && !is_function(&span->begin))
		return refuse(reading, span->line,
			      "'end: return' without a function to return from",
			      "'begin' must be function:NAME then");
	if (span->failure && span->end.kind != CONFIG_PROBE_RETURN)
		return refuse(reading, span->line,
			      "a comparison with what is returned needs "
			      "'end: return'",
			      "or let 'failed' be another probe");
	if (span->argument && (!is_function(&span->begin) || !is_function(&span->end) ||
			       (span->failed.kind && !is_function(&span->failed)) ||
			       (span->cancelled.kind && !is_function(&span->cancelled))))
		return refuse(reading, span->line,
			      "'pairs: argument' needs functions: the arguments "
			      "of other probes are not read",
			      "use function:NAME for each of them");
	if (span->pairing != TP_PAIRING_NESTED &&
	    (reading->lines[RECURSION] || span->end.kind == CONFIG_PROBE_RETURN))
		return refuse(reading, span->line,
			      "'pairs' other than nested goes with neither "
			      "'recursion' nor 'end: return'",
			      "remove one of them");
	if (span->end.kind == CONFIG_PROBE_RETURN && !reading->lines[RECURSION])
		span->recursion = TP_RECURSION_NESTED;
	return 0;
}

static int take_span(const struct config_into *into, const struct config_entry *entry, size_t *at,
		     struct config_span *out)
{
	struct reading reading = { .into = into, .span = out };
	const unsigned int item = entry->values[*at].item;
	int ret = 0;

	out->line = entry->values[*at].line;
	for (; !ret && *at < entry->count && entry->values[*at].item == item; ++*at)
		ret = take_field(&reading, &entry->values[*at]);
	return ret ? ret : check_span(&reading);
}

int config_spans_set(const struct config_into *into, const struct config_key *key,
		     const struct config_entry *entry)
{
	struct config_target *target = into->into;
	size_t at = 0;
	int ret = 0;

	if (!entry->is_list || !entry->count)
		return config_keys_refuse(into, key, entry, entry->count ? entry->values : NULL);
	for (at = 0; at < entry->count; at++)
		if (!entry->values[at].field)
			return config_keys_refuse(into, key, entry, &entry->values[at]);
	target->spans = calloc(CONFIG_SPANS, sizeof(*target->spans));
	if (!target->spans)
		return error_set(into->error, -ENOMEM, "cannot read '%s': %s", into->path,
				 error_text(-ENOMEM));
	for (at = 0; at < entry->count && !ret;) {
		if (target->span_count == CONFIG_SPANS) {
			error_set(into->error, -EINVAL, "%s:%u: there are more than %d spans",
				  into->path, entry->values[at].line, CONFIG_SPANS);
			return error_hint(into->error, "a second file may have more");
		}
		ret = take_span(into, entry, &at, &target->spans[target->span_count]);
		target->span_count += !ret;
	}
	return ret;
}
