/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/placeholders.h"

#include <stddef.h>
#include <string.h>

#include "privacy/pattern_rules.h"

/* Beside those of the table of patterns. */
static const char *const others[] = {
	"[UNDECLARED]", "[REDACTED]", "[IGNORED]",
	"[USER]",	"[OTHER]", /* over the budget of names: service/vocabulary.c */
	"[REFUSED]",		   /* until schema 3: the firewall could not remember it */
};

bool placeholders_has(const char *text)
{
	const struct pattern_rule *rule;
	size_t i;

	if (text[0] != '[')
		return false;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i], text))
			return true;
	for (i = 0; (rule = pattern_rules_at(i)); i++)
		if (!strcmp(rule->placeholder, text))
			return true;
	return false;
}
