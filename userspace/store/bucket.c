/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/bucket.h"

#include <math.h>
#include <stddef.h>

/* The largest double not above 2^(k/16), times 2^52. Printed by scripts/bucket-bounds. */
static const uint64_t bounds[BUCKETS_AN_OCTAVE] = {
	0x10000000000000, 0x10b5586cf9890f, 0x1172b83c7d517a, 0x12387a6e756238,
	0x1306fe0a31b715, 0x13dea64c123422, 0x14bfdad5362a27, 0x15ab07dd485429,
	0x16a09e667f3bcc, 0x17a11473eb0186, 0x18ace5422aa0db, 0x19c49182a3f090,
	0x1ae89f995ad3ad, 0x1c199bdd85529c, 0x1d5818dcfba487, 0x1ea4afa2a490d9,
};

/* Number of bounds below @mantissa, which is in [2^52, 2^53). */
static int32_t bounds_below(uint64_t mantissa)
{
	int32_t low = 0, high = BUCKETS_AN_OCTAVE, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (bounds[middle] < mantissa)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool bucket_code(double value, int32_t *out_code)
{
	uint64_t mantissa;
	int32_t index;
	int exponent;

	if (!isfinite(value))
		return false;
	if (value == 0) {
		*out_code = 0;
		return true;
	}
	/* frexp() is exact, subnormals included: |value| = mantissa * 2^(exponent - 53) */
	mantissa = (uint64_t)ldexp(frexp(fabs(value), &exponent), 53);
	index = (exponent - 1) * BUCKETS_AN_OCTAVE + bounds_below(mantissa);
	*out_code = value < 0 ? -(index + BUCKET_OFFSET) : index + BUCKET_OFFSET;
	return true;
}

int32_t bucket_index(int32_t code)
{
	return (code < 0 ? -code : code) - BUCKET_OFFSET;
}

double bucket_upper(int32_t index)
{
	return exp2((double)index / BUCKETS_AN_OCTAVE);
}

double bucket_value(int32_t code)
{
	double size;

	if (!code)
		return 0;
	size = exp2((bucket_index(code) - 0.5) / BUCKETS_AN_OCTAVE);
	return code < 0 ? -size : size;
}
