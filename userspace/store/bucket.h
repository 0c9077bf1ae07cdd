/* SPDX-License-Identifier: GPL-2.0-only */
/* bucket.h - a single measure as the bucket it falls into.
 * Numbers can tell on people too, so a measure is stored as its bucket only. Buckets are those of a
 * Prometheus native histogram of schema 4: bucket i holds the values in (2^((i-1)/16), 2^(i/16)],
 * negative values alike by their size, and zero has one of its own. A value is within 2.2 % of its
 * bucket's middle.
 *
 * The code that is stored is 0 for zero, i + BUCKET_OFFSET for a positive value, and the negative
 * of that for a negative one: two bytes on disk, sorted as the values are. */
#ifndef TELPROBE_STORE_BUCKET_H
#define TELPROBE_STORE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	BUCKETS_AN_OCTAVE = 16,
	BUCKET_OFFSET = 17185, /* the smallest double, 2^-1074, is in bucket -17184 */
	BUCKET_CODE_MAX = 1024 * BUCKETS_AN_OCTAVE + BUCKET_OFFSET,
};

/** bucket_code() - exact for every double. Return: false for NaN and the infinities. */
bool bucket_code(double value, int32_t *out_code);

/** bucket_index() - the index i of a code that is not 0. */
int32_t bucket_index(int32_t code);

/** bucket_upper() - 2^(i/16), the largest size of a value in bucket i. */
double bucket_upper(int32_t index);

/** bucket_value() - what to show for a code: the geometric middle of its bucket, with its sign. */
double bucket_value(int32_t code);

#endif
