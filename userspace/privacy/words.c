/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/words.h"

#include <stdbool.h>
#include <string.h>

#include "lib/letters.h"

enum { WORD_MAX = 32 };

/* What may end the name of a field whose value nobody may see. */
static const char *const fields[] = {
	"email",	"password", "passphrase", "passcode",	  "token",	  "key",
	"secret",	"apikey",   "accesskey",  "secretkey",	  "privatekey",	  "authtoken",
	"accesstoken",	"apitoken", "apisecret",  "clientsecret", "refreshtoken", "userpassword",
	"sessiontoken", "ssn",	    "cvv",	  NULL,
};

/* Sensitive, but names of commands and functions too. */
static const char *const mentions[] = {
	"passwd", "pwd", "credential", "credentials", "passwords", "secrets", "emails", NULL,
};

/* Before a word of the first list these make an act, an error, or a key that opens nothing of it. */
static const char *const harmless[] = {
	"abort",    "add",	   "any",	  "apt",       "ask",	    "arrow",	 "bad",
	"begin",    "bind",	   "bos",	  "cache",     "cancel",    "change",	 "check",
	"clear",    "cls",	   "composite",	  "confirm",   "copy",	    "create",	 "decode",
	"del",	    "delete",	   "deploy",	  "disable",   "download",  "duplicate", "edit",
	"empty",    "enable",	   "encode",	  "end",       "enter",	    "eof",	 "eos",
	"err",	    "error",	   "escape",	  "expired",   "export",    "fetch",	 "find",
	"first",    "foreign",	   "forgot",	  "function",  "gen",	    "generate",	 "get",
	"gpg",	    "group",	   "hash",	  "home",      "host",	    "hot",	 "ignore",
	"illegal",  "import",	   "index",	  "input",     "insert",    "install",	 "invalid",
	"issue",    "json",	   "keyring",	  "last",      "list",	    "load",	 "lock",
	"login",    "lookup",	   "make",	  "malformed", "map",	    "mask",	 "missing",
	"natural",  "new",	   "next",	  "no",	       "not",	    "object",	 "on",
	"open",	    "output",	   "pad",	  "parse",     "partition", "pgp",	 "pop",
	"press",    "primary",	   "print",	  "public",    "put",	    "read",	 "refresh",
	"registry", "regenerate",  "remove",	  "renew",     "request",   "resend",	 "reset",
	"restore",  "revoke",	   "rotate",	  "save",      "scan",	    "search",	 "send",
	"sep",	    "set",	   "shard",	  "shift",     "short",	    "show",	 "shortcut",
	"sign",	    "sort",	   "special",	  "ssh",       "start",	    "stop",	 "store",
	"submit",   "subscribe",   "surrogate",	  "switch",    "sync",	    "syntax",	 "test",
	"too",	    "trust",	   "unexpected",  "unique",    "unk",	    "unknown",	 "unlock",
	"unset",    "unsubscribe", "unsupported", "update",    "upload",    "use",	 "validate",
	"verify",   "view",	   "with",	  "wrong",     NULL,
};

/* A new word begins at @i: fooBar, HTTPServer */
static bool is_border(const char *text, size_t length, size_t i)
{
	if (is_lower(text[i - 1]))
		return is_upper(text[i]);
	return is_upper(text[i]) && i + 1 < length && is_lower(text[i + 1]);
}

/* The next word from *@at on, in lower case; digits are none. Return: its length, 0 at the end.
 * What is longer than any word of the tables is cut. */
static size_t next_word(const char *text, size_t length, size_t *at, char out[WORD_MAX])
{
	size_t i = *at, used = 0;

	while (i < length && !is_letter(text[i]))
		i++;
	for (; i < length && is_letter(text[i]); i++) {
		if (used && is_border(text, length, i))
			break;
		if (used < WORD_MAX - 1)
			out[used++] = (char)(text[i] | 0x20);
	}
	out[used] = '\0';
	*at = i;
	return used;
}

static bool is_in(const char *word, const char *const *list)
{
	for (; *list; list++) /* most differ in their first letter: no call is needed to tell */
		if (**list == *word && !strcmp(*list, word))
			return true;
	return false;
}

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}

/* Only digits and separators follow: password2 names a field as password does. */
static bool is_last(const char *text, size_t length, size_t at)
{
	while (at < length && !is_letter(text[at]))
		at++;
	return at == length;
}

/* Neither list has a word that begins with one of the others: most words are told by their first. */
static bool may_be_sensitive(char first)
{
	switch (first) {
	case 'a':
	case 'c':
	case 'e':
	case 'k':
	case 'p':
	case 'r':
	case 's':
	case 't':
	case 'u':
		return true;
	}
	return false;
}

/* Does a word before @end make an act of it, or an error? Asked for few names: the list is long. */
static bool is_act(const char *text, size_t end)
{
	char word[WORD_MAX];
	size_t at = 0;

	while (next_word(text, end, &at, word))
		if (is_in(word, harmless))
			return true;
	return false;
}

enum words_found words_find(const char *text, size_t length, const char *const *more, size_t count)
{
	enum words_found found = WORDS_NONE;
	char word[WORD_MAX];
	size_t at = 0;

	while (next_word(text, length, &at, word)) {
		if (is_one_of(word, more, count))
			return WORDS_FIELD;
		if (!may_be_sensitive(word[0]))
			continue;
		if (is_in(word, fields)) {
			if (is_last(text, length, at) && !is_act(text, at - strlen(word)))
				return WORDS_FIELD;
			found = WORDS_MENTION;
		} else if (is_in(word, mentions)) {
			found = WORDS_MENTION;
		}
	}
	return found;
}
