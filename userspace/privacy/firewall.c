/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/firewall.h"

#include <errno.h>
#include <fnmatch.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "privacy/disguise.h"
#include "privacy/machine_names.h"
#include "privacy/patterns.h"
#include "privacy/url_domain.h"
#include "privacy/words.h"

enum {
	REMEMBERED_MAX = 65536,	     /* verdicts */
	REMEMBERED_REFUSALS = 16384, /* of these; so that refusals never crowd out passed ones */
	FIRST_CAPACITY = 256,	     /* a power of two */
	CHUNK_BYTES = 16384,	     /* of kept texts */
	KEPT_PREFIX = 3,	     /* field, provenance and length before each kept text */
	LONGEST = 64,		     /* of length_max */
};

#define REFUSED (1ull << 63) /* of a slot's hash; places are chosen by its other end */

struct reason { /* what refused a string; layer FIREWALL_PASSED: nothing did */
	enum firewall_layer layer;
	bool hides_value;
	const char *rule, *placeholder; /* constants, or the patterns' */
};

struct slot {	       /* small: a table of many is walked at random */
	uint64_t hash; /* 0: free; or with REFUSED */
	union {
		const char *text;	     /* passed: the kept text */
		const struct reason *reason; /* refused: why; a refused text is not kept */
	};
};

struct chunk {
	struct chunk *next;
	size_t used;
	_Alignas(struct reason) char bytes[CHUNK_BYTES];
};

struct firewall {
	struct firewall_options options;
	struct patterns *patterns;
	struct slot *slots;
	size_t capacity;
	size_t remembered;
	size_t refusals;
	struct chunk *chunks;
	char unkept[LONGEST + 1]; /* the last text that passed and found no room */
	unsigned long long refused[FIREWALL_LAYERS];
	/* the hash is keyed: a program cannot choose its names so that they fall on one another */
	unsigned char keys[FIREWALL_FIELDS][FIREWALL_PROVENANCES][crypto_shorthash_KEYBYTES];
};

static const size_t length_max[FIREWALL_FIELDS] = {
	[FIREWALL_APP] = LONGEST, [FIREWALL_NAME] = 63,	 [FIREWALL_VALUE] = 63,
	[FIREWALL_VERSION] = 32,  [FIREWALL_ERROR] = 48,
};

static const struct reason unknown = { FIREWALL_PROVENANCE, false, "undeclared", "[UNDECLARED]" };
static const struct reason shapeless = { FIREWALL_SHAPE, false, "identifier", "[REDACTED]" };
static const struct reason long_or_empty = { FIREWALL_SHAPE, false, "length", "[REDACTED]" };
static const struct reason ignored = { FIREWALL_IGNORE, false, "ignore", "[IGNORED]" };

static int copy_list(const struct text_list *from, struct text_list *to)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		if (text_list_add(to, from->items[i], strlen(from->items[i])))
			return -ENOMEM;
	return 0;
}

/* Without the expressions: the patterns have compiled them. */
static int copy_options(const struct firewall_options *from, struct firewall_options *to)
{
	to->strips_pii = from->strips_pii;
	to->redacts_paths = from->redacts_paths;
	to->blocks_sensitive = from->blocks_sensitive;
	if (copy_list(&from->fields, &to->fields) || copy_list(&from->ignores, &to->ignores) ||
	    copy_list(&from->domains, &to->domains) || copy_list(&from->names, &to->names))
		return -ENOMEM;
	text_list_sort(&to->names);
	return 0;
}

int firewall_new(const struct firewall_options *options, struct firewall **out, struct error *error)
{
	struct firewall_options defaults;
	struct firewall *firewall;
	bool has_random = sodium_init() >= 0;
	int ret = -ENOMEM;

	firewall_options_init(&defaults);
	if (!options)
		options = &defaults;
	firewall = has_random ? calloc(1, sizeof(*firewall)) : NULL; /* uncovered: it has */
	if (firewall)
		firewall->slots = calloc(FIRST_CAPACITY, sizeof(*firewall->slots));
	if (!firewall || !firewall->slots || copy_options(options, &firewall->options)) {
		error_set(error, -ENOMEM, "cannot start the privacy firewall: %s",
			  error_text(-ENOMEM));
		goto free;
	}
	ret = patterns_new(options->strips_pii, options->redacts_paths,
			   (const char *const *)options->patterns.items, options->patterns.count,
			   &firewall->patterns, error);
	if (ret)
		goto free;
	firewall->capacity = FIRST_CAPACITY;
	randombytes_buf(firewall->keys, sizeof(firewall->keys));
	*out = firewall;
	return 0;
free:
	firewall_free(firewall);
	return ret;
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
	patterns_free(firewall->patterns);
	firewall_options_clear(&firewall->options);
	free(firewall->slots);
	free(firewall);
}

