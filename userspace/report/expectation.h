/* SPDX-License-Identifier: GPL-2.0-only */
/* expectation.h - the events of a run as a list that is the same in every run: a line an event,
 * without times, ids, durations and process numbers, grouped by process in order of its start.
 * For an app's own CI: record once, compare ever after. */
#ifndef TELPROBE_REPORT_EXPECTATION_H
#define TELPROBE_REPORT_EXPECTATION_H

#include <stdio.h>

#include "lib/error.h"
#include "store/store.h"

/** expectation_record() - write the list to @path (created 0644 less umask, replaced whole) */
int expectation_record(struct store *store, const char *path, struct error *error);

/** expectation_check() - compare with the list at @path; differing lines go to @differences, as a
 * diff with - for missing and + for unexpected ones.
 * Return: 0 the same; -EBADMSG they differ (described in @error); -ENOENT, -EIO. */
int expectation_check(struct store *store, const char *path, FILE *differences,
		      struct error *error);

#endif
