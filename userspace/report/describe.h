/* SPDX-License-Identifier: GPL-2.0-only */
/* describe.h - an event in a few words for a person. */
#ifndef TELPROBE_REPORT_DESCRIBE_H
#define TELPROBE_REPORT_DESCRIBE_H

#include "store/store.h"

enum { DESCRIBE_BYTES = 512 };

/** describe_event() - what the event says beside its type and time: "sync push, failed: network",
 * "model = small", "network timeout (warning)"; may be "". */
void describe_event(const struct store_row *row, char out[DESCRIBE_BYTES]);

#endif
