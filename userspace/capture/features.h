/* SPDX-License-Identifier: GPL-2.0-only */
/* features.h - what this kernel, its file systems and our rights allow, found by trying.
 * Never inferred from the kernel's version. Safe to call without any right: what cannot be tried
 * is told as such. */
#ifndef TELPROBE_CAPTURE_FEATURES_H
#define TELPROBE_CAPTURE_FEATURES_H

enum feature_state {
	FEATURE_PRESENT,
	FEATURE_MISSING, /* telprobe cannot work */
	FEATURE_REDUCED, /* it works without, see `follows` */
	FEATURE_UNTRIED, /* something before it is missing */
};

struct feature {
	const char *name;
	enum feature_state state;
	char found[160];     /* what was seen */
	const char *follows; /* what follows from its absence; "" where present */
	const char *advice;  /* what to do about it; "" where present or nothing can be done */
};

enum { FEATURES_MAX = 24 };

/** features_probe() - fill @out. Return: how many. */
int features_probe(struct feature out[FEATURES_MAX]);

#endif
