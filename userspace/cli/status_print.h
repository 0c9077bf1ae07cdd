/* SPDX-License-Identifier: GPL-2.0-only */
/* status_print.h - the report of `telprobe status` on standard output. Others than root are shown
 * what is rounded and whether something was lost, not how much of all people's. */
#ifndef TELPROBE_CLI_STATUS_PRINT_H
#define TELPROBE_CLI_STATUS_PRINT_H

#include <cjson/cJSON.h>

#include "cli/status_report.h"

void status_print(const struct status_report *report);
cJSON *status_json(const struct status_report *report); /* NULL: no memory */

#endif
