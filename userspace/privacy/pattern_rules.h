/* SPDX-License-Identifier: GPL-2.0-only */
/* pattern_rules.h - the table of what is looked for in names. */
#ifndef TELPROBE_PRIVACY_PATTERN_RULES_H
#define TELPROBE_PRIVACY_PATTERN_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum pattern_group {		     /* what a key of the configuration switches */
		     PATTERN_ALWAYS, /* secrets */
		     PATTERN_PII,    /* strip_pii */
		     PATTERN_PATH,   /* redact_file_paths */
};

enum pattern_place { /* where it may begin */
		     PATTERN_ANYWHERE,
		     PATTERN_AT_WORD,	/* no letter or digit before it */
		     PATTERN_AT_NUMBER, /* at a digit or (, no digit before it */
		     PATTERN_PLACES
};

struct pattern_rule {
	const char *name;	 /* shown by `telprobe redact` */
	const char *placeholder; /* stored instead of the string */
	enum pattern_group group;
	enum pattern_place place;
	const char *expression; /* of PCRE2, without regard to case */
	/* whether what the expression matched is really meant; NULL: it always is */
	bool (*is_real)(const char *text, size_t length);
};

/** pattern_rules_at() - row @index; NULL behind the last
 * To add one: its row, strings of it in tests/unit/privacy/corpus.c. The first row that fits at the
 * earliest place names the kind; so what is more special stands before what is more general. */
const struct pattern_rule *pattern_rules_at(size_t index);

#endif
