/* SPDX-License-Identifier: GPL-2.0-only */
/* mann_whitney.h - is one set of values larger than another, without assuming a distribution?
 * H. B. Mann, D. R. Whitney: "On a Test of Whether one of Two Random Variables is Stochastically
 * Larger than the Other", Annals of Mathematical Statistics 18 (1947), 50-60. Two-sided, normal
 * approximation with continuity correction, variance corrected for ties. The approximation wants
 * some 8 values on each side. */
#ifndef TELPROBE_REPORT_MANN_WHITNEY_H
#define TELPROBE_REPORT_MANN_WHITNEY_H

#include <stddef.h>

/**
 * mann_whitney_p() - how likely a difference at least this large is when there is none
 * @a, @b: sorted, smallest first
 * Return: 0..1; 1 when a side is empty or all values are equal. */
double mann_whitney_p(const double *a, size_t a_count, const double *b, size_t b_count);

#endif
