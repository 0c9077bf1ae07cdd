/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { FIRST_CAPACITY = 64, HASH_BYTES = 8 };

static size_t rounded_up(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

static uint64_t random_seed(void)
{
	struct timespec now;
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
	clock_gettime(CLOCK_MONOTONIC, &now); /* early boot: only the spread suffers */
	return (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15ull ^ (uintptr_t)&seed;
}

void table_init(struct table *table, size_t key_bytes, size_t value_bytes, size_t limit)
{
	memset(table, 0, sizeof(*table));
	table->key_bytes = key_bytes;
	table->value_offset = HASH_BYTES + rounded_up(key_bytes);
	table->entry_bytes = table->value_offset + rounded_up(value_bytes);
	table->limit = limit;
	table->seed = random_seed();
}

void table_clear(struct table *table)
{
	free(table->entries);
	table->entries = NULL;
	table->capacity = 0;
	table->count = 0;
}

/* Both halves of a 64 by 64 bit product: every input bit reaches the middle. */
static uint64_t folded_product(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(const struct table *table, const void *key)
{
	const unsigned char *bytes = key;
	size_t left = table->key_bytes;
	uint64_t hash = table->seed, word;
	uint32_t half;

	for (; left >= 8; left -= 8, bytes += 8) {
		memcpy(&word, bytes, 8);
		hash = folded_product(hash ^ word, 0x9e3779b97f4a7c15ull ^ (table->seed << 1 | 1));
	}
	if (left) {
		memcpy(&half, bytes, 4);
		hash = folded_product(hash ^ half, 0xd6e8feb86659fd93ull);
	}
	hash = folded_product(hash ^ table->key_bytes, 0xbf58476d1ce4e5b9ull);
	return hash ? hash : 1;
}

static unsigned char *entry_at(const struct table *table, size_t index)
{
	return table->entries + index * table->entry_bytes;
}

static uint64_t entry_hash(const unsigned char *entry)
{
	uint64_t hash;

	memcpy(&hash, entry, sizeof(hash));
	return hash;
}

/* The entry of @key, or the free one where it belongs. The table is never full. */
static unsigned char *entry_for(const struct table *table, const void *key, uint64_t hash)
{
	size_t mask = table->capacity - 1, index = hash & mask;
	unsigned char *entry;
	uint64_t found;

	for (;; index = (index + 1) & mask) {
		entry = entry_at(table, index);
		found = entry_hash(entry);
		if (!found)
			return entry;
		if (found == hash && !memcmp(entry + HASH_BYTES, key, table->key_bytes))
			return entry;
	}
}

void *table_find(const struct table *table, const void *key)
{
	unsigned char *entry;

	if (!table->count)
		return NULL;
	entry = entry_for(table, key, hash_of(table, key));
	return entry_hash(entry) ? entry + table->value_offset : NULL;
}

static int grow(struct table *table)
{
	struct table larger = *table;
	unsigned char *entry;
	size_t i;

	larger.capacity = table->capacity ? table->capacity * 2 : FIRST_CAPACITY;
	larger.entries = calloc(larger.capacity, table->entry_bytes);
	if (!larger.entries)
		return -1;
	for (i = 0; i < table->capacity; i++) {
		entry = entry_at(table, i);
		if (entry_hash(entry))
			memcpy(entry_for(&larger, entry + HASH_BYTES, entry_hash(entry)), entry,
			       table->entry_bytes);
	}
	free(table->entries);
	*table = larger;
	return 0;
}

void *table_add(struct table *table, const void *key)
{
	uint64_t hash = hash_of(table, key);
	unsigned char *entry = NULL;

	if (table->capacity) {
		entry = entry_for(table, key, hash);
		if (entry_hash(entry))
			return entry + table->value_offset;
	}
	if (table->count >= table->limit)
		return NULL;
	if (table->count >= table->capacity / 2) {
		if (grow(table))
			return NULL;
		entry = entry_for(table, key, hash);
	}
	memset(entry, 0, table->entry_bytes);
	memcpy(entry, &hash, sizeof(hash));
	memcpy(entry + HASH_BYTES, key, table->key_bytes);
	table->count++;
	return entry + table->value_offset;
}

void table_remove(struct table *table, const void *key)
{
	size_t mask = table->capacity - 1, hole, index, home;
	unsigned char *entry;

	if (!table->count)
		return;
	entry = entry_for(table, key, hash_of(table, key));
	if (!entry_hash(entry))
		return;
	hole = (size_t)(entry - table->entries) / table->entry_bytes;
	/* move back what could no longer be found behind a free entry */
	for (index = (hole + 1) & mask; entry_hash(entry_at(table, index));
	     index = (index + 1) & mask) {
		home = entry_hash(entry_at(table, index)) & mask;
		if (((index - home) & mask) < ((index - hole) & mask))
			continue;
		memcpy(entry_at(table, hole), entry_at(table, index), table->entry_bytes);
		hole = index;
	}
	memset(entry_at(table, hole), 0, table->entry_bytes);
	table->count--;
}

void *table_next(const struct table *table, size_t *position, const void **out_key)
{
	unsigned char *entry;

	while (*position < table->capacity) {
		entry = entry_at(table, (*position)++);
		if (!entry_hash(entry))
			continue;
		if (out_key)
			*out_key = entry + HASH_BYTES;
		return entry + table->value_offset;
	}
	return NULL;
}
