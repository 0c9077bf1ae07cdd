/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/bundle_redact.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/printable.h"

enum { PEOPLE_FROM = 1000, NOBODY = 65534, NAMES_MAX = 65536 };

enum kind { PERSON, HOME, HOST, MACHINE };

static const char *const replacements[] = {
	[PERSON] = "[USER]",
	[HOME] = "[USER_PATH]",
	[HOST] = "[HOST]",
	[MACHINE] = "[MACHINE_ID]",
};

struct name {
	char *text;
	size_t length;
	enum kind kind;
};

struct bundle_redact {
	struct name *names; /* longest first */
	size_t count, room;
	bool is_short; /* of memory */
};

static void add(struct bundle_redact *redact, const char *text, enum kind kind)
{
	size_t length = text ? strlen(text) : 0, room;
	struct name *names;

	while (kind == HOME && length > 1 && text[length - 1] == '/')
		length--;
	if (length < 2 || redact->is_short || redact->count == NAMES_MAX)
		return;
	if (redact->count == redact->room) {
		room = redact->room ? 2 * redact->room : 64;
		names = realloc(redact->names, room * sizeof(*names));
		redact->is_short = !names;
		if (!names)
			return;
		redact->names = names;
		redact->room = room;
	}
	redact->names[redact->count] = (struct name){ strndup(text, length), length, kind };
	redact->is_short = !redact->names[redact->count].text;
	redact->count += !redact->is_short;
}

static void add_account(struct bundle_redact *redact, const struct passwd *account)
{
	if (!account || !account->pw_uid || account->pw_uid == NOBODY)
		return;
	add(redact, account->pw_name, PERSON);
	/* no home is what daemons have: a directory they share with what is no secret */
	if (account->pw_dir && account->pw_uid >= PEOPLE_FROM && strcmp(account->pw_dir, "/") != 0)
		add(redact, account->pw_dir, HOME);
}

static void add_people(struct bundle_redact *redact)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *account;

	setpwent();
	while ((account = getpwent()))
		if (account->pw_uid >= PEOPLE_FROM)
			add_account(redact, account);
	endpwent();
	add_account(redact, getpwuid(getuid()));
	add_account(redact, sudo ? getpwnam(sudo) : NULL);
	if (sudo && strcmp(sudo, "root") != 0)
		add(redact, sudo, PERSON);
	add(redact, "/root", HOME);
	add(redact, "/home", HOME); /* also of people other machines know */
	add(redact, "/run/user", HOME);
}

static void add_machine(struct bundle_redact *redact)
{
	char host[256] = "", id[64] = "", *dot;
	FILE *file = fopen("/etc/machine-id", "re");

	if (file && fgets(id, sizeof(id), file)) {
		id[strcspn(id, "\n")] = '\0';
		add(redact, id, MACHINE);
	}
	if (file)
		fclose(file);
	gethostname(host, sizeof(host) - 1);
	add(redact, host, HOST);
	dot = strchr(host, '.');
	if (!dot)
		return;
	add(redact, dot + 1, HOST);
	*dot = '\0';
	add(redact, host, HOST);
}

static int longer_first(const void *a, const void *b)
{
	const struct name *first = a, *second = b;

	return (first->length < second->length) - (first->length > second->length);
}

struct bundle_redact *bundle_redact_new(void)
{
	struct bundle_redact *redact = calloc(1, sizeof(*redact));

	if (!redact)
		return NULL;
	add_people(redact);
	add_machine(redact);
	if (redact->is_short) {
		bundle_redact_free(redact);
		return NULL;
	}
	qsort(redact->names, redact->count, sizeof(*redact->names), longer_first);
	return redact;
}

void bundle_redact_free(struct bundle_redact *redact)
{
	size_t i;

	if (!redact)
		return;
	for (i = 0; i < redact->count; i++)
		free(redact->names[i].text);
	free(redact->names);
	free(redact);
}

static bool is_of_word(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_';
}

/* A whole word; "al" is not meant by "total". */
static bool begins(const struct name *name, const char *text, const char *at)
{
	if (strncasecmp(at, name->text, name->length) != 0)
		return false;
	if (name->kind == HOME)
		return (at == text || !is_of_word(at[-1])) &&
		       (at[name->length] == '/' || !is_of_word(at[name->length]));
	return (at == text || !is_of_word(at[-1])) && !is_of_word(at[name->length]);
}

/* A path goes with all that is below the home: names of directories tell, too. */
static size_t length_of(const struct name *name, const char *at)
{
	size_t length = name->length;

	if (name->kind == HOME && at[length] == '/')
		length += strcspn(at + length, "'\"\n\t,;:)");
	return length;
}

static const struct name *name_at(const struct bundle_redact *redact, const char *text,
				  const char *at)
{
	size_t i;

	for (i = 0; i < redact->count; i++)
		if (begins(&redact->names[i], text, at))
			return &redact->names[i];
	return NULL;
}

char *bundle_redact_text(const struct bundle_redact *redact, const char *text)
{
	const struct name *name;
	const char *at = text;
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	while (out && *at) {
		name = name_at(redact, text, at);
		if (name) {
			fputs(replacements[name->kind], out);
			at += length_of(name, at);
			continue;
		}
		if (*at == '\n')
			putc(*at++, out);
		else
			at += printable_write(at, out);
	}
	if (out && !fclose(out))
		return result;
	free(result);
	return NULL;
}
