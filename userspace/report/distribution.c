/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/distribution.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/bucket.h"

/* Below 1,024 for every int64_t: 63 octaves of 16. Zero shares the bucket of 1 ns. */
static size_t bucket_of(int64_t ns)
{
	int32_t code;

	if (ns < 1 || !bucket_code((double)ns, &code))
		return 0;
	return (size_t)bucket_index(code);
}

static int turn_into_buckets(struct distribution *distribution)
{
	uint64_t *buckets = calloc(DISTRIBUTION_EXACT, sizeof(*buckets));
	uint64_t i;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < distribution->count; i++)
		buckets[bucket_of(distribution->values[i])]++;
	free(distribution->values);
	distribution->values = NULL;
	distribution->buckets = buckets;
	return 0;
}

static int keep_value(struct distribution *distribution, int64_t ns)
{
	size_t capacity = distribution->capacity ? distribution->capacity * 4 : 4;
	int64_t *values;

	if (distribution->count == distribution->capacity) {
		values = reallocarray(distribution->values, capacity, sizeof(*values));
		if (!values)
			return -ENOMEM;
		distribution->values = values;
		distribution->capacity = capacity;
	}
	distribution->values[distribution->count] = ns;
	distribution->is_sorted = 0;
	return 0;
}

int distribution_add(struct distribution *distribution, int64_t ns)
{
	int ret = 0;

	if (ns < 0)
		ns = 0;
	if (!distribution->buckets && distribution->count < DISTRIBUTION_EXACT)
		ret = keep_value(distribution, ns);
	else if (!distribution->buckets)
		ret = turn_into_buckets(distribution);
	if (ret)
		return ret;
	if (distribution->buckets)
		distribution->buckets[bucket_of(ns)]++;
	if (!distribution->count || ns < distribution->smallest)
		distribution->smallest = ns;
	if (!distribution->count || ns > distribution->largest)
		distribution->largest = ns;
	distribution->count++;
	distribution->sum += (double)ns;
	return 0;
}

void distribution_clear(struct distribution *distribution)
{
	free(distribution->values);
	free(distribution->buckets);
	memset(distribution, 0, sizeof(*distribution));
}

static int compare_values(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static double bucket_percentile(const struct distribution *distribution, uint64_t rank)
{
	double middle;
	uint64_t seen = 0;
	int32_t i;

	for (i = 0; i < DISTRIBUTION_EXACT - 1; i++) {
		seen += distribution->buckets[i];
		if (seen >= rank)
			break;
	}
	middle = bucket_value(i + BUCKET_OFFSET);
	return fmin(fmax(middle, (double)distribution->smallest), (double)distribution->largest);
}

double distribution_percentile(struct distribution *distribution, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)distribution->count - 1e-9);

	if (!distribution->count)
		return NAN;
	if (rank < 1)
		rank = 1;
	if (distribution->buckets)
		return bucket_percentile(distribution, rank);
	if (!distribution->is_sorted)
		qsort(distribution->values, distribution->count, sizeof(int64_t), compare_values);
	distribution->is_sorted = 1;
	return (double)distribution->values[rank - 1];
}

double distribution_mean(const struct distribution *distribution)
{
	return distribution->count ? distribution->sum / (double)distribution->count : NAN;
}
