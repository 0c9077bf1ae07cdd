/* SPDX-License-Identifier: GPL-2.0-only */
/* vocabulary.h - from a place in a file to the id of its name in the store.
 * Reads a place's text once, has the firewall judge it once, and remembers the verdict and the id.
 * Keeps 65,536 places; beyond that it begins anew. */
#ifndef TELPROBE_SERVICE_VOCABULARY_H
#define TELPROBE_SERVICE_VOCABULARY_H

#include "lib/table.h"
#include "service/collector.h"

struct vocabulary {
	struct firewall *firewall;
	struct collector_source source;
	struct store *store;
	struct table places;
};

struct vocabulary_name {
	int64_t id; /* of the text or its placeholder; 0 for an absent name */
	bool is_refused;
};

void vocabulary_init(struct vocabulary *vocabulary, struct store *store, struct firewall *firewall,
		     const struct collector_source *source);
void vocabulary_clear(struct vocabulary *vocabulary);

/** vocabulary_forget_ids() - as store_generation() wants; verdicts stay. */
void vocabulary_forget_ids(struct vocabulary *vocabulary);

/** vocabulary_find() - the name at a place. Return: 0, or as store_name(). */
int vocabulary_find(struct vocabulary *vocabulary, uint16_t object, uint32_t place,
		    enum firewall_field field, struct vocabulary_name *out, struct error *error);

/** vocabulary_program() - the name of a program's file, as the name of an app. */
int vocabulary_program(struct vocabulary *vocabulary, uint16_t object, struct vocabulary_name *out,
		       struct error *error);

#endif
