/* SPDX-License-Identifier: GPL-2.0-only */
/* tally.h - what happened how often and how long it took, by name.
 * Bounded: beyond TALLY_ROWS names the rest share one row called "(other)". */
#ifndef TELPROBE_REPORT_TALLY_H
#define TELPROBE_REPORT_TALLY_H

#include "lib/error.h"
#include "lib/table.h"
#include "report/distribution.h"
#include "store/daily.h"
#include "telprobe/record.h"

enum { TALLY_ROWS = 4096, TALLY_NAME = 64 };

struct tally_row {
	char name[TALLY_NAME];
	char detail[TALLY_NAME]; /* subcommand, kind...; "" none */
	int64_t total;
	int64_t by[TP_OUTCOMES]; /* spans by outcome; else as the caller says */
	struct distribution durations;
};

struct tally {		    /* the rows in @rows[0..count - 1] */
	struct table index; /* name and detail to position in rows */
	struct tally_row *rows;
	size_t count;
	size_t capacity;
};

void tally_init(struct tally *tally);
void tally_clear(struct tally *tally);

/** tally_row() - the row of a name, zeroed if new. @detail: may be NULL. The row moves when
 * another one is added. Return: NULL without memory. */
struct tally_row *tally_row(struct tally *tally, const char *name, const char *detail);

/** tally_add_sum() - what was added up of one series (store/daily.h) to its row, by its outcome
 * Return: 0, -ENOMEM. */
int tally_add_sum(struct tally *tally, const char *name, const char *detail,
		  const struct store_sum *sum);
/** tally_add_durations() - the same to durations alone */
int tally_add_durations(struct distribution *durations, const struct store_sum *sum);

/** tally_sort() - the most frequent first, equal ones by name. Looking up rows is over then. */
void tally_sort(struct tally *tally);

/** tally_total() - the sum of all rows' totals. */
int64_t tally_total(const struct tally *tally);

#endif
