/* SPDX-License-Identifier: GPL-2.0-only */
/* run_crashes.h - where what `telprobe run` ran crashed: one entry a group, its places as functions where the
 * command's files, and the libraries they need, have those. Names are shown and not stored. The files
 * are read by the inspector alone. */
#ifndef TELPROBE_CLI_RUN_CRASHES_H
#define TELPROBE_CLI_RUN_CRASHES_H

#include <stdio.h>

#include "cli/run_session.h"
#include "inspect/inspect.h"

enum { RUN_CRASHES = 16, RUN_PLACE = INSPECT_SYMBOL + 24 };

struct run_crash {
	char group[24];
	int signal;
	int64_t times;
	struct store_frames frames;
	char place[STORE_FRAMES]
		  [RUN_PLACE]; /* "parse_line+0x1c", else file or build id, and offset */
};

struct run_crashes {
	struct run_crash list[RUN_CRASHES];
	size_t count;
	int64_t more; /* crashes of further groups */
};

/** run_crashes_find() - of this run, from its store; @argv: the command
 * Return: 0, and *out, which the caller frees, is NULL where nothing crashed; -ENOMEM and those of
 * store_each(). */
int run_crashes_find(struct run_session *session, struct store *store, char *const argv[],
		     struct run_crashes **out, struct error *error);

void run_crashes_print(FILE *out, const struct run_crashes *crashes);

/** run_crashes_json() - an array of {group, signal, times, frames, places}; NULL without memory */
struct cJSON *run_crashes_json(const struct run_crashes *crashes);

#endif
