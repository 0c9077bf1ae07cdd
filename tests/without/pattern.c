/* SPDX-License-Identifier: GPL-2.0-only */
/* pattern.c - telprobe without the layer `pattern`: nothing looks like anything.
 * What __wrap_ functions here replace, the linker puts in the place of what telprobe has (--wrap); so
 * with the others of this directory. tests/bpf/selftest wants `telprobe selftest` to tell each. */
#include "privacy/machine_names.h"
#include "privacy/patterns.h"
#include "privacy/words.h"

bool __wrap_patterns_find(struct patterns *, const char *, size_t, struct pattern_found *);
bool __wrap_machine_names_find(const struct text_list *, const char *, size_t);
enum words_found __wrap_words_find(const char *, size_t, const char *const *, size_t);

bool __wrap_patterns_find(struct patterns *patterns, const char *text, size_t length,
			  struct pattern_found *out)
{
	(void)patterns, (void)text, (void)length, (void)out;
	return false;
}

bool __wrap_machine_names_find(const struct text_list *names, const char *text, size_t length)
{
	(void)names, (void)text, (void)length;
	return false;
}

enum words_found __wrap_words_find(const char *text, size_t length, const char *const *more,
				   size_t count)
{
	(void)text, (void)length, (void)more, (void)count;
	return WORDS_NONE;
}
