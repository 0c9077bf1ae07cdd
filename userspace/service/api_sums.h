/* SPDX-License-Identifier: GPL-2.0-only */
/* api_sums.h - answers with sums, of one person or, for root, of everybody, one after the other.
 * For api_connection.c. A message a slice: nobody waits for it. */
#ifndef TELPROBE_SERVICE_API_SUMS_H
#define TELPROBE_SERVICE_API_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "service/control.h"
#include "store/daily.h"

struct api_sums;

/** api_sums_new() - of @uid, NULL: of all who have a database. @filter is copied, @directory
 * not. */
int api_sums_new(const char *directory, const uint32_t *uid, const struct store_sum_filter *filter,
		 struct api_sums **out, struct error *error);
void api_sums_free(struct api_sums *sums); /* NULL is fine */

/** api_sums_slice() - as api_people_slice() */
int api_sums_slice(struct api_sums *sums, uint8_t *out, size_t *out_used, struct error *error);

#endif
