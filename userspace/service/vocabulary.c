/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/vocabulary.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { STACK_WIPED = 65536, PLACES_KEPT = 65536 };

#define ORIGIN_OF_GROUPS (1u << 31) /* with the number of their target */

struct place_key {
	uint32_t place;
	uint16_t object;
	uint8_t field;
	uint8_t provenance;
};

struct place {
	const char *text; /* the firewall's; NULL: to be judged again when its id is asked for */
	int64_t id;	  /* 0: not known in this generation of the store */
	bool hides_value;
	bool is_other; /* the id is that of [OTHER] */
	uint8_t layer; /* enum firewall_layer */
};

void vocabulary_init(struct vocabulary *vocabulary, struct store *store, struct firewall *firewall,
		     const struct collector_source *source)
{
	vocabulary->store = store;
	vocabulary->firewall = firewall;
	vocabulary->source = *source;
	table_init(&vocabulary->places, sizeof(struct place_key), sizeof(struct place),
		   PLACES_KEPT);
}

void vocabulary_clear(struct vocabulary *vocabulary)
{
	table_clear(&vocabulary->places);
}

void vocabulary_forget_ids(struct vocabulary *vocabulary)
{
	struct place *place;
	size_t position = 0;

	while ((place = table_next(&vocabulary->places, &position, NULL)))
		place->id = 0;
}

void vocabulary_forget(struct vocabulary *vocabulary, const bool is_gone[TP_OBJECTS])
{
	struct place *place, *kept;
	struct table rest;
	size_t position = 0;
	const void *key;

	table_init(&rest, sizeof(struct place_key), sizeof(struct place), PLACES_KEPT);
	while ((place = table_next(&vocabulary->places, &position, &key))) {
		if (is_gone[((const struct place_key *)key)->object])
			continue;
		kept = table_add(&rest, key);
		if (!kept)
			break; /* no memory: judged again when it is met again */
		*kept = *place;
	}
	table_clear(&vocabulary->places);
	vocabulary->places = rest;
}

/* The text at a place: in @buffer or the source's; NULL where it cannot be read. */
static const char *text_of(struct vocabulary *vocabulary, const struct place_key *key,
			   char buffer[64], bool *out_is_too_long)
{
	const struct collector_source *source = &vocabulary->source;
	int ret;

	if (key->provenance == FIREWALL_PROGRAM)
		return source->program(source->data, key->object);
	if (key->place == TP_PLACE_UNDECLARED)
		return NULL;
	ret = source->text(source->data, key->object, key->place, buffer);
	*out_is_too_long = ret == -E2BIG;
	return ret ? NULL : buffer;
}

/* A refused text must not stay in memory: its copies, and those of its disguises, were on the stack
 * below here. Once for each place, so it costs no event anything. */
static __attribute__((noinline)) void wipe_stack(void)
{
	char room[STACK_WIPED];

	explicit_bzero(room, sizeof(room));
}

/* Return: what to store, until the firewall is asked again. */
static const char *judge(struct vocabulary *vocabulary, const struct place_key *key,
			 struct place *place)
{
	const struct collector_source *source = &vocabulary->source;
	struct firewall_verdict verdict;
	bool is_too_long = false;
	char buffer[64];
	const char *text = text_of(vocabulary, key, buffer, &is_too_long);

	/* where a text comes from is known even if it is too long: then its shape is wrong */
	verdict = firewall_check(vocabulary->firewall, key->field, key->provenance,
				 is_too_long ? "" : text);
	place->text = verdict.is_kept ? verdict.text : NULL;
	place->layer = (uint8_t)verdict.layer;
	place->hides_value = verdict.hides_value;
	if (place->layer != FIREWALL_PASSED && source->refused)
		source->refused(source->data, key->object, verdict.layer, text);
	explicit_bzero(buffer, sizeof(buffer));
	wipe_stack();
	return verdict.text;
}

/* Return: where to remember the place; @without, zeroed by the caller, if there is no memory. */
static struct place *remember(struct vocabulary *vocabulary, const struct place_key *key,
			      struct place *without)
{
	struct place *place = table_add(&vocabulary->places, key);

	if (!place && vocabulary->places.count >= PLACES_KEPT) {
		table_clear(&vocabulary->places);
		place = table_add(&vocabulary->places, key);
	}
	return place ? place : without;
}

/* *out_text: what to store, NULL where only its id or the file can tell */
static struct place *judged(struct vocabulary *vocabulary, const struct place_key *key,
			    struct place *without, const char **out_text)
{
	struct place *place = table_find(&vocabulary->places, key);

	if (place) {
		*out_text = place->text;
	} else {
		place = remember(vocabulary, key, without);
		*out_text = judge(vocabulary, key, place);
	}
	return place;
}

/* What a program says without end must not fill a person's file: beyond so many names of a target
 * a new one is kept as [OTHER]. Placeholders are few, and the administrator's own words too. */
static int intern(struct vocabulary *vocabulary, const struct place_key *key, const char *text,
		  struct place *place, struct error *error)
{
	const struct collector_source *source = &vocabulary->source;
	struct collector_budget budget = { .origin = COLLECTOR_ORIGIN, .names = COLLECTOR_NAMES };
	int ret;

