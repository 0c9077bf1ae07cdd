/* SPDX-License-Identifier: GPL-2.0-only */
/* recoveries.h - what programs without markers got over: a run that succeeds after the same one failed.
 * The same is the program, and its sub-command if one is declared; after means in one session of the
 * program, so 30 minutes of quiet end it. A crash is a failure. A run that somebody cancelled or killed,
 * and one that executed another program in its place, tells nothing: it counts as if it had not been.
 * Of one whose names are not known ([UNDECLARED], [OTHER]) nobody knows whether it is the same, and a
 * program that ever told an error by a marker tells what it recovers from, too: of these nothing is told.
 *
 * What is remembered is what the database says: it is read there when it is not known, so that a
 * collector that was killed forgets nothing and tells nothing twice. Of more than RECOVERIES_KEPT
 * commands all are read again. Failures behind RECOVERIES_EVENTS later events of their owner are not
 * found then: these take 2 ms. A record that comes after one of a later end
 * tells nothing, and a failure counts not at all then, nor do others before such a success. */
#ifndef TELPROBE_SERVICE_RECOVERIES_H
#define TELPROBE_SERVICE_RECOVERIES_H

#include "lib/table.h"
#include "store/store.h"

enum { RECOVERIES_KEPT = 1024, RECOVERIES_EVENTS = 8192 };

struct recoveries {
	struct store *store;
	struct table commands;
};

void recoveries_init(struct recoveries *recoveries, struct store *store);
/** recoveries_clear() - also as store_generation() wants */
void recoveries_clear(struct recoveries *recoveries);

/**
 * recoveries_see() - a run ended; before it is stored, with an open batch
 * *out_failures: how often it had failed since it succeeded last; 0: not to be told of
 * Return: 0, or as store_each_run(). */
int recoveries_see(struct recoveries *recoveries, const struct store_command *command,
		   const struct store_ended *ended, int64_t *out_failures, struct error *error);

#endif
