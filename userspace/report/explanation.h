/* SPDX-License-Identifier: GPL-2.0-only */
/* explanation.h - what is collected, at which level, and what never: told from the tables that the
 * rest of the code works by. */
#ifndef TELPROBE_REPORT_EXPLANATION_H
#define TELPROBE_REPORT_EXPLANATION_H

#include <cjson/cJSON.h>
#include <stdio.h>

int explanation_print(FILE *out); /* 0, -ENOMEM */
cJSON *explanation_json(void);	  /* NULL: no memory */

/** explanation_print_never(), _levels() - parts of it that consent is asked with: a change of them
 * is a change of that text (cli/consent_text.h). */
void explanation_print_never(FILE *out);
int explanation_print_levels(FILE *out); /* 0, -ENOMEM */

#endif
