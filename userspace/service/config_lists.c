/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_lists.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/categories.h"
#include "privacy/firewall.h"
#include "privacy/patterns.h"
#include "service/config_spans.h"
#include "service/sampling.h"

enum {
	CONFIG_WORD_BYTES = 32,
	CONFIG_DOMAIN_BYTES = 64,
	CONFIG_TEXTS = 32 /* of a list of the firewall */
};
_Static_assert((int)CONFIG_TEXTS <= (int)PATTERNS_OWN, "each pattern that was accepted is used");

/* One way to write each, so that equal ones look equal. */
static bool is_path(const char *text)
{
	const char *at;

	if (text[0] != '/' || !text[1] || strlen(text) >= PATH_MAX)
		return false;
	for (at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
		if (*at == '/' &&
		    (!at[1] || at[1] == '/' || !strncmp(at, "/./", 3) || !strncmp(at, "/../", 4) ||
		     !strcmp(at, "/.") || !strcmp(at, "/..")))
			return false;
	}
	return true;
}

static int refuse_value(const struct config_into *into, const struct config_value *value,
			const char *what, const char *hint)
{
	error_set(into->error, -EINVAL, "%s:%u: '%.128s' is no %s", into->path, value->line,
		  value->text, what);
	error_hint(into->error, "%s", hint);
	return -EINVAL;
}

/* Without its hyphens it is a name. */
static bool is_option(const char *text)
{
	size_t hyphens = strspn(text, "-");

	return hyphens && hyphens <= 2 && !strchr(text, '=') && strlen(text) < TP_DECLARED_BYTES &&
	       firewall_has_shape(FIREWALL_NAME, text + hyphens);
}

/* Return: 0 where @value may stand in the list of @key. */
static int judge_value(const struct config_into *into, const struct config_key *key,
		       const struct config_value *value)
{
	struct sampling_rule rule;
	const bool is_named = key->kind == CONFIG_NAME_LIST || key->kind == CONFIG_SUBCOMMAND_LIST;

	if (key->kind == CONFIG_PATH_LIST && !is_path(value->text))
		return refuse_value(into, value, "absolute path",
				    "write it from the root, without '.', '..', '//' or a '/' at "
				    "its end");
	if (key->kind == CONFIG_OPTION_LIST && !is_option(value->text))
		return refuse_value(into, value, "option",
				    "one or two hyphens, a letter or digit, then letters, digits "
				    "and _ . : + -, at most 63 in all; values behind a '=' are "
				    "never told");
	if (key->kind == CONFIG_SAMPLING_LIST && sampling_rule_parse(value->text, &rule))
		return refuse_value(into, value, "rule", SAMPLING_RULE_HINT);
	if (is_named && !firewall_has_shape(FIREWALL_NAME, value->text))
		return refuse_value(into, value, "name",
				    "a letter or digit, then letters, digits and _ . : + -, at "
				    "most 63 of them");
	return 0;
}

static int add_value(const struct config_into *into, const struct config_value *value, char **list,
		     size_t *count)
{
	size_t i;

	for (i = 0; i < *count; i++) {
		if (strcmp(list[i], value->text) != 0)
			continue;
		error_set(into->error, -EINVAL, "%s:%u: '%.128s' is there twice", into->path,
			  value->line, value->text);
		error_hint(into->error, "remove one");
		return -EINVAL;
	}
	list[i] = strdup(value->text);
	if (!list[i])
		return error_set(into->error, -ENOMEM, "cannot read '%s': %s", into->path,
				 error_text(-ENOMEM));
	++*count;
	return 0;
}

static int check_list(const struct config_into *into, const struct config_key *key,
		      const struct config_entry *entry)
{
	size_t i;
	int ret;

	if (!entry->count)
		return config_keys_refuse(into, key, entry, NULL);
	for (i = 0; i < entry->count; i++) {
		const struct config_value *value = &entry->values[i];

		if (!value->text[0])
			return config_keys_refuse(into, key, entry, value);
		if (key->kind == CONFIG_PATH_LIST && i == CONFIG_PATHS) {
			error_set(into->error, -EINVAL, "%s:%u: the list is too long", into->path,
				  value->line);
			error_hint(into->error, "at most %d paths; use a pattern, or a second file",
				   CONFIG_PATHS);
			return -EINVAL;
		}
		ret = judge_value(into, key, value);
		if (ret)
			return ret;
	}
	return 0;
}

static int set_list(const struct config_into *into, const struct config_key *key,
		    const struct config_entry *entry, char ***list, size_t *count)
{
	int ret = check_list(into, key, entry);
	size_t i;

	if (ret)
		return ret;
	*list = calloc(entry->count, sizeof(**list));
	if (!*list)
		return error_set(into->error, -ENOMEM, "cannot read '%s': %s", into->path,
				 error_text(-ENOMEM));
	for (i = 0; !ret && i < entry->count; i++)
		ret = add_value(into, &entry->values[i], *list, count);
	return ret;
}

static int set_sampling(const struct config_into *into, const struct config_key *key,
			const struct config_entry *entry)
{
	struct config_target *target = into->into;
	int ret = set_list(into, key, entry, &target->sampling, &target->sampling_count);
	int again = ret ? -1 : sampling_check(target->sampling, target->sampling_count);

	if (again < 0)
		return ret;
	error_set(into->error, -EINVAL, "%s:%u: '%.64s' is the second rule of its kind", into->path,
		  entry->values[again].line, entry->values[again].text);
	return error_hint(into->error, "remove one");
}

