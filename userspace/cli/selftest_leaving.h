/* SPDX-License-Identifier: GPL-2.0-only */
/* selftest_leaving.h - the second gate by itself: a database in which secrets stand as they are, written
 * past the firewall, as by a telprobe with other rules or by somebody else; and all that leaves it. */
#ifndef TELPROBE_CLI_SELFTEST_LEAVING_H
#define TELPROBE_CLI_SELFTEST_LEAVING_H

#include "cli/selftest_everything.h"

/** leaving_try() - make the database @path, search what is exported from it, note what stands there instead
 * @everything: but for its store. Return: 0, whatever was found, or why it could not be tried. */
int leaving_try(const struct everything *everything, const char *path);

#endif
