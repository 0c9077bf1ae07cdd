/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/distribution.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The geometric middle, ns. */
static double bucket_middle(uint32_t number)
{
	if (number == TP_BUCKET_ZERO)
		return 0;
	return 1e9 * exp2(((double)number - 1 + TP_BUCKET_FIRST - 0.5) / 16);
}

static int turn_into_buckets(struct distribution *distribution)
{
	uint64_t *buckets = calloc(TP_BUCKETS, sizeof(*buckets));
	uint64_t i;

	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < distribution->count; i++)
		buckets[tp_bucket((uint64_t)distribution->values[i])]++;
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

static void widen(struct distribution *distribution, int64_t ns)
{
	if (!distribution->count || ns < distribution->smallest)
		distribution->smallest = ns;
	if (!distribution->count || ns > distribution->largest)
		distribution->largest = ns;
}

int distribution_add_bucket(struct distribution *distribution, uint32_t number, uint64_t count)
{
	int ret = distribution->buckets ? 0 : turn_into_buckets(distribution);

	if (ret || !count || number >= TP_BUCKETS)
		return ret;
	distribution->buckets[number] += count;
	widen(distribution, (int64_t)fmin(bucket_middle(number), 9e18));
	distribution->count += count;
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
		distribution->buckets[tp_bucket((uint64_t)ns)]++;
	widen(distribution, ns);
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
	uint32_t i;

	if (rank >= distribution->count)
		return (double)distribution->largest;
	for (i = 0; i < TP_BUCKETS - 1; i++) {
		seen += distribution->buckets[i];
		if (seen >= rank)
			break;
	}
	middle = bucket_middle(i);
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
	uint64_t count = distribution->count + distribution->unplaced;

	return count ? distribution->sum / (double)count : NAN;
}
