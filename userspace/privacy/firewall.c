/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/firewall.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	REMEMBERED_MAX = 65536,	     /* verdicts */
	REMEMBERED_REFUSALS = 16384, /* of these; so that refusals never crowd out passed ones */
	FIRST_CAPACITY = 256,	     /* a power of two */
	CHUNK_BYTES = 16384,	     /* of kept texts */
	KEPT_PREFIX = 3,	     /* field, provenance and length before each kept text */
};

struct slot {
	uint64_t hash;	  /* 0: free */
	const char *text; /* passed: the kept text; refused: NULL, a refused text is not kept */
};

struct chunk {
	struct chunk *next;
	size_t used;
	char bytes[CHUNK_BYTES];
};

struct firewall {
	struct slot *slots;
	size_t capacity;
	size_t remembered;
	size_t refusals;
	struct chunk *chunks;
	unsigned long long refused[FIREWALL_LAYERS];
	/* the hash is keyed: a program cannot choose its names so that they fall on one another */
	unsigned char keys[FIREWALL_FIELDS][FIREWALL_PROGRAM + 1][crypto_shorthash_KEYBYTES];
};

static const size_t length_max[FIREWALL_FIELDS] = {
	[FIREWALL_APP] = 64,	 [FIREWALL_NAME] = 63,	[FIREWALL_VALUE] = 63,
	[FIREWALL_VERSION] = 32, [FIREWALL_ERROR] = 48,
};

static const char *const placeholders[FIREWALL_LAYERS] = {
	[FIREWALL_PROVENANCE] = "[UNDECLARED]",
	[FIREWALL_SHAPE] = "[REDACTED]",
};

int firewall_new(struct firewall **out, struct error *error)
{
	struct firewall *firewall;

	firewall = sodium_init() < 0 ? NULL : calloc(1, sizeof(*firewall));
	if (firewall)
		firewall->slots = calloc(FIRST_CAPACITY, sizeof(*firewall->slots));
	if (!firewall || !firewall->slots) {
		free(firewall);
		return error_set(error, -ENOMEM, "cannot start the privacy firewall: %s",
				 error_text(-ENOMEM));
	}
	firewall->capacity = FIRST_CAPACITY;
	randombytes_buf(firewall->keys, sizeof(firewall->keys));
	*out = firewall;
	return 0;
}

