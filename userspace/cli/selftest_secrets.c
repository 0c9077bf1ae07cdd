/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_secrets.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { SYLLABLES = 6 };

static void finish_card(char *text);
static void finish_iban(char *text);

#define CONSTANT(name, layer, form, expected)                                       \
	{                                                                           \
		name, SECRET_##layer, SECRET_CONSTANT, form, "[" expected "]", NULL \
	}
#define SUMMED(name, form, expected, finish)                                          \
	{                                                                             \
		name, SECRET_PATTERN, SECRET_CONSTANT, form, "[" expected "]", finish \
	}
#define UNDECLARED(name, source, form)                                               \
	{                                                                            \
		name, SECRET_PROVENANCE, SECRET_##source, form, "[UNDECLARED]", NULL \
	}

#define STORED(name, form, expected)                                              \
	{                                                                         \
		name, SECRET_LEAVING, SECRET_STORED, form, "[" expected "]", NULL \
	}

/* In a form # is a digit, ~ a hexadecimal one, ? a capital or digit, * a letter or digit, % a word
 * that can be spoken: what only its meaning could give away. The rest stands for itself. */
static const struct secret secrets[] = {
	UNDECLARED("argument-word", ARGUMENT, "%"),
	UNDECLARED("argument-access", ARGUMENT, "AKIA????????????????"),
	UNDECLARED("argument-mail", ARGUMENT, "%@example.org"),
	UNDECLARED("environment-word", ENVIRONMENT, "%"),
	UNDECLARED("environment-hosting", ENVIRONMENT, "ghp_************************************"),
	UNDECLARED("stack-word", STACK, "%"),
	UNDECLARED("heap-word", HEAP, "%"),
	UNDECLARED("directory-word", DIRECTORY, "%"),
	UNDECLARED("variable-word", VARIABLE, "%"),
	UNDECLARED("variable-access", VARIABLE, "AKIA????????????????"),

	CONSTANT("sentence", SHAPE, "the % said so", "REDACTED"),
	CONSTANT("too-long", SHAPE, "%.%.%.%.%.%", "REDACTED"),
	CONSTANT("option", SHAPE, "--%", "REDACTED"),
	CONSTANT("control-bytes", SHAPE, "%\x1b[2J\n", "REDACTED"),
	CONSTANT("non-ascii", SHAPE, "%\xc3\xa9", "REDACTED"),

	CONSTANT("cloud-access", PATTERN, "AKIA????????????????", "SECRET"),
	CONSTANT("code-hosting", PATTERN, "ghp_************************************", "SECRET"),
	CONSTANT("payment-service", PATTERN, "sk_live_************************", "SECRET"),
	CONSTANT("chat-service", PATTERN, "xoxb-############-************************", "SECRET"),
	CONSTANT("provider", PATTERN, "sk-ant-api03-********************************", "SECRET"),
	CONSTANT("signed-claims", PATTERN, "eyJhbGciOiJIUzI1NiJ9.************************",
		 "SECRET"),
	CONSTANT("pem-block", PATTERN, "-----BEGIN PRIVATE KEY----- %", "SECRET"),
	CONSTANT("high-entropy", PATTERN, "7x#q*#*#z*#*#k*#*#w*#*#v*#*#j*#*", "SECRET"),
	CONSTANT("hex-digest", PATTERN, "a0~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", "HASH"),
	CONSTANT("mail-address", PATTERN, "%@example.org", "EMAIL"),
	CONSTANT("mail-in-words", PATTERN, "%.at.example.org", "EMAIL"),
	CONSTANT("phone-number", PATTERN, "212-5##-####", "PHONE"),
	SUMMED("payment-card", "4##############0", "CARD", finish_card),
	SUMMED("bank-account", "DE00##################", "IBAN", finish_iban),
	CONSTANT("network-address", PATTERN, "10.1##.1##.1##", "IP"),
	CONSTANT("hardware-address", PATTERN, "0a:~~:~~:~~:~~:~~", "MAC"),
	CONSTANT("unique-number", PATTERN, "0~~~~~~~-0~~~-4~~~-8~~~-0~~~~~~~~~~f", "ID"),
	CONSTANT("web-address", PATTERN, "https://%.example/", "URL"),
	CONSTANT("home-path", PATTERN, "/home/%/report.txt", "USER_PATH"),
	CONSTANT("environment-line", PATTERN, "SHOP_MODE=%", "ENVIRONMENT"),
	CONSTANT("coordinates", PATTERN, "48.#####_11.#####", "LOCATION"),
	CONSTANT("person-of-machine", PATTERN, "%-laptop", "USER"),
	CONSTANT("sensitive-field", PATTERN, "%.api_key", "REDACTED"),
	CONSTANT("hidden-value", PATTERN, "%", "REDACTED"),

	{ "measured-number", SECRET_NUMBER, SECRET_MEASURE, "4#############", "its bucket", NULL },
	{ "id-of-a-span", SECRET_NUMBER, SECRET_ID, "6#################", "no id", NULL },

	STORED("stored-access", "AKIA????????????????", "SECRET"),
	STORED("stored-mail", "%@example.org", "EMAIL"),
	STORED("stored-path", "/home/%/report.txt", "USER_PATH"),
	STORED("stored-sentence", "the % said so", "REDACTED"),
};

enum { SECRETS = sizeof(secrets) / sizeof(secrets[0]) };

_Static_assert((int)SECRETS <= (int)SECRETS_MAX, "there is a slot and a bit for each");

