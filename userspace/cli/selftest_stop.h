/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_stop.h - what a selftest means for the service that runs: a leak stops it from capturing, and
 * none lets it go on. Only for one that is this very program: another build proves nothing of it. */
#ifndef TELPROBE_CLI_SELFTEST_STOP_H
#define TELPROBE_CLI_SELFTEST_STOP_H

#include "service/control.h"

/** selftest_stop() - tell the service, and the person what became of that; silent where none runs or
 * nothing is different. @result: where nothing was found, and all that should be there was, one of
 * both that say so */
void selftest_stop(enum control_selftest result);

#endif