void firewall_free(struct firewall *firewall)
{
	struct chunk *chunk, *next;

	if (!firewall)
		return;
	for (chunk = firewall->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(firewall->slots);
	free(firewall);
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* [A-Za-z0-9][A-Za-z0-9_.:+-]* */
static bool has_shape(const char *text, size_t length)
{
	size_t i;

	if (!length || !is_alphanumeric(text[0]))
		return false;
	for (i = 1; i < length; i++)
		if (!is_alphanumeric(text[i]) && text[i] != '_' && text[i] != '.' &&
		    text[i] != ':' && text[i] != '+' && text[i] != '-')
			return false;
	return true;
}

static struct firewall_verdict refuse(struct firewall *firewall, enum firewall_layer layer)
{
	firewall->refused[layer]++;
	return (struct firewall_verdict){ .text = placeholders[layer], .layer = layer };
}

static struct firewall_verdict verdict_of(struct firewall *firewall, const struct slot *slot)
{
	if (!slot->text)
		return refuse(firewall, FIREWALL_SHAPE);
	return (struct firewall_verdict){ .text = slot->text, .layer = FIREWALL_PASSED };
}

struct question {
	const char *text;
	size_t length; /* without the NUL */
	uint64_t hash;
	char prefix[KEPT_PREFIX];
};

static void question_set(struct question *question, const struct firewall *firewall,
			 enum firewall_field field, enum firewall_provenance provenance,
			 const char *text, size_t length)
{
	unsigned char hash[crypto_shorthash_BYTES];

	question->text = text;
	question->length = length;
	question->prefix[0] = (char)field;
	question->prefix[1] = (char)provenance;
	question->prefix[2] = (char)length;
	crypto_shorthash(hash, (const unsigned char *)text, length,
			 firewall->keys[field][provenance]);
	memcpy(&question->hash, hash, sizeof(question->hash));
	question->hash |= !question->hash;
}

/* The question's slot, or the free one where it belongs. A refused text is told by its hash
 * alone: were two of 2^64 the same, one more would be refused. */
static struct slot *slot_for(const struct firewall *firewall, const struct question *question)
{
	size_t mask = firewall->capacity - 1, index = question->hash & mask;
	struct slot *slot;

	for (;; index = (index + 1) & mask) {
		slot = &firewall->slots[index];
		if (!slot->hash)
			return slot;
		if (slot->hash != question->hash)
			continue;
		if (!slot->text ||
		    (!memcmp(slot->text - KEPT_PREFIX, question->prefix, KEPT_PREFIX) &&
		     !memcmp(slot->text, question->text, question->length)))
			return slot;
	}
}

static bool grow(struct firewall *firewall)
{
	size_t i, index, mask = firewall->capacity * 2 - 1;
	struct slot *slots = calloc(firewall->capacity * 2, sizeof(*slots));

	if (!slots)
		return false;
	for (i = 0; i < firewall->capacity; i++) {
		if (!firewall->slots[i].hash)
			continue;
		index = firewall->slots[i].hash & mask;
		while (slots[index].hash)
			index = (index + 1) & mask;
		slots[index] = firewall->slots[i];
	}
	free(firewall->slots);
	firewall->slots = slots;
	firewall->capacity *= 2;
	return true;
}

/* Return: a copy of the question's text that lives as long as the firewall, NULL without memory. */
static const char *keep(struct firewall *firewall, const struct question *question)
{
	struct chunk *chunk = firewall->chunks;
	char *room;

	if (!chunk || CHUNK_BYTES - chunk->used < KEPT_PREFIX + question->length + 1) {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->next = firewall->chunks;
		chunk->used = 0;
		firewall->chunks = chunk;
	}
	room = chunk->bytes + chunk->used;
	memcpy(room, question->prefix, KEPT_PREFIX);
	room += KEPT_PREFIX;
	memcpy(room, question->text, question->length);
	room[question->length] = '\0';
	chunk->used += KEPT_PREFIX + question->length + 1;
	return room;
}

/* The slot to remember a verdict in, NULL where there is no room for one more. */
static struct slot *slot_to_fill(struct firewall *firewall, const struct question *question,
				 struct slot *free_slot)
{
	if (firewall->remembered >= REMEMBERED_MAX)
		return NULL;
	if (firewall->remembered < firewall->capacity / 2)
		return free_slot;
	return grow(firewall) ? slot_for(firewall, question) : NULL;
}

static struct firewall_verdict judge(struct firewall *firewall, const struct question *question,
				     struct slot *slot)
{
	bool is_passed = has_shape(question->text, question->length);
	const char *text = NULL;

	if (!is_passed && firewall->refusals >= REMEMBERED_REFUSALS)
		return refuse(firewall, FIREWALL_SHAPE);
	slot = slot_to_fill(firewall, question, slot);
	if (slot && is_passed)
		text = keep(firewall, question);
	if (is_passed && !text) { /* what cannot be kept cannot be handed out */
		firewall->refused[FIREWALL_SHAPE]++;
		return (struct firewall_verdict){ .text = "[REFUSED]", .layer = FIREWALL_SHAPE };
	}
	if (!slot)
		return refuse(firewall, FIREWALL_SHAPE);
	slot->hash = question->hash;
	slot->text = text;
	firewall->remembered++;
	firewall->refusals += !is_passed;
	return verdict_of(firewall, slot);
}

struct firewall_verdict firewall_check(struct firewall *firewall, enum firewall_field field,
				       enum firewall_provenance provenance, const char *text)
{
	struct question question;
	struct slot *slot;
	size_t length;

	if (!text || (provenance != FIREWALL_CONSTANT && provenance != FIREWALL_PROGRAM))
		return refuse(firewall, FIREWALL_PROVENANCE);
	length = strnlen(text, length_max[field] + 1);
	if (!length || length > length_max[field])
		return refuse(firewall, FIREWALL_SHAPE);
	question_set(&question, firewall, field, provenance, text, length);
	slot = slot_for(firewall, &question);
	if (slot->hash)
		return verdict_of(firewall, slot);
	return judge(firewall, &question, slot);
}

unsigned long long firewall_refused(const struct firewall *firewall, enum firewall_layer layer)
{
	return layer < FIREWALL_LAYERS ? firewall->refused[layer] : 0;
}
