/* SPDX-License-Identifier: GPL-2.0-only */
/* bundle_parts.h - the parts of the report, each printed as it is, to be redacted. For bundle.c. */
#ifndef TELPROBE_CLI_BUNDLE_PARTS_H
#define TELPROBE_CLI_BUNDLE_PARTS_H

#include <stdio.h>

struct bundle_part {
	const char *title;
	void (*print)(FILE *out, const char *directory); /* @directory: of the configuration */
};

/** bundle_parts() - ends with a row whose title is NULL
 * To add a part: its function and its row in bundle_parts.c. Nothing that a person typed, no event, no
 * value of the environment. */
const struct bundle_part *bundle_parts(void);

#endif
