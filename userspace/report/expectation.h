/* SPDX-License-Identifier: GPL-2.0-only */
/* expectation.h - the events of a run as a list that is the same in every run: a line an event,
 * without times, ids, durations and process numbers. For an app's own CI: record once, compare ever
 * after. The lines of a process stand together in the order its events were stored; processes may
 * run at the same time, so their groups are sorted by text. Threads of one process that race make
 * lists that differ. */
#ifndef TELPROBE_REPORT_EXPECTATION_H
#define TELPROBE_REPORT_EXPECTATION_H

#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"
#include "store/store.h"

enum { EXPECTATION_LINES = 200000 }; /* most events of a run that is recorded or checked */

/** expectation_record() - write the list to @path (created 0644 less umask, replaced whole)
 * @since_us: events before it are of earlier runs; 0: all
 * Return: also -E2BIG beyond EXPECTATION_LINES. */
int expectation_record(struct store *store, int64_t since_us, const char *path,
		       struct error *error);

/** expectation_check() - compare with the list at @path; differing lines go to @differences, as a
 * diff with - for missing and + for unexpected ones.
 * Return: 0 the same; -EBADMSG they differ (described in @error); -ENOENT, -EIO, -E2BIG. */
int expectation_check(struct store *store, int64_t since_us, const char *path, FILE *differences,
		      struct error *error);

#endif
