/* SPDX-License-Identifier: GPL-2.0-only */
/* table.h - a hash table of fixed-size keys and values that never grows beyond its limit.
 * Owns its memory; entries are kept inline, so a pointer to a value is good until the next
 * table_add() or table_remove(). The hash is keyed by a random seed: whoever chooses the keys (the
 * constants of a traced program) cannot choose where they land. Not thread-safe. */
#ifndef TELPROBE_LIB_TABLE_H
#define TELPROBE_LIB_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
	unsigned char *entries; /* capacity times { hash, key, value }; hash 0: free */
	size_t key_bytes;
	size_t value_offset;
	size_t entry_bytes;
	size_t capacity; /* a power of two, or 0 before the first entry */
	size_t count;
	size_t limit;
	uint64_t seed;
};

/**
 * table_init() - an empty table; allocates nothing
 * @key_bytes: a multiple of 4; padding inside a key must be zeroed by whoever makes one
 * @limit: most entries it will hold, at least 1 */
void table_init(struct table *table, size_t key_bytes, size_t value_bytes, size_t limit);
void table_clear(struct table *table); /* frees all entries; may be filled again */

/** table_find() - Return: the key's value, or NULL. */
void *table_find(const struct table *table, const void *key);

/** table_add() - the key's value, zeroed if the key is new. Return: NULL when the table is at its
 * limit or there is no memory; the table is then as it was. */
void *table_add(struct table *table, const void *key);
void table_remove(struct table *table, const void *key); /* an absent key is fine */

/**
 * table_next() - walk the entries in no particular order
 * @position: 0 to begin; moved along. Adding or removing meanwhile may skip or repeat entries.
 * Return: the next value, its key in *out_key (may be NULL); NULL at the end. */
void *table_next(const struct table *table, size_t *position, const void **out_key);

#endif
