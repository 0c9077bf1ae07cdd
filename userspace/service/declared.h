/* SPDX-License-Identifier: GPL-2.0-only */
/* declared.h - the numbers of declared names, for as long as the service runs.
 * A number is given once: records and open spans hold it across a reload, also that of a name which
 * no target declares any more. */
#ifndef TELPROBE_SERVICE_DECLARED_H
#define TELPROBE_SERVICE_DECLARED_H

#include <stdint.h>

#include "lib/table.h"
#include "telprobe/record.h"

enum { DECLARED_MAX = 2 * TP_DECLARED }; /* of all reloads */

struct declared {
	struct table numbers; /* text, zeroed behind its end, to uint32_t */
	char (*texts)[TP_DECLARED_BYTES];
	uint32_t count;
	uint32_t room;
};

void declared_init(struct declared *declared);
void declared_clear(struct declared *declared);

/** declared_number() - of @text, which is shorter than TP_DECLARED_BYTES and is given one if it has
 * none. Return: from 1; 0: there are DECLARED_MAX, or no memory. */
uint32_t declared_number(struct declared *declared, const char *text);

/** declared_text() - what @place stands for. Return: 0; -ENOENT: no declared name's. */
int declared_text(const struct declared *declared, uint32_t place, char out[TP_DECLARED_BYTES]);

#endif
