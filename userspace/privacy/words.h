/* SPDX-License-Identifier: GPL-2.0-only */
/* words.h - sensitive words in names. A word is what stands between other characters, digits or a
 * change of case: `apiKey`, `api_key` and `API.key` are the same two; `tokens` is not `token`, so
 * counters named tokens.* stay. */
#ifndef TELPROBE_PRIVACY_WORDS_H
#define TELPROBE_PRIVACY_WORDS_H

#include <stddef.h>

enum words_found {
	WORDS_NONE,
	WORDS_MENTION, /* a sensitive word, in what names an act or an error: reset-password */
	WORDS_FIELD,   /* the name of a field that holds something sensitive: user.email */
};

/**
 * words_find() - what @text is, by its words
 * A field's name ends with a sensitive word and has no verb, and nothing that is said of errors or of
 * keys that open nothing, before it (invalid_token, primary-key).
 * @more: further sensitive words, in lower case, @count of them; such a word makes a field wherever
 * it stands. */
enum words_found words_find(const char *text, size_t length, const char *const *more, size_t count);

#endif
