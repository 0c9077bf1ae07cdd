/* SPDX-License-Identifier: GPL-2.0-only */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "privacy/patterns.h"

#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/pattern_rules.h"

enum {
	EXPRESSION_BYTES = 32768, /* of the table; a test says when it no longer fits */
	STEPS_MAX = 20000,	  /* of a search of the table from one place of the text on */
	OWN_STEPS_MAX = 5000,	  /* likewise, of one of the configuration's */
	OWN_CODE_BYTES = 8192,
	OWN_NESTING = 16,
	MATCHES = 4, /* pairs; only the first is looked at */
};

struct own {
	pcre2_code *code;
	char name[32];
	char limited[64]; /* instead, where a search could not be finished */
};

struct patterns {
	pcre2_code *table;
	pcre2_match_data *match;
	pcre2_match_context *context, *own_context;
	struct own own[PATTERNS_OWN];
	size_t own_count;
};

static const char *const places[PATTERN_PLACES] = {
	[PATTERN_ANYWHERE] = "",
	[PATTERN_AT_WORD] = "(?<![a-z0-9])",
	[PATTERN_AT_NUMBER] = "(?<![0-9])(?=[0-9(])",
};

static int no_memory(struct error *error)
{
	return error_set(error, -ENOMEM, "cannot prepare the patterns: %s", error_text(-ENOMEM));
}

/* A row's check, while the row is being matched: it may go on only if the text is really meant. */
static int check_found(pcre2_callout_block *block, void *data)
{
	const struct pattern_rule *rule = pattern_rules_at(block->callout_number - 1);
	size_t start = block->start_match;

	(void)data;
	return rule->is_real((const char *)block->subject + start, block->current_position - start)
		       ? 0
		       : 1;
}

/* The rows of one place as alternatives. Each numbers its groups from 1: (?| begins anew. */
static void write_rows(FILE *out, enum pattern_place place, bool strips_pii, bool redacts_paths)
{
	const struct pattern_rule *rule;
	const char *before = "";
	size_t i;

	fprintf(out, "%s(?|", places[place]);
	for (i = 0; (rule = pattern_rules_at(i)); i++) {
		if (rule->place != place || (rule->group == PATTERN_PII && !strips_pii) ||
		    (rule->group == PATTERN_PATH && !redacts_paths))
			continue;
		fprintf(out, "%s(?:%s)", before, rule->expression);
		if (rule->is_real)
			fprintf(out, "(?C%zu)", i + 1);
		fprintf(out, "(*MARK:%zu)", i);
		before = "|";
	}
	fputs(*before ? ")" : "(*FAIL))", out);
}

static int compile_table(bool strips_pii, bool redacts_paths, pcre2_code **out_code,
			 struct error *error)
{
	char expression[EXPRESSION_BYTES];
	FILE *out = fmemopen(expression, sizeof(expression), "w");
	PCRE2_SIZE offset;
	int place, code;

	if (!out)
		return no_memory(error);
	fputs("(?|", out);
	for (place = 0; place < PATTERN_PLACES; place++) {
		if (place)
			putc('|', out);
		write_rows(out, (enum pattern_place)place, strips_pii, redacts_paths);
	}
	putc(')', out);
	if (fclose(out)) /* uncovered: the table is our own, and fits */
		return error_set(error, -E2BIG, "too many patterns"); /* uncovered: likewise */
	*out_code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, PCRE2_CASELESS,
				  &code, &offset, NULL);
	return *out_code ? 0 : no_memory(error);
}

/* Return: the code; NULL with what is wrong in *out_ret and @error. */
static pcre2_code *compile_own(const char *expression, int *out_ret, struct error *error)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	unsigned char text[160];
	pcre2_code *compiled;
	PCRE2_SIZE offset;
	int code;

	if (!context) {
		*out_ret = no_memory(error);
		return NULL;
	}
	pcre2_set_parens_nest_limit(context, OWN_NESTING);
	compiled = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
				 PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF |
					 PCRE2_NEVER_UCP,
				 &code, &offset, context);
	pcre2_compile_context_free(context);
	if (compiled)
		return compiled;
	if (code == PCRE2_ERROR_HEAP_FAILED) {
		*out_ret = no_memory(error);
		return NULL;
	}
	pcre2_get_error_message(code, text, sizeof(text));
	*out_ret = error_set(error, -EINVAL, "'%s' is no regular expression: %s, at character %zu",
			     expression, (const char *)text, offset + 1);
	error_hint(error, "it is one of PCRE2, case does not matter; quote it with '...'");
	return NULL;
}

static int refuse_own(const char *expression, const char *why, const char *hint,
		      struct error *error)
{
	error_set(error, -EINVAL, "'%.64s' %s", expression, why);
	error_hint(error, "%s", hint);
	return -EINVAL;
}

static int match(const pcre2_code *code, const char *text, size_t length, pcre2_match_data *data,
		 pcre2_match_context *context)
{
	return pcre2_match(code, (PCRE2_SPTR)text, length, 0, 0, data, context);
}

static pcre2_match_context *new_context(uint32_t steps_max)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	if (context)
		pcre2_set_match_limit(context, steps_max);
	return context;
}

/* What a search of the empty text comes to, within the limit that holds for names. */
static int match_empty(const pcre2_code *code)
{
	pcre2_match_data *data = pcre2_match_data_create(MATCHES, NULL);
	pcre2_match_context *context = new_context(OWN_STEPS_MAX);
	int found = PCRE2_ERROR_NOMEMORY;

	if (data && context)
		found = match(code, "", 0, data, context);
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	return found;
}

