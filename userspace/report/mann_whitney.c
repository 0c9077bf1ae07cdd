/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/mann_whitney.h"

#include <math.h>

struct ranks {
	double a_sum; /* of the ranks of a's values; equal values share their mean rank */
	double ties;  /* sum of t^3 - t over groups of t equal values */
};

static struct ranks rank(const double *a, size_t a_count, const double *b, size_t b_count)
{
	struct ranks ranks = { 0 };
	size_t i = 0, k = 0, in_a, in_b;
	double value, group;

	while (i < a_count || k < b_count) {
		value = k == b_count || (i < a_count && a[i] < b[k]) ? a[i] : b[k];
		for (in_a = 0; i + in_a < a_count && a[i + in_a] == value;)
			in_a++;
		for (in_b = 0; k + in_b < b_count && b[k + in_b] == value;)
			in_b++;
		group = (double)(in_a + in_b);
		ranks.a_sum += (double)in_a * ((double)(i + k) + (group + 1) / 2);
		ranks.ties += group * group * group - group;
		i += in_a;
		k += in_b;
	}
	return ranks;
}

double mann_whitney_p(const double *a, size_t a_count, const double *b, size_t b_count)
{
	struct ranks ranks = rank(a, a_count, b, b_count);
	double m = (double)a_count, n = (double)b_count, all = m + n;
	double u, variance, distance;

	if (!a_count || !b_count)
		return 1;
	u = ranks.a_sum - m * (m + 1) / 2;
	variance = m * n / 12 * (all + 1 - ranks.ties / (all * (all - 1)));
	distance = fabs(u - m * n / 2) - 0.5;
	if (variance <= 0 || distance <= 0)
		return 1;
	return erfc(distance / sqrt(2 * variance));
}
