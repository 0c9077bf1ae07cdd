/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/totals_note.h"

#include <inttypes.h>

#include "cli/notice.h"
#include "report/text.h"

bool totals_note(struct store *store)
{
	struct store_totals totals;

	if (store_totals(store, &totals, NULL) || !totals.aggregated)
		return false;
	notice("%" PRId64 " span%s of level basic, or sampled, %s in daily totals alone, with no "
	       "single event; 'telprobe metrics' shows them",
	       totals.aggregated, text_s(totals.aggregated), totals.aggregated == 1 ? "is" : "are");
	return true;
}