static int set_target_list(const struct config_into *into, const struct config_key *key,
			   const struct config_entry *entry)
{
	struct config_target *target = into->into;

	if (key->kind == CONFIG_NAME_LIST)
		return set_list(into, key, entry, &target->names, &target->name_count);
	if (key->kind == CONFIG_SUBCOMMAND_LIST)
		return set_list(into, key, entry, &target->subcommands, &target->subcommand_count);
	if (key->kind == CONFIG_OPTION_LIST)
		return set_list(into, key, entry, &target->options, &target->option_count);
	if (key->kind == CONFIG_SAMPLING_LIST)
		return set_sampling(into, key, entry);
	return set_list(into, key, entry, &target->paths, &target->path_count);
}

static bool is_word(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	return length && length < CONFIG_WORD_BYTES && !text[length];
}

/* At least two labels of lower-case letters, digits and inner hyphens. */
static bool is_domain(const char *text)
{
	static const char of_label[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t length, labels = 0;

	if (strlen(text) >= CONFIG_DOMAIN_BYTES)
		return false;
	for (;; text += length + 1) {
		length = strspn(text, of_label);
		if (!length || text[0] == '-' || text[length - 1] == '-')
			return false;
		labels++;
		if (!text[length])
			return labels > 1;
		if (text[length] != '.')
			return false;
	}
}

/* Return: 0 for what may stand in the list of @key. */
static int judge_text(const struct config_into *into, const struct config_key *key,
		      const struct config_entry *entry, const struct config_value *value)
{
	struct error why;
	int ret;

	if (!value->text[0] || (key->kind == CONFIG_WORD_LIST && !is_word(value->text)) ||
	    (key->kind == CONFIG_DOMAIN_LIST && !is_domain(value->text)))
		return config_keys_refuse(into, key, entry, value);
	if (key->kind != CONFIG_EXPRESSION_LIST)
		return 0;
	ret = patterns_check_own(value->text, &why);
	if (ret) {
		error_set(into->error, ret, "%s:%u: %s", into->path, value->line, why.what);
		error_hint(into->error, "%s", why.hint);
	}
	return ret;
}

static int set_texts(const struct config_into *into, const struct config_key *key,
		     const struct config_entry *entry)
{
	struct text_list *list = (struct text_list *)((char *)into->into + key->offset);
	size_t i;
	int ret;

	if (entry->count > CONFIG_TEXTS) {
		error_set(into->error, -EINVAL, "%s:%u: the list is too long", into->path,
			  entry->values[CONFIG_TEXTS].line);
		error_hint(into->error, "at most %d stand in it", CONFIG_TEXTS);
		return -EINVAL;
	}
	for (i = 0; i < entry->count; i++) {
		const struct config_value *value = &entry->values[i];

		ret = judge_text(into, key, entry, value);
		if (ret)
			return ret;
		if (text_list_add(list, value->text, strlen(value->text)))
			return error_set(into->error, -ENOMEM, "cannot read '%s': %s", into->path,
					 error_text(-ENOMEM));
	}
	return 0;
}

/* One that leaves nothing is a mistake: 'enabled: false' and 'policy: locked' say that plainly. */
static int refuse_nothing_left(const struct config_into *into, const struct config_entry *entry)
{
	error_set(into->error, -EINVAL, "%s:%u: 'without' leaves nothing to record", into->path,
		  entry->line);
	error_hint(into->error, "%s says that plainly",
		   into->is_target ? "'policy: locked'" : "'enabled: false'");
	return -EINVAL;
}

static int set_categories(const struct config_into *into, const struct config_key *key,
			  const struct config_entry *entry)
{
	uint8_t *set = (uint8_t *)into->into + key->offset, one;
	struct error why;
	size_t i;

	for (i = 0; i < entry->count; i++) {
		const struct config_value *value = &entry->values[i];

		if (categories_parse(value->text, &one, &why)) {
			error_set(into->error, -EINVAL, "%s:%u: %s", into->path, value->line,
				  why.what);
			return error_hint(into->error, "%s", why.hint);
		}
		*set |= one;
	}
	return *set == TP_CATEGORIES_ALL ? refuse_nothing_left(into, entry) : 0;
}

bool config_lists_has(enum config_kind kind)
{
	return kind >= CONFIG_PATH_LIST;
}

int config_lists_set(const struct config_into *into, const struct config_key *key,
		     const struct config_entry *entry)
{
	if (key->kind == CONFIG_SPAN_LIST)
		return config_spans_set(into, key, entry);
	if (key->kind >= CONFIG_PATH_LIST && key->kind <= CONFIG_SAMPLING_LIST)
		return set_target_list(into, key, entry);
	if (key->kind == CONFIG_CATEGORY_LIST)
		return set_categories(into, key, entry);
	return set_texts(into, key, entry);
}

void config_lists_format(const struct text_list *list, char *out, size_t bytes)
{
	size_t i, used = 0;

	snprintf(out, bytes, "%s", list->count ? "" : "[]"); /* as it would stand in the file */
	for (i = 0; i < list->count && used < bytes; i++)
		used += (size_t)snprintf(out + used, bytes - used, "%s%s", i ? ", " : "",
					 list->items[i]);
	if (used >= bytes)
		snprintf(out, bytes, "%zu of them", list->count);
}
