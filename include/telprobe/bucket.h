/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* bucket.h - the bucket a duration falls into, alike in the kernel and in userspace: both compile
 * this file. Buckets are those of a Prometheus native histogram of schema 4 in seconds: bucket i
 * holds what is longer than 2^((i-1)/16) s and not longer than 2^(i/16) s. Exact for every number
 * of ns; a bound rounded to ns or a double would not be (hazards: 7). */
#ifndef TELPROBE_BUCKET_H
#define TELPROBE_BUCKET_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Numbers of buckets: 0 for no time at all, then from the one that holds 1 ns on. */
#define TP_BUCKET_ZERO	0
#define TP_BUCKET_FIRST (-478) /* index of number 1 */
#define TP_BUCKETS	1026   /* numbers a duration of 64 bits can have */

/* The sixteen bounds from 1 ns to 2 ns, their top bit being 1 ns, rounded down, which for whole ns
 * makes no difference. Printed by scripts/bucket-bounds --seconds. */
static const __u64 tp_bucket_bounds[16] = {
	0x81ffa7a9549ca6e3, 0x87c11235836d16a3, 0x8dc3b8960164a7d9, 0x940a7e28259fb382,
	0x9a9867054d512391, 0xa1709975dfb06757, 0xa8965f74bf065071, 0xb00d2843e1060dc2,
	0xb7d88a12d0dd9ea0, 0xbffc43b7e604a922, 0xc87c3e7d03cdbec3, 0xd15c9000bf211c1f,
	0xdaa17c2cd19555db, 0xe44f7742cb56e3dd, 0xee6b280000000000, 0xf8f969d9b5abf948,
};

/** tp_bucket() - number of the bucket of @ns */
static inline __attribute__((always_inline)) __u32 tp_bucket(__u64 ns)
{
	__u32 octave = 63, below = 0;

	if (!ns)
		return TP_BUCKET_ZERO;
#define TP_X(bits)                    \
	if (!(ns >> (64 - (bits)))) { \
		ns <<= (bits);        \
		octave -= (bits);     \
	}
	TP_X(32)
	TP_X(16)
	TP_X(8)
	TP_X(4)
	TP_X(2)
	TP_X(1)
#undef TP_X
#define TP_X(step)                                   \
	if (ns > tp_bucket_bounds[below + (step)-1]) \
		below += (step);
	TP_X(8)
	TP_X(4)
	TP_X(2)
	TP_X(1)
	TP_X(1) /* the last one */
#undef TP_X
	return octave * 16 + below + 1;
}

#endif
