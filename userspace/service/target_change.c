/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/target_change.h"

#include <stdio.h>
#include <string.h>

#include "privacy/categories.h"
#include "service/spans.h"

static void add(char *out, size_t bytes, const char *key, const char *is, const char *was)
{
	size_t used = strlen(out);

	if (strcmp(is, was) != 0)
		snprintf(out + used, bytes - used, "%s'%s' is %s, it was %s", used ? "; " : "", key,
			 is, was);
}

static void add_categories(char *out, size_t bytes, uint8_t is, uint8_t was)
{
	char now[CATEGORIES_TEXT], before[CATEGORIES_TEXT];

	categories_format(is, now);
	categories_format(was, before);
	add(out, bytes, "without", *now ? now : "[]", *before ? before : "[]");
}

/* A list is long: that it is another is enough. */
static void add_list(char *out, size_t bytes, const char *key, char *const *is, size_t count,
		     char *const *was, size_t was_count)
{
	bool is_same = count == was_count;
	size_t used = strlen(out), i;

	for (i = 0; i < count && is_same; i++)
		is_same = !strcmp(is[i], was[i]);
	if (!is_same)
		snprintf(out + used, bytes - used, "%sother '%s'", used ? "; " : "", key);
}

bool target_change(const struct config_target *was, const struct config_target *is, bool has_limits,
		   char *out, size_t bytes)
{
	out[0] = '\0';
	add(out, bytes, "policy", consent_policy_name(is->policy),
	    consent_policy_name(was->policy));
	if (has_limits)
		add(out, bytes, "level_max", consent_level_name(is->level_max),
		    consent_level_name(was->level_max));
	if (has_limits && is->policy == CONSENT_OPT_OUT && was->policy == CONSENT_OPT_OUT)
		add(out, bytes, "level", consent_level_name(is->level_default),
		    consent_level_name(was->level_default));
	if (has_limits)
		add_categories(out, bytes, is->without, was->without);
	add_list(out, bytes, "paths", is->paths, is->path_count, was->paths, was->path_count);
	add_list(out, bytes, "names", is->names, is->name_count, was->names, was->name_count);
	add(out, bytes, "processes", is->tells_runs ? "true" : "false",
	    was->tells_runs ? "true" : "false");
	add_list(out, bytes, "subcommands", is->subcommands, is->subcommand_count, was->subcommands,
		 was->subcommand_count);
	add_list(out, bytes, "options", is->options, is->option_count, was->options,
		 was->option_count);
	if (spans_print(is) != spans_print(was))
		snprintf(out + strlen(out), bytes - strlen(out), "%sother 'spans'",
			 out[0] ? "; " : "");
	return out[0] != '\0';
}
