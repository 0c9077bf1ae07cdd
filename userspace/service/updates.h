/* SPDX-License-Identifier: GPL-2.0-only */
/* updates.h - when a program without markers was updated: a process of its owner begins to execute another
 * build of it than the last that began. The program is its target and path, which stand in the database as
 * a number under that database's key; the build is what the file's build id says. What began before
 * the build that was seen last is of an older one that still runs, and tells nothing. Seen for the first
 * time, it is no update, nor is it after retention removed what was known.
 *
 * What is remembered is what the database says, so that a collector that was killed tells each once. */
#ifndef TELPROBE_SERVICE_UPDATES_H
#define TELPROBE_SERVICE_UPDATES_H

#include "lib/table.h"
#include "service/vocabulary.h"
#include "store/builds.h"

struct updates {
	struct store *store;
	struct table programs; /* number to the build that was seen last */
};

struct updates_change {
	bool is_one;
	char version[VOCABULARY_VERSION]; /* as it may be stored; "" not known */
	char before[VOCABULARY_VERSION];
};

void updates_init(struct updates *updates, struct store *store);
/** updates_clear() - also when the batch is lost, and as store_generation() wants */
void updates_clear(struct updates *updates);

/** updates_knows() - whether it is the build that was seen last: then there is nothing to do */
bool updates_knows(const struct updates *updates, const struct collector_build *build);

/**
 * updates_see() - a process began to execute @build at @time_us; with an open batch
 * @flags: as struct store_series has them
 * @change: with @version set; the rest is told
 * Return: 0, or as store_build_set(). */
int updates_see(struct updates *updates, const struct collector_build *build, int64_t time_us,
		uint8_t flags, struct updates_change *change, struct error *error);

#endif
