/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/vocabulary.h"

#include <errno.h>
#include <string.h>

enum { PLACES_KEPT = 65536 };

struct place_key {
	uint32_t place;
	uint16_t object;
	uint8_t field;
	uint8_t provenance;
};

struct place {
	const char *text; /* the firewall's */
	int64_t id;	  /* 0: not known in this generation of the store */
	bool is_refused;
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

static void judge(struct vocabulary *vocabulary, const struct place_key *key, struct place *place)
{
	const struct collector_source *source = &vocabulary->source;
	struct firewall_verdict verdict;
	bool is_too_long = false;
	char buffer[64];
	const char *text = text_of(vocabulary, key, buffer, &is_too_long);

	/* where a text comes from is known even if it is too long: then its shape is wrong */
	verdict = firewall_check(vocabulary->firewall, key->field, key->provenance,
				 is_too_long ? "" : text);
	place->text = verdict.text;
	place->is_refused = verdict.layer != FIREWALL_PASSED;
	if (place->is_refused && source->refused)
		source->refused(source->data, key->object, verdict.layer, text);
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

static int find(struct vocabulary *vocabulary, const struct place_key *key,
		struct vocabulary_name *out, struct error *error)
{
	struct place *place = table_find(&vocabulary->places, key), without = { 0 };
	int ret;

	if (!place) {
		place = remember(vocabulary, key, &without);
		judge(vocabulary, key, place);
	}
	if (!place->id) {
		ret = store_name(vocabulary->store, place->text, &place->id, error);
		if (ret) {
			place->id = 0;
			return ret;
		}
	}
	out->id = place->id;
	out->is_refused = place->is_refused;
	return 0;
}

int vocabulary_find(struct vocabulary *vocabulary, uint16_t object, uint32_t place,
		    enum firewall_field field, struct vocabulary_name *out, struct error *error)
{
	const struct place_key key = {
		.place = place,
		.object = object,
		.field = (uint8_t)field,
		.provenance = place == TP_PLACE_UNDECLARED ? FIREWALL_UNKNOWN : FIREWALL_CONSTANT,
	};

	if (place == TP_PLACE_ABSENT) {
		*out = (struct vocabulary_name){ 0 };
		return 0;
	}
	return find(vocabulary, &key, out, error);
}

int vocabulary_program(struct vocabulary *vocabulary, uint16_t object, struct vocabulary_name *out,
		       struct error *error)
{
	const struct place_key key = {
		.object = object,
		.field = FIREWALL_APP,
		.provenance = FIREWALL_PROGRAM,
	};

	return find(vocabulary, &key, out, error);
}
