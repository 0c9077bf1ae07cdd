/* SPDX-License-Identifier: GPL-2.0-only */
/* recent.h - what happened lately: the newest events, and the last command as a tree. */
#ifndef TELPROBE_REPORT_RECENT_H
#define TELPROBE_REPORT_RECENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "report/choice.h"
#include "store/store.h"

/** recent_print() - the newest @limit events of @choice, a line each, the newest last
 * @limit: 0: all
 * @has_people: @store holds several people's: tell whose each is
 * Return: how many were printed, or negative. */
int recent_print(FILE *out, struct store *store, const struct choice *choice, int64_t limit,
		 bool has_people, bool is_json, struct error *error);

enum { LAST_EVENTS = 10000 }; /* most events of one process that a tree is made of */

/**
 * last_print() - the newest command with everything inside it, by start, and how its process ended;
 * where there is no command at all the newest process
 * Return: 0; -ENODATA: there are no events. */
int last_print(FILE *out, struct store *store, bool is_json, struct error *error);

#endif
