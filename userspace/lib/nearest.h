/* SPDX-License-Identifier: GPL-2.0-only */
/* nearest.h - which of some words somebody probably meant. */
#ifndef TELPROBE_LIB_NEAREST_H
#define TELPROBE_LIB_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *typed;
	size_t length;
	const char *best; /* NULL: nothing near */
	size_t distance;
};

void nearest_init(struct nearest *nearest, const char *typed, size_t length);

/** nearest_try() - consider @candidate, which must outlive @nearest: near is what @typed begins,
 * or what up to a third of its letters lie between (added, left out, replaced, exchanged). */
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
