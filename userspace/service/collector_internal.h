/* SPDX-License-Identifier: GPL-2.0-only */
/* collector_internal.h - the inside of struct collector, for collector.c and collector_totals.c
 * only. */
#ifndef TELPROBE_SERVICE_COLLECTOR_INTERNAL_H
#define TELPROBE_SERVICE_COLLECTOR_INTERNAL_H

#include "service/attribution.h"
#include "service/collector.h"
#include "service/recoveries.h"
#include "service/updates.h"
#include "service/vocabulary.h"

struct collector {
	struct store *store;
	struct collector_source source;
	struct vocabulary vocabulary;
	struct attribution attribution;
	struct table shapes; /* struct shape to struct known_shape */
	struct collector_counts counts;
	struct collector_counts adding; /* by totals of the batch: added and lost alone */
	struct recoveries recoveries;
	struct updates updates;
	const uint8_t *marked;	    /* targets, a bit each; NULL: none */
	const uint8_t *left_out;    /* of recoveries, likewise; NULL: all */
	const uint8_t *not_updated; /* of updates, likewise */
	uint64_t generation;	    /* of the store, when the ids above were remembered */
	size_t pending;
	bool is_in_batch;
	bool keeps_resources;
	bool drops; /* names may drop an event */
};

/** collector_flags() - STORE_MARKED where what comes of @object is to be marked, else 0 */
uint8_t collector_flags(const struct collector *collector, uint16_t object);
/** collector_begin() - a batch, where none is open */
int collector_begin(struct collector *collector, struct error *error);

/** collector_undeclared() - tell the source, if @name is */
void collector_undeclared(struct collector *collector, const struct vocabulary_name *name,
			  enum tp_type type, uint8_t kind, int index);
/** collector_give_up() - the batch is lost, with @more events that had not been added to it yet */
void collector_give_up(struct collector *collector, size_t more);

#endif
