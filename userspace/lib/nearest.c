/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 32 };

/* Levenshtein's distance, one row of the matrix at a time. */
static size_t distance_of(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[LONGEST + 1], i, k, diagonal, above, best;

	for (k = 0; k <= b_length; k++)
		row[k] = k;
	for (i = 1; i <= a_length; i++) {
		diagonal = row[0];
		row[0] = i;
		for (k = 1; k <= b_length; k++) {
			above = row[k];
			best = diagonal + (a[i - 1] != b[k - 1]);
			if (above + 1 < best)
				best = above + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
			diagonal = above;
		}
	}
	return row[b_length];
}

void nearest_init(struct nearest *nearest, const char *typed, size_t length)
{
	nearest->typed = typed;
	nearest->length = length;
	nearest->best = NULL;
	nearest->distance = SIZE_MAX;
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t length = strlen(candidate), distance, allowed;

	if (nearest->length > LONGEST || length > LONGEST || nearest->length == 0)
		return;
	distance = distance_of(nearest->typed, nearest->length, candidate, length);
	allowed = (nearest->length + 2) / 3;
	if (nearest->length >= 2 && length > nearest->length &&
	    !strncmp(candidate, nearest->typed, nearest->length))
		distance = 1;
	if (distance > allowed || distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->best = candidate;
}
