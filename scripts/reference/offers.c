/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "reference.h"
#include "report/event_types.h"
#include "report/purpose.h"

static const struct {
	const char *placeholder;
	enum offer_kind kind;
} rows[] = {
	{ "BINARY", OFFER_PROGRAMS },
	{ "CMD", OFFER_COMMAND_LINE },
	{ "COMMAND", OFFER_COMMANDS },
	{ "DIR", OFFER_FILES },
	{ "FILE", OFFER_FILES },
	{ "KEY", OFFER_NOTHING },
	{ "FIELD", OFFER_WORDS },
	{ "STRING...", OFFER_NOTHING },
	{ "FORMAT", OFFER_WORDS },
	{ "LEVEL", OFFER_WORDS },
	{ "N", OFFER_NOTHING },
	{ "NAME", OFFER_NOTHING },
	{ "TYPE,...", OFFER_WORD_LIST },
	{ "WHEN", OFFER_NOTHING },
	{ "MARKER", OFFER_NOTHING },
	{ "VERSION", OFFER_NOTHING },
	{ "DAYS", OFFER_NOTHING },
	{ "POLICY", OFFER_WORDS },
	{ "CATEGORIES", OFFER_WORD_LIST },
	{ "DURATION", OFFER_NOTHING },
	{ "KIND", OFFER_WORDS },
	{ "BEGIN,END[,FAILED]", OFFER_NOTHING },
};

const struct cli_option help_option = { .name = "help", .letter = 'h', .help = "show this help" };

static enum offer_kind kind_of(const char *command, const char *placeholder, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].placeholder) == length &&
		    !memcmp(rows[i].placeholder, placeholder, length))
			return rows[i].kind;
	fprintf(stderr,
		"reference: what does a shell offer for '%.*s' of 'telprobe %s'? Say so in "
		"scripts/reference/offers.c\n",
		(int)length, placeholder, command);
	exit(1);
}

static const char *event_type_words(void)
{
	static char words[4096];
	size_t i, used = 0;

	if (*words)
		return words;
	for (i = 0; event_types_at(i).name; i++) {
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s",
					 used ? " " : "", event_types_at(i).name);
		if (used >= sizeof(words)) {
			fputs("reference: more event types than fit\n", stderr);
			exit(1);
		}
	}
	return words;
}

/* Of 'telprobe explain KIND' those that are not too many to look through. */
static const char *kind_words(void)
{
	static char words[1024];
	const struct purpose_kind *kind;
	size_t i, used;

	used = (size_t)snprintf(words, sizeof(words), "%s",
				"event totals consent database kept never basic enhanced full");
	for (i = 0; (kind = purpose_kinds_at(i)); i++) {
		used += (size_t)snprintf(words + used, sizeof(words) - used, " %s", kind->name);
		if (used >= sizeof(words)) {
			fputs("reference: more kinds than fit\n", stderr);
			exit(1);
		}
	}
	return words;
}

const struct cli_option *option_meaning(const struct cli_command *command,
					const struct cli_option *option)
{
	const struct cli_option *row;

	if (!option->alias_of)
		return option;
	for (row = command->options; row->name; row++)
		if (!row->alias_of && !strcmp(row->name, option->alias_of))
			return row;
	return option;
}

struct offer offer_of_option(const struct cli_command *command, const struct cli_option *option)
{
	const struct cli_option *meaning = option_meaning(command, option);
	struct offer offer = { .words = meaning->choices };

	if (!option->value)
		return offer;
	offer.kind = kind_of(command->name, meaning->value, strlen(meaning->value));
	if (offer.kind == OFFER_WORD_LIST && !offer.words)
		offer.words = event_type_words();
	if (offer.kind == OFFER_WORDS && !offer.words) {
		fprintf(stderr, "reference: '--%s' of 'telprobe %s' has no choices in its table\n",
			option->name, command->name);
		exit(1);
	}
	return offer;
}

/* "[show|check] ...": what to do is the first argument. Return: its words, valid until the next call;
 * NULL: it is something else. */
static const char *actions_of(const char *synopsis)
{
	static char words[256];
	size_t length = strcspn(synopsis, "]"), i;

	if (*synopsis != '[' || length >= sizeof(words))
		return NULL;
	for (i = 1; i < length; i++) {
		if (synopsis[i] != '|' && (synopsis[i] < 'a' || synopsis[i] > 'z'))
			return NULL;
		words[i - 1] = synopsis[i] == '|' ? ' ' : synopsis[i];
	}
	words[length - 1] = '\0';
	return words;
}

struct offer offer_of_arguments(const struct cli_command *command)
{
	const char *at = command->synopsis;
	struct offer offer = { .kind = OFFER_WORDS, .words = actions_of(at) };
	size_t length;

	if (offer.words)
		return offer;
	offer.kind = OFFER_NOTHING;

	for (; *at && command->arguments_max; at += length) {
		at += strspn(at, " []");
		length = strcspn(at, " []");
		if (*at == '-') /* an option, and the value behind it */
			length += at[length] == ' ' ? 1 + strcspn(at + length + 1, " []") : 0;
		else if (length && *at >= 'A' && *at <= 'Z' &&
			 strncmp(at, "OPTIONS", length) != 0) {
			offer.kind = kind_of(command->name, at, length);
			if (!strncmp(at, "KIND", length))
				offer.words = kind_words();
			break;
		} /* words in lower case are typed as they stand */
	}
	if (offer.kind == OFFER_WORDS && !offer.words)
		offer.kind = OFFER_NOTHING; /* which words, only an option's table says */
	return offer;
}
