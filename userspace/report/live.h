/* SPDX-License-Identifier: GPL-2.0-only */
/* live.h - events as lines, one by one, for who watches them come. */
#ifndef TELPROBE_REPORT_LIVE_H
#define TELPROBE_REPORT_LIVE_H

#include <stdbool.h>

#include "store/store.h"

/** live_line() - what `show` tells of an event, in a line without its end: text of fixed columns, or
 * the JSON object of `show --json`. Control bytes are replaced. @person: whose it is; NULL: not told.
 * Return: to be freed; NULL without memory. */
char *live_line(const struct store_row *row, const char *person, bool is_json);

#endif
