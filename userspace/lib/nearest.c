/* SPDX-License-Identifier: GPL-2.0-only */
#include "lib/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 32 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance with two neighbours exchanged counted as one step, the commonest slip of
 * fingers; three rows of the matrix at a time. */
static size_t distance_of(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][LONGEST + 1], i, k;

	for (k = 0; k <= b_length; k++)
		rows[0][k] = k;
	for (i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3];

		row[0] = i;
		for (k = 1; k <= b_length; k++) {
			row[k] = least(above[k - 1] + (a[i - 1] != b[k - 1]),
				       least(above[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				row[k] = least(row[k], rows[(i - 2) % 3][k - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
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
