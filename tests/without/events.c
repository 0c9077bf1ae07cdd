/* SPDX-License-Identifier: GPL-2.0-only */
/* events.c - telprobe whose traced program tells nothing: where nothing is seen, nothing is proved. */
#include "cli/emit_marker.h"

bool __wrap_emit_fire(const struct emit_event *);

bool __wrap_emit_fire(const struct emit_event *event)
{
	(void)event;
	return false;
}
