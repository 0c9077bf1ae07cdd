/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_secrets.h - what `telprobe selftest` tries to smuggle through, new in each run.
 * Owns the table: what a secret looks like, how the traced program comes by it, which layer of
 * docs/privacy.md stops it, and what is stored instead. For every layer there are secrets that no
 * other stops.
 *
 * To add one: a row, whose name must be a harmless identifier; tests/unit/cli/test_selftest_secrets.c
 * tries it. */
#ifndef TELPROBE_CLI_SELFTEST_SECRETS_H
#define TELPROBE_CLI_SELFTEST_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { SECRETS_MAX = 64, SECRET_TEXT = 96 }; /* bytes with the NUL */

enum secret_layer {
	SECRET_KERNEL,
	SECRET_PROVENANCE,
	SECRET_SHAPE,
	SECRET_PATTERN,
	SECRET_NUMBER,
	SECRET_LEAVING,
	SECRET_LAYERS
};

enum secret_source {
	SECRET_CONSTANT,    /* stands in the program's file */
	SECRET_VARIABLE,    /* too, but where the program may write */
	SECRET_ARGUMENT,    /* of its command line */
	SECRET_ENVIRONMENT, /* SELFTEST_<name> */
	SECRET_STACK,	    /* an argument, copied there */
	SECRET_HEAP,	    /* a line of the file "notes" in its working directory */
	SECRET_DIRECTORY,   /* the name of that directory */
	SECRET_MEASURE,	    /* a number it measured, no text */
	SECRET_ID,	    /* a number by which it tells its spans apart */
	SECRET_STORED,	    /* it stands in a database already, whoever wrote it there */
};

struct secret {
	const char *name; /* stored beside what stands for it */
	enum secret_layer layer;
	enum secret_source source;
	const char *form;     /* see selftest_secrets.c */
	const char *expected; /* the placeholder, or what else is there instead */
	void (*finish)(char *text);
};

struct secret_text { /* of one run */
	char text[SECRET_TEXT];
	size_t own_at, own_length; /* the part made by chance, by which it is searched for */
};

/** secrets_at() - the row @index; NULL behind the last, which is below SECRETS_MAX */
const struct secret *secrets_at(size_t index);
size_t secrets_count(void);

/** secrets_make() - a text for each row. Return: 0; -EIO: no random bytes. */
int secrets_make(struct secret_text out[SECRETS_MAX], struct error *error);

/** secrets_of_machine() - the row whose word stands for the name of a person on this machine */
size_t secrets_of_machine(void);
/** secrets_hidden_key(), secrets_hidden_value() - rows that are told as a tag: the value is a plain
 * word, refused because of its key alone */
size_t secrets_hidden_key(void);
size_t secrets_hidden_value(void);

/** secrets_is_told() - whether the traced program tells it as a text */
bool secrets_is_told(size_t index);
/** secrets_is_argument() - whether the traced program is given it on its command line */
bool secrets_is_argument(const struct secret *secret);

const char *secrets_layer_name(enum secret_layer layer);
/** secrets_layer_task() - what the layer has to stop, for people */
const char *secrets_layer_task(enum secret_layer layer);
const char *secrets_source_name(enum secret_source source);

#endif
