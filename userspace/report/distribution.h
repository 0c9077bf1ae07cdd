/* SPDX-License-Identifier: GPL-2.0-only */
/* distribution.h - how long things took, in bounded memory. Keeps the first 1,024 durations as they
 * are: percentiles of few runs are exact. Beyond that it counts by the buckets of
 * telprobe/bucket.h, 16 an octave: percentiles are then within 2.2 %. Count, sum, smallest and
 * largest are always exact, unless what is added was in buckets already. */
#ifndef TELPROBE_REPORT_DISTRIBUTION_H
#define TELPROBE_REPORT_DISTRIBUTION_H

#include <stddef.h>
#include <stdint.h>

#include "telprobe/bucket.h"

enum { DISTRIBUTION_EXACT = 1024 };

struct distribution { /* zeroed: empty */
	uint64_t count;
	double sum;
	int64_t smallest, largest;
	size_t capacity;
	int64_t *values;   /* sorted when is_sorted; NULL once there are buckets */
	uint64_t *buckets; /* TP_BUCKETS of them, by their number */
	uint64_t unplaced; /* durations that are in the sum alone: their size is not known */
	uint8_t is_sorted;
};

/** distribution_add() - @ns: 0 or more. Return: 0, -ENOMEM (unchanged). */
int distribution_add(struct distribution *distribution, int64_t ns);
/** distribution_add_bucket() - @count durations whose bucket alone is known, by its number; the sum
 * is the caller's to add. Return: as above. */
int distribution_add_bucket(struct distribution *distribution, uint32_t number, uint64_t count);
void distribution_clear(struct distribution *distribution);

/** distribution_percentile() - the smallest value that @share (0..1) of all are not above; as
 * nearest-rank percentiles go, it is one that occurred. NaN: empty. */
double distribution_percentile(struct distribution *distribution, double share);
double distribution_mean(const struct distribution *distribution); /* NaN: empty */

#endif
