/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_search.h - looks for secrets in bytes of any kind: as they are, in upper or lower case, in
 * hexadecimal, in base64 at each of its three alignments; numbers as a database keeps them, too. */
#ifndef TELPROBE_CLI_SELFTEST_SEARCH_H
#define TELPROBE_CLI_SELFTEST_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEARCH_SECRETS = 64, SEARCH_TEXT = 96 };

struct search;

/** search_new() - Return: NULL: no memory */
struct search *search_new(void);
void search_free(struct search *search); /* NULL is fine */

/** search_add() - a secret of 5 to SEARCH_TEXT bytes; of a long one its first half alone counts too
 * @number: below SEARCH_SECRETS, each once. Return: 0; -EINVAL. */
int search_add(struct search *search, unsigned int number, const char *text, size_t length);

/** search_add_integer() - the number as SQLite keeps it, big-endian in 6 or 8 bytes. Of one that stands
 * nowhere in memory either (@in_memory) also as this machine does.
 * @value: at least 2^40, else bytes by chance would be taken for it. Return: 0; -EINVAL. */
int search_add_integer(struct search *search, unsigned int number, uint64_t value, bool in_memory);

/** search_look() - which secrets stand in @bytes: a bit for each number. Return: 0, -ENOMEM. */
int search_look(const struct search *search, const void *bytes, size_t size, uint64_t *out_found);

#endif