const struct secret *secrets_at(size_t index)
{
	return index < SECRETS ? &secrets[index] : NULL;
}

size_t secrets_count(void)
{
	return SECRETS;
}

static size_t named(const char *name)
{
	size_t i = 0;

	while (i < SECRETS && strcmp(secrets[i].name, name) != 0)
		i++;
	return i;
}

size_t secrets_of_machine(void)
{
	return named("person-of-machine");
}

size_t secrets_hidden_key(void)
{
	return named("sensitive-field");
}

size_t secrets_hidden_value(void)
{
	return named("hidden-value");
}

bool secrets_is_argument(const struct secret *secret)
{
	switch (secret->source) {
	case SECRET_ARGUMENT:
	case SECRET_STACK:
	case SECRET_MEASURE:
	case SECRET_ID:
		return true;
	default:
		return false;
	}
}

bool secrets_is_told(size_t index)
{
	switch (secrets[index].source) {
	case SECRET_MEASURE:
	case SECRET_ID:
	case SECRET_STORED:
		return false;
	default: /* one is a word like any other, but for its key */
		return index != secrets_hidden_value();
	}
}

/* --- by chance ------------------------------------------------------------------------------- */

static int choose(const char *from, size_t count, char *out)
{
	uint32_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	*out = from[number % count];
	return 0;
}

/* Consonants and vowels in turn: the firewall's guess at chance must not see any. */
static int make_word(char **at)
{
	int i;

	for (i = 0; i < SYLLABLES; i++)
		if (choose("lmnrst", 6, (*at)++) || choose("aeio", 4, (*at)++))
			return -EIO;
	return 0;
}

static const char *alphabet(char form)
{
	switch (form) {
	case '#':
		return "0123456789";
	case '~':
		return "0123456789abcdef";
	case '?':
		return "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	case '*':
		return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	default:
		return NULL;
	}
}

static int make(const struct secret *secret, struct secret_text *out)
{
	const char *form, *from;
	char *at = out->text, *first = NULL, *last = NULL;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (form = secret->form; *form && !ret; form++) {
		from = alphabet(*form);
		if (!from && *form != '%') {
			*at++ = *form;
			continue;
		}
		if (!first)
			first = at;
		if (from)
			ret = choose(from, strlen(from), at++);
		else
			ret = make_word(&at);
		last = at;
	}
	if (secret->finish)
		secret->finish(out->text);
	out->own_at = (size_t)(first - out->text);
	out->own_length = (size_t)(last - first);
	return ret;
}

int secrets_make(struct secret_text out[SECRETS_MAX], struct error *error)
{
	size_t i;

	for (i = 0; i < SECRETS; i++)
		if (make(&secrets[i], &out[i]))
			return error_set(error, -EIO, "no random bytes from the system");
	return 0;
}

/* The last digit makes the sum of ISO/IEC 7812-1 right (Luhn). */
static void finish_card(char *text)
{
	size_t length = strlen(text), i;
	int sum = 0;

	for (i = 0; i + 1 < length; i++) {
		int digit = text[length - 2 - i] - '0';

		sum += i % 2 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
	}
	text[length - 1] = (char)('0' + (10 - sum % 10) % 10);
}

/* The two digits behind the country make the rest by 97 one (ISO 13616): D is 13, E is 14. */
static void finish_iban(char *text)
{
	unsigned int rest = 0;
	const char *digit;

	for (digit = text + 4; *digit; digit++)
		rest = (rest * 10 + (unsigned int)(*digit - '0')) % 97;
	for (digit = "131400"; *digit; digit++)
		rest = (rest * 10 + (unsigned int)(*digit - '0')) % 97;
	rest = 98 - rest;
	text[2] = (char)('0' + rest / 10);
	text[3] = (char)('0' + rest % 10);
}

/* --- for people ------------------------------------------------------------------------------ */

const char *secrets_layer_name(enum secret_layer layer)
{
	static const char *const names[SECRET_LAYERS] = {
		[SECRET_KERNEL] = "kernel", [SECRET_PROVENANCE] = "provenance",
		[SECRET_SHAPE] = "shape",   [SECRET_PATTERN] = "pattern",
		[SECRET_NUMBER] = "number", [SECRET_LEAVING] = "leaving",
	};

	return names[layer];
}

const char *secrets_layer_task(enum secret_layer layer)
{
	static const char *const tasks[SECRET_LAYERS] = {
		[SECRET_KERNEL] = "any text in ring and maps; programs that read memory",
		[SECRET_PROVENANCE] = "texts that are no constants of the file",
		[SECRET_SHAPE] = "constants that are no identifiers",
		[SECRET_PATTERN] = "identifiers that look like a person's or a secret",
		[SECRET_NUMBER] = "exact measures, ids of spans",
		[SECRET_LEAVING] = "what stands in a database and may not leave it",
	};

	return tasks[layer];
}

const char *secrets_source_name(enum secret_source source)
{
	static const char *const names[] = {
		[SECRET_CONSTANT] = "constant",
		[SECRET_VARIABLE] = "variable",
		[SECRET_ARGUMENT] = "argument",
		[SECRET_ENVIRONMENT] = "environment",
		[SECRET_STACK] = "stack",
		[SECRET_HEAP] = "heap",
		[SECRET_DIRECTORY] = "directory",
		[SECRET_MEASURE] = "measure",
		[SECRET_ID] = "id",
		[SECRET_STORED] = "stored",
	};

	return names[source];
}