static int refuse_unsearchable(const char *expression, int found, struct error *error)
{
	unsigned char text[160];

	pcre2_get_error_message(found, text, sizeof(text));
	error_set(error, -EINVAL, "'%.64s' cannot be searched for, not even in the empty text: %s",
		  expression, (const char *)text);
	return error_hint(error, "%s", "repeat nothing that may be empty, or that repeats itself");
}

/* Whether what compiled may be used. */
static int judge_own(const char *expression, const pcre2_code *code, struct error *error)
{
	size_t bytes = 0;
	int found;

	pcre2_pattern_info(code, PCRE2_INFO_SIZE, &bytes);
	if (bytes > OWN_CODE_BYTES)
		return refuse_own(expression, "is too large when compiled",
				  "repeat less often: {1,1000} is a thousand copies", error);
	found = match_empty(code);
	if (found == PCRE2_ERROR_NOMEMORY)
		return no_memory(error);
	if (found >= 0)
		return refuse_own(expression, "matches the empty text, so every name",
				  "ask for one character at least: + instead of *", error);
	return found == PCRE2_ERROR_NOMATCH ? 0 : refuse_unsearchable(expression, found, error);
}

int patterns_check_own(const char *expression, struct error *error)
{
	pcre2_code *code;
	int ret = 0;

	if (strlen(expression) > PATTERNS_OWN_BYTES)
		return refuse_own(expression, "is longer than 256 bytes", "make two of it", error);
	code = compile_own(expression, &ret, error);
	if (code)
		ret = judge_own(expression, code, error);
	pcre2_code_free(code);
	return ret;
}

static int add_own(struct patterns *patterns, const char *expression, struct error *error)
{
	struct own *own = &patterns->own[patterns->own_count];
	int ret = patterns_check_own(expression, error);

	if (ret)
		return ret;
	own->code = compile_own(expression, &ret, error);
	if (!own->code)
		return ret;
	patterns->own_count++;
	snprintf(own->name, sizeof(own->name), "own pattern %zu", patterns->own_count);
	snprintf(own->limited, sizeof(own->limited), "own pattern %zu: limit of steps or memory",
		 patterns->own_count);
	return 0;
}

static int refuse_more(size_t own_count, struct error *error)
{
	error_set(error, -E2BIG, "%zu patterns of one's own are too many", own_count);
	error_hint(error, "there may be %d: make one of several with |", PATTERNS_OWN);
	return -E2BIG;
}

int patterns_new(bool strips_pii, bool redacts_paths, const char *const *own, size_t own_count,
		 struct patterns **out, struct error *error)
{
	struct patterns *patterns;
	size_t i;
	int ret;

	if (own_count > PATTERNS_OWN)
		return refuse_more(own_count, error);
	patterns = calloc(1, sizeof(*patterns));
	if (!patterns)
		return no_memory(error);
	ret = compile_table(strips_pii, redacts_paths, &patterns->table, error);
	if (ret)
		goto free;
	patterns->match = pcre2_match_data_create(MATCHES, NULL);
	patterns->context = new_context(STEPS_MAX);
	patterns->own_context = new_context(OWN_STEPS_MAX);
	if (!patterns->match || !patterns->context || !patterns->own_context) {
		ret = no_memory(error);
		goto free;
	}
	pcre2_set_callout(patterns->context, check_found, NULL);
	for (i = 0; i < own_count; i++) {
		ret = add_own(patterns, own[i], error);
		if (ret)
			goto free;
	}
	*out = patterns;
	return 0;
free:
	patterns_free(patterns);
	return ret;
}

void patterns_speed_up(struct patterns *patterns)
{
	size_t i;

	pcre2_jit_compile(patterns->table, PCRE2_JIT_COMPLETE);
	for (i = 0; i < patterns->own_count; i++)
		pcre2_jit_compile(patterns->own[i].code, PCRE2_JIT_COMPLETE);
}

void patterns_free(struct patterns *patterns)
{
	size_t i;

	if (!patterns)
		return;
	for (i = 0; i < patterns->own_count; i++)
		pcre2_code_free(patterns->own[i].code);
	pcre2_code_free(patterns->table);
	pcre2_match_data_free(patterns->match);
	pcre2_match_context_free(patterns->context);
	pcre2_match_context_free(patterns->own_context);
	free(patterns);
}

/* What was found by row, which the mark names; a search that could not be finished found something:
 * what is not known to be harmless is not let through. */
static struct pattern_found found_by(const struct patterns *patterns, int code)
{
	const struct pattern_rule *rule;

	if (code < 0)
		return (struct pattern_found){ "limit of steps or memory", "[REDACTED]" };
	rule = pattern_rules_at(strtoul((const char *)pcre2_get_mark(patterns->match), NULL, 10));
	return (struct pattern_found){ rule->name, rule->placeholder };
}

static struct pattern_found found_by_own(const struct own *own, int code)
{
	return (struct pattern_found){ code < 0 ? own->limited : own->name, "[REDACTED]" };
}

bool patterns_find(struct patterns *patterns, const char *text, size_t length,
		   struct pattern_found *out)
{
	int code = match(patterns->table, text, length, patterns->match, patterns->context);
	size_t i;

	if (code != PCRE2_ERROR_NOMATCH) {
		*out = found_by(patterns, code);
		return true;
	}
	for (i = 0; i < patterns->own_count; i++) {
		code = match(patterns->own[i].code, text, length, patterns->match,
			     patterns->own_context);
		if (code == PCRE2_ERROR_NOMATCH)
			continue;
		*out = found_by_own(&patterns->own[i], code);
		return true;
	}
	return false;
}