void firewall_speed_up(struct firewall *firewall)
{
	patterns_speed_up(firewall->patterns);
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* [A-Za-z0-9][A-Za-z0-9_.:+-]*; @length is 1 or more */
static bool has_shape(const char *text, size_t length)
{
	size_t i;

	if (!is_alphanumeric(text[0]))
		return false;
	for (i = 1; i < length; i++)
		if (!is_alphanumeric(text[i]) && text[i] != '_' && text[i] != '.' &&
		    text[i] != ':' && text[i] != '+' && text[i] != '-')
			return false;
	return true;
}

bool firewall_has_shape(enum firewall_field field, const char *text)
{
	size_t length = strnlen(text, length_max[field] + 1);

	return length && length <= length_max[field] && has_shape(text, length);
}

size_t firewall_length_max(enum firewall_field field)
{
	return length_max[field];
}

/* --- the layers behind provenance ---------------------------------------------------------- */

struct look { /* at one text and its disguises */
	const struct firewall *firewall;
	struct reason reason;
};

static int look_at(void *data, const char *text, size_t length)
{
	struct look *look = data;
	const struct firewall_options *options = &look->firewall->options;
	struct pattern_found found;
	enum words_found words;

	if (patterns_find(look->firewall->patterns, text, length, &found)) {
		look->reason =
			(struct reason){ FIREWALL_PATTERN, false, found.rule, found.placeholder };
		return 1;
	}
	if (options->strips_pii && machine_names_find(&options->names, text, length)) {
		look->reason = (struct reason){ FIREWALL_PATTERN, false, "name of this machine",
						"[USER]" };
		return 1;
	}
	words = words_find(text, length, (const char *const *)options->fields.items,
			   options->fields.count);
	if (words == WORDS_NONE || (words == WORDS_MENTION && !options->blocks_sensitive))
		return 0;
	look->reason = (struct reason){ FIREWALL_PATTERN, true, "sensitive word", "[REDACTED]" };
	return 1;
}

static bool is_ignored(const struct firewall *firewall, const char *text)
{
	size_t i;

	for (i = 0; i < firewall->options.ignores.count; i++)
		if (!fnmatch(firewall->options.ignores.items[i], text, 0))
			return true;
	return false;
}

/* @text of @length bytes; it ends with a NUL where it has the shape. */
static struct reason examine(const struct firewall *firewall, enum firewall_field field,
			     const char *text, size_t length)
{
	struct look look = { .firewall = firewall };
	size_t searched = length > DISGUISE_MAX ? DISGUISE_MAX : length;
	const char *domain = url_domain(&firewall->options.domains, text, searched);

	if (domain) /* a text of the configuration, whatever else stands there */
		return (struct reason){ FIREWALL_PATTERN, false, "url_domains", domain };
	if (disguise_each(text, searched, look_at, &look)) {
		if (firewall->options.blocks_sensitive)
			look.reason.layer = FIREWALL_BLOCK;
		return look.reason;
	}
	if (!length || length > length_max[field])
		return long_or_empty;
	if (!has_shape(text, length))
		return shapeless;
	return is_ignored(firewall, text) ? ignored : look.reason;
}

/* --- what is remembered -------------------------------------------------------------------- */

static struct firewall_verdict refuse(struct firewall *firewall, const struct reason *reason)
{
	firewall->refused[reason->layer]++;
	return (struct firewall_verdict){ .text = reason->placeholder,
					  .layer = reason->layer,
					  .rule = reason->rule,
					  .is_kept = true,
					  .hides_value = reason->hides_value };
}

static struct firewall_verdict verdict_of(struct firewall *firewall, const struct slot *slot)
{
	if (slot->hash & REFUSED)
		return refuse(firewall, slot->reason);
	return (struct firewall_verdict){ .text = slot->text,
					  .layer = FIREWALL_PASSED,
					  .is_kept = true };
}

struct question {
	const char *text;
	size_t length; /* without the NUL */
	uint64_t hash; /* without REFUSED; never 0 */
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
	question->hash |= REFUSED >> 1;
	question->hash &= ~REFUSED;
}

static bool is_same(const char *kept, const struct question *question)
{
	size_t prefix_differs = (size_t)memcmp(kept - KEPT_PREFIX, question->prefix, KEPT_PREFIX);

	return !(prefix_differs | (size_t)memcmp(kept, question->text, question->length));
}

/* The question's slot, or the free one where it belongs. A refused text is told by its hash
 * alone: were two of 2^62 the same, one more would be refused. */
static struct slot *slot_for(const struct firewall *firewall, const struct question *question)
{
	size_t mask = firewall->capacity - 1, index = question->hash & mask;
	struct slot *slot;

	for (;; index = (index + 1) & mask) {
		slot = &firewall->slots[index];
		if (!slot->hash)
			return slot;
		if ((slot->hash & ~REFUSED) != question->hash)
			continue;
		if (slot->hash & REFUSED)
			return slot;
		if (is_same(slot->text, question)) /* uncovered: two of 2^62 */
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

/* Return: so many bytes that live as long as the firewall, NULL without memory. */
static char *room_for(struct firewall *firewall, size_t bytes, size_t alignment)
{
	struct chunk *chunk = firewall->chunks;
	size_t start = chunk ? (chunk->used + alignment - 1) / alignment * alignment : 0;

	if (!chunk || start + bytes > CHUNK_BYTES) {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->next = firewall->chunks;
		firewall->chunks = chunk;
		start = 0;
	}
	chunk->used = start + bytes;
	return chunk->bytes + start;
}

static const char *keep_text(struct firewall *firewall, const struct question *question)
{
	char *room = room_for(firewall, KEPT_PREFIX + question->length + 1, 1);

	if (!room)
		return NULL;
	memcpy(room, question->prefix, KEPT_PREFIX);
	room += KEPT_PREFIX;
	memcpy(room, question->text, question->length);
	room[question->length] = '\0';
	return room;
}

static const struct reason *keep_reason(struct firewall *firewall, const struct reason *reason)
{
	char *room = room_for(firewall, sizeof(*reason), _Alignof(struct reason));

	return room ? memcpy(room, reason, sizeof(*reason)) : NULL;
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

static struct firewall_verdict pass_unkept(struct firewall *firewall,
					   const struct question *question)
{
	memcpy(firewall->unkept, question->text, question->length);
	firewall->unkept[question->length] = '\0';
	return (struct firewall_verdict){ .text = firewall->unkept, .layer = FIREWALL_PASSED };
}

/* @slot: to remember it in; NULL: there is no room */
static struct firewall_verdict pass(struct firewall *firewall, const struct question *question,
				    struct slot *slot)
{
	const char *text = slot ? keep_text(firewall, question) : NULL;

	if (!text)
		return pass_unkept(firewall, question);
	*slot = (struct slot){ .hash = question->hash, .text = text };
	firewall->remembered++;
	return verdict_of(firewall, slot);
}

static void remember_refusal(struct firewall *firewall, const struct question *question,
			     const struct reason *reason, struct slot *slot)
{
	const struct reason *kept = slot ? keep_reason(firewall, reason) : NULL;

	if (!kept)
		return;
	*slot = (struct slot){ .hash = question->hash | REFUSED, .reason = kept };
	firewall->remembered++;
	firewall->refusals++;
}

static struct firewall_verdict judge(struct firewall *firewall, const struct question *question,
				     struct slot *slot)
{
	struct reason reason = examine(firewall, (enum firewall_field)question->prefix[0],
				       question->text, question->length);

	if (reason.layer == FIREWALL_PASSED)
		return pass(firewall, question, slot_to_fill(firewall, question, slot));
	if (firewall->refusals < REMEMBERED_REFUSALS)
		remember_refusal(firewall, question, &reason,
				 slot_to_fill(firewall, question, slot));
	return refuse(firewall, &reason);
}

struct firewall_verdict firewall_check(struct firewall *firewall, enum firewall_field field,
				       enum firewall_provenance provenance, const char *text)
{
	struct question question;
	struct slot *slot;
	size_t length;

	if (!text || provenance == FIREWALL_UNKNOWN)
		return refuse(firewall, &unknown);
	length = strnlen(text, length_max[field] + 1);
	if (!length || length > length_max[field])
		return refuse(firewall, &long_or_empty);
	question_set(&question, firewall, field, provenance, text, length);
	slot = slot_for(firewall, &question);
	if (slot->hash)
		return verdict_of(firewall, slot);
	return judge(firewall, &question, slot);
}

struct firewall_verdict firewall_explain(struct firewall *firewall, enum firewall_field field,
					 const char *text, size_t length)
{
	struct reason reason = examine(firewall, field, text, length);

	if (reason.layer == FIREWALL_PASSED)
		return (struct firewall_verdict){ .layer = FIREWALL_PASSED };
	return refuse(firewall, &reason);
}

unsigned long long firewall_refused(const struct firewall *firewall, enum firewall_layer layer)
{
	return layer < FIREWALL_LAYERS ? firewall->refused[layer] : 0;
}

bool firewall_drops(const struct firewall *firewall)
{
	return firewall->options.blocks_sensitive || firewall->options.ignores.count;
}

const char *firewall_layer_name(enum firewall_layer layer)
{
	static const char *const names[FIREWALL_LAYERS] = {
		[FIREWALL_PASSED] = "passed", [FIREWALL_PROVENANCE] = "provenance",
		[FIREWALL_SHAPE] = "shape",   [FIREWALL_PATTERN] = "pattern",
		[FIREWALL_BLOCK] = "block",   [FIREWALL_IGNORE] = "ignore",
	};

	return names[layer];
}
