/* SPDX-License-Identifier: GPL-2.0-only */
/* consent_text.h - what a person says yes or no to: text CONSENT_TEXT_VERSION.
 * Whoever changes a word of it (or of the lists of report/explanation.c that it shows) raises
 * CONSENT_TEXT_VERSION, so that everybody is asked again; tests/unit/cli/test_consent_text.c holds
 * its checksum. What is collected under it, and is not all in its words, stands in
 * report/collected_versions.c, whose test asks for a new version too. */
#ifndef TELPROBE_CLI_CONSENT_TEXT_H
#define TELPROBE_CLI_CONSENT_TEXT_H

#include <stdio.h>

/** consent_text_print() - @target: of an app that asks; NULL for all. 0, -ENOMEM. */
int consent_text_print(FILE *out, const char *target);

#endif
