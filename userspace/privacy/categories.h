/* SPDX-License-Identifier: GPL-2.0-only */
/* categories.h - what a person can do without, by name: TP_CATEGORIES_TABLE of record.h.
 * A set is a byte of enum tp_category, as the kernel side has it. */
#ifndef TELPROBE_PRIVACY_CATEGORIES_H
#define TELPROBE_PRIVACY_CATEGORIES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"
#include "telprobe/record.h"

enum { CATEGORIES_TEXT = 96 }; /* bytes of all names with their commas and a NUL */

#define CATEGORY_WORD(constant, name, what) #name " "
#define CATEGORY_WORDS			    TP_CATEGORIES_TABLE(CATEGORY_WORD) /* all names, each with a space */

/** category_name() - "errors"; NULL behind the last. @number: from 0, the bit's */
const char *category_name(unsigned int number);
/** category_what() - what is in it; lower case, no full stop; NULL behind the last. */
const char *category_what(unsigned int number);

/** categories_parse() - names with commas between, each once or more
 * Return: 0; -EINVAL: *@error, which may be NULL, names the good ones. */
int categories_parse(const char *text, uint8_t *out, struct error *error);

/** categories_format() - "errors,performance", in the order of the table; "" for none
 * Return: @out; NULL for none. */
const char *categories_format(uint8_t set, char out[CATEGORIES_TEXT]);

/** category_of_event() - the category of records of @type (@kind: of a TP_SPAN);
 * TP_CATEGORY_NONE for what is no event. */
enum tp_category category_of_event(enum tp_type type, uint8_t kind);

#endif
