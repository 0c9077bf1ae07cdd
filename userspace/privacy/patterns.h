/* SPDX-License-Identifier: GPL-2.0-only */
/* patterns.h - searches a text for what is in the table of pattern_rules.h, and for the expressions of
 * the configuration.
 * The whole table is one expression of PCRE2, so that a text is scanned once; checks that no
 * expression can make run as callouts of it. Bytes, not characters: any text may come, and
 * disguise.h has made ASCII of what can be.
 * Every search is bounded by a limit of steps; a text that reaches it counts as found. */
#ifndef TELPROBE_PRIVACY_PATTERNS_H
#define TELPROBE_PRIVACY_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { PATTERNS_OWN = 64, PATTERNS_OWN_BYTES = 256 };

struct patterns;

struct pattern_found {
	const char *rule; /* lives as long as the patterns */
	const char *placeholder;
};

/** patterns_new() - @strips_pii, @redacts_paths: with the rows of these groups
 * @own: further expressions, at most PATTERNS_OWN, as patterns_check_own() wants them
 * Return: 0; -EINVAL for a bad one of @own; -E2BIG: there are more; -ENOMEM. */
int patterns_new(bool strips_pii, bool redacts_paths, const char *const *own, size_t own_count,
		 struct patterns **out, struct error *error);
void patterns_free(struct patterns *patterns);

/** patterns_speed_up() - compile to machine code, for a process that may make memory executable; where
 * that fails they are interpreted as before. PCRE2 10.42 does not survive a lack of memory here. */
void patterns_speed_up(struct patterns *patterns);

/** patterns_find() - look for all of them in exactly this text; no disguise is seen through
 * Return: whether something was found. */
bool patterns_find(struct patterns *patterns, const char *text, size_t length,
		   struct pattern_found *out);

/** patterns_check_own() - can @expression be used: it compiles, is no longer than PATTERNS_OWN_BYTES,
 * does not match the empty text, which takes few steps to find out, and what it compiles to is small
 * Return: 0; -EINVAL with what is wrong, without a place; -ENOMEM. */
int patterns_check_own(const char *expression, struct error *error);

#endif
