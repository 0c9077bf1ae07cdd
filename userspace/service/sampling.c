/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/sampling.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report/event_types.h"

enum { POINT = 10000, WHOLE = 100 * POINT }; /* of a per cent, and what all of them are */

/* Digits, and where @places is not 1 a point and some more. Return: what comes after; NULL: none. */
static const char *parse_number(const char *at, uint32_t places, uint32_t *out)
{
	const char *const begin = at;
	uint64_t number = 0;

	for (; *at >= '0' && *at <= '9' && at - begin < 8; at++)
		number = number * 10 + (uint32_t)(*at - '0');
	if (at == begin)
		return NULL;
	number *= places;
	if (places > 1 && *at == '.') {
		if (at[1] < '0' || at[1] > '9')
			return NULL;
		for (at++; *at >= '0' && *at <= '9' && places > 1; at++)
			number += (uint32_t)(*at - '0') * (uint64_t)(places /= 10);
	}
	if (number > UINT32_MAX)
		return NULL;
	*out = (uint32_t)number;
	return at;
}

static int parse_share(const char *text, struct sampling_rule *rule)
{
	uint32_t share;
	const char *rest = parse_number(text, POINT, &share);

	if (!rest || strcmp(rest + (*rest == ' '), "%") != 0 || !share || share >= WHOLE)
		return -EINVAL;
	rule->how = TP_TELL_SHARE;
	rule->number = (uint32_t)(((uint64_t)share << 32) / WHOLE);
	return 0;
}

static int parse_rate(const char *text, struct sampling_rule *rule)
{
	uint32_t rate;
	const char *rest = parse_number(text, 1, &rate);

	if (!rest || strcmp(rest, "/s") != 0 || !rate || rate > SAMPLING_RATE_MAX)
		return -EINVAL;
	rule->how = TP_TELL_RATE;
	rule->number = (uint32_t)(TP_BURST_NS / rate);
	return 0;
}

static int parse_kind(const char *text, size_t length, enum tp_kind *out)
{
	uint8_t kind;

	for (kind = 0; kind < TP_SPAN_KINDS; kind++) {
		const char *name = event_kind_text(kind);

		if (strlen(name) != length || strncmp(name, text, length) != 0)
			continue;
		*out = (enum tp_kind)kind;
		return 0;
	}
	return -EINVAL;
}

int sampling_rule_parse(const char *text, struct sampling_rule *out)
{
	const char *space = strchr(text, ' '), *how;

	memset(out, 0, sizeof(*out));
	if (!space || parse_kind(text, (size_t)(space - text), &out->kind))
		return -EINVAL;
	how = space + 1;
	if (!strcmp(how, "always"))
		return 0;
	if (!strcmp(how, "never")) {
		out->how = TP_TELL_NONE;
		return 0;
	}
	return strchr(how, '/') ? parse_rate(how, out) : parse_share(how, out);
}

int sampling_check(char *const *rules, size_t count)
{
	struct sampling_rule rule;
	unsigned int kinds = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (sampling_rule_parse(rules[i], &rule) || kinds & 1u << rule.kind)
			return (int)i;
		kinds |= 1u << rule.kind;
	}
	return -1;
}

bool sampling_fill(const struct config_target *target, struct tp_sampling *out)
{
	struct sampling_rule rule;
	bool is_thinned = false;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < target->sampling_count; i++) {
		if (sampling_rule_parse(target->sampling[i], &rule))
			continue;
		out->how[rule.kind] = (uint8_t)rule.how;
		out->number[rule.kind] = rule.number;
		is_thinned |= rule.how != TP_TELL_ALL;
	}
	return is_thinned;
}

bool sampling_thins(const struct config_target *target, enum tp_kind kind)
{
	struct tp_sampling rules;

	return target && sampling_fill(target, &rules) && rules.how[kind] != TP_TELL_ALL;
}

bool sampling_says_always(const struct config_target *target)
{
	struct sampling_rule rule;
	size_t i;

	for (i = 0; i < target->sampling_count; i++)
		if (!sampling_rule_parse(target->sampling[i], &rule) && rule.how == TP_TELL_ALL)
			return true;
	return false;
}

/* How many stand behind one that was told. Both are read while they grow. */
static void describe_done(const struct tp_sampling *done, enum tp_kind kind, char out[40])
{
	const uint64_t asked = done->asked[kind], thinned_out = done->thinned_out[kind];

	out[0] = '\0';
	if (!asked)
		return;
	if (thinned_out >= asked)
		snprintf(out, 40, " (none so far)");
	else
		snprintf(out, 40, " (1 of %.1f so far)",
			 (double)asked / (double)(asked - thinned_out));
}

void sampling_describe(const struct config_target *target, const struct tp_sampling *done,
		       char *out, size_t bytes)
{
	struct sampling_rule rule;
	char factor[40] = "";
	size_t used = 0, i;

	out[0] = '\0';
	for (i = 0; i < target->sampling_count && used < bytes; i++) {
		if (done && !sampling_rule_parse(target->sampling[i], &rule) && rule.how)
			describe_done(done, rule.kind, factor);
		used += (size_t)snprintf(out + used, bytes - used, "%s%s%s", i ? ", " : "",
					 target->sampling[i], factor);
		factor[0] = '\0';
	}
}