	if (place->layer != FIREWALL_PASSED || key->provenance == FIREWALL_DECLARED)
		return store_name(vocabulary->store, text, &place->id, error);
	if (source->budget)
		budget = source->budget(source->data, key->object);
	ret = store_name_within(vocabulary->store, text, budget.origin, budget.names, &place->id,
				error);
	if (ret || place->id)
		return ret;
	place->is_other = true;
	return vocabulary_other(vocabulary, &place->id, error);
}

static int find(struct vocabulary *vocabulary, const struct place_key *key,
		struct vocabulary_name *out, struct error *error)
{
	struct place without = { 0 };
	const char *text;
	struct place *place = judged(vocabulary, key, &without, &text);
	int ret = 0;

	if (!place->id) {
		place->is_other = false;
		ret = intern(vocabulary, key, text ? text : judge(vocabulary, key, place), place,
			     error);
	}
	if (ret) {
		place->id = 0;
		return ret;
	}
	out->id = place->id;
	out->is_other = place->is_other;
	out->is_refused = place->layer != FIREWALL_PASSED || place->is_other;
	out->is_unknown = place->layer == FIREWALL_PROVENANCE;
	out->hides_value = place->hides_value;
	return 0;
}

static enum firewall_provenance provenance_of(uint32_t place)
{
	if (place == TP_PLACE_UNDECLARED)
		return FIREWALL_UNKNOWN;
	if (place == TP_PLACE_FILE)
		return FIREWALL_PROGRAM;
	return place >= TP_PLACE_DECLARED ? FIREWALL_DECLARED : FIREWALL_CONSTANT;
}

static enum firewall_layer layer_of(struct vocabulary *vocabulary, const struct place_key *key)
{
	struct place without = { 0 };
	const char *text;

	return (enum firewall_layer)judged(vocabulary, key, &without, &text)->layer;
}

static struct place_key name_key(uint16_t object, uint32_t place, enum firewall_field field)
{
	return (struct place_key){
		.place = place,
		.object = object,
		.field = (uint8_t)field,
		.provenance = (uint8_t)provenance_of(place),
	};
}

static struct place_key program_key(uint16_t object)
{
	return (struct place_key){
		.object = object,
		.field = FIREWALL_APP,
		.provenance = FIREWALL_PROGRAM,
	};
}

int vocabulary_find(struct vocabulary *vocabulary, uint16_t object, uint32_t place,
		    enum firewall_field field, struct vocabulary_name *out, struct error *error)
{
	const struct place_key key = name_key(object, place, field);

	if (place == TP_PLACE_ABSENT) {
		*out = (struct vocabulary_name){ 0 };
		return 0;
	}
	return find(vocabulary, &key, out, error);
}

int vocabulary_program(struct vocabulary *vocabulary, uint16_t object, struct vocabulary_name *out,
		       struct error *error)
{
	const struct place_key key = program_key(object);

	return find(vocabulary, &key, out, error);
}

int vocabulary_hidden(struct vocabulary *vocabulary, struct vocabulary_name *out,
		      struct error *error)
{
	*out = (struct vocabulary_name){ .is_refused = true };
	return store_name(vocabulary->store, "[REDACTED]", &out->id, error);
}

int vocabulary_other(struct vocabulary *vocabulary, int64_t *out_id, struct error *error)
{
	return store_name(vocabulary->store, "[OTHER]", out_id, error);
}

int vocabulary_group(struct vocabulary *vocabulary, uint16_t object, const char *group,
		     struct vocabulary_name *out, struct error *error)
{
	const struct collector_source *source = &vocabulary->source;
	uint32_t origin = COLLECTOR_ORIGIN;
	int ret;

	*out = (struct vocabulary_name){ 0 };
	if (source->budget)
		origin = source->budget(source->data, object).origin;
	ret = store_name_within(vocabulary->store, group, origin | ORIGIN_OF_GROUPS,
				VOCABULARY_GROUPS, &out->id, error);
	if (ret || out->id)
		return ret;
	out->is_other = out->is_refused = true;
	return vocabulary_other(vocabulary, &out->id, error);
}

void vocabulary_version(struct vocabulary *vocabulary, uint16_t object, const char *text,
			char out[VOCABULARY_VERSION])
{
	const struct collector_source *source = &vocabulary->source;
	struct firewall_verdict verdict;

	out[0] = '\0';
	if (!text[0])
		return;
	verdict = firewall_check(vocabulary->firewall, FIREWALL_VERSION, FIREWALL_CONSTANT, text);
	if (verdict.layer != FIREWALL_PASSED && source->refused)
		source->refused(source->data, object, verdict.layer, text);
	snprintf(out, VOCABULARY_VERSION, "%s", verdict.text);
	wipe_stack();
}

int vocabulary_judged(struct vocabulary *vocabulary, const char *text, int64_t *out_id,
		      struct error *error)
{
	*out_id = 0;
	return text[0] ? store_name(vocabulary->store, text, out_id, error) : 0;
}

enum firewall_layer vocabulary_layer(struct vocabulary *vocabulary, uint16_t object, uint32_t place,
				     enum firewall_field field)
{
	const struct place_key key = name_key(object, place, field);

	return place == TP_PLACE_ABSENT ? FIREWALL_PASSED : layer_of(vocabulary, &key);
}

enum firewall_layer vocabulary_program_layer(struct vocabulary *vocabulary, uint16_t object)
{
	const struct place_key key = program_key(object);

	return layer_of(vocabulary, &key);
}

void vocabulary_judge_by(struct vocabulary *vocabulary, struct firewall *firewall)
{
	vocabulary->firewall = firewall;
	table_clear(&vocabulary->places);
}
