/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/outward.h"

#include <inttypes.h>

#include "cli/notice.h"
#include "service/machine_firewall.h"

int outward_open(struct store *store, struct leaving *leaving, struct error *error)
{
	*leaving = (struct leaving){ .store = store };
	return machine_firewall_new(NULL, &leaving->firewall, error);
}

void outward_close(struct leaving *leaving)
{
	if (leaving->replaced)
		notice("%" PRIu64 " stored name%s replaced: by the rules of today %s may not leave",
		       leaving->replaced, leaving->replaced == 1 ? " was" : "s were",
		       leaving->replaced == 1 ? "it" : "they");
	firewall_free(leaving->firewall);
	*leaving = (struct leaving){ 0 };
}
