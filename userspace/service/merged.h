/* SPDX-License-Identifier: GPL-2.0-only */
/* merged.h - the events of everybody as one stream of rows, in the order of their times.
 * The files of a directory (owner_files.h) are read side by side, a piece of each at a time; none
 * is attached to another. Rows come packed as rows_wire.h has it, with the uid of their owner:
 * numbers of sessions and processes mean something together with it only. The service and a command
 * that finds no service read by this same code. */
#ifndef TELPROBE_SERVICE_MERGED_H
#define TELPROBE_SERVICE_MERGED_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

enum { MERGED_LIMIT_MAX = 1 << 20 }; /* most newest events that are told apart from the rest */

struct merged;

/** merged_new() - @filter as for store_each(), without a cursor; copied
 * Return: 0; -EINVAL for a cursor; as owner_files_list(). */
int merged_new(const char *directory, const struct store_filter *filter, struct merged **out,
	       struct error *error);
void merged_free(struct merged *merged); /* NULL is fine */

/** merged_rest() - close the files until the next row is asked for. */
void merged_rest(struct merged *merged);

/** merged_slice() - begin to spend @budget_us; 0: without limit */
void merged_slice(struct merged *merged, int64_t budget_us);

/**
 * merged_next() - the next row, good until the next call
 * Who is erased meanwhile is left out from there on.
 * Return: 1; 0: that was all; -EAGAIN: the slice is over; -EOVERFLOW: more than MERGED_LIMIT_MAX
 * newest ones; else one of the files cannot be read, and @error says whose. */
int merged_next(struct merged *merged, const uint8_t **out, size_t *out_bytes, struct error *error);

/** merged_store() - the events in @directory as one store, to be read and erased while no service
 * runs. @only: of that uid; NULL: everybody's. Return: 0; -ENOMEM. */
int merged_store(const char *directory, const uint32_t *only, struct store **out,
		 struct error *error);

#endif
