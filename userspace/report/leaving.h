/* SPDX-License-Identifier: GPL-2.0-only */
/* leaving.h - events on their way out of telprobe, into a file for other programs or a metric's label.
 * What stands in a database was judged when it was stored: by the rules of that day, and on the word
 * of whoever wrote the file. So each name is judged again here, by the same firewall, and replaced
 * whole where that says so. What leaves reads its events through this; scripts/lint (gate) knows who
 * else may read them. */
#ifndef TELPROBE_REPORT_LEAVING_H
#define TELPROBE_REPORT_LEAVING_H

#include "lib/error.h"
#include "privacy/firewall.h"
#include "store/daily.h"
#include "store/store.h"

struct leaving { /* both are the caller's */
	struct store *store;
	struct firewall *firewall;
	uint64_t replaced; /* names that were stored and may not leave, each time they came */
};

/** leaving_each(), leaving_each_sum() - as store_each() and store_each_sum(), judged */
int leaving_each(struct leaving *leaving, const struct store_filter *filter,
		 store_row_callback callback, void *data, struct error *error);
int leaving_each_sum(struct leaving *leaving, const struct store_sum_filter *filter,
		     store_sum_callback callback, void *data, struct error *error);

#endif
