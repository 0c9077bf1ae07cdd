/* SPDX-License-Identifier: GPL-2.0-only */
/* choice.h - which events are asked for: by time, type and program. What show, tail and export have in
 * common. */
#ifndef TELPROBE_REPORT_CHOICE_H
#define TELPROBE_REPORT_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "store/store.h"

struct choice {
	int64_t since_us; /* 0: from the first */
	int64_t until_us; /* exclusive; 0: to the last */
	uint64_t types;	  /* bit set of 1 << position in event_types_at(); 0: all */
	const char *app;  /* NULL: all */
};

/* Of the newest so many those of a type or a program are searched, where the newest few are asked
 * for. */
enum { CHOICE_SEARCHED = 100000 };

/** choice_types_parse() - "command_failed,crash_detected" to a bit set. Return: 0, -EINVAL naming the
 * word that is no event type. */
int choice_types_parse(const char *text, uint64_t *out, struct error *error);

/** choice_has() - whether @row is of a type and a program that were asked for; its time is the
 * store's to judge */
bool choice_has(const struct choice *choice, const struct store_row *row);

/** choice_filter() - what the store is asked for; of that choice_has() leaves the rest out
 * @limit: of the newest; 0: all. With a type or a program more are walked through, and whoever walks
 * keeps the newest @limit. */
struct store_filter choice_filter(const struct choice *choice, int64_t limit);

#endif
