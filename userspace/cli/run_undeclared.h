/* SPDX-License-Identifier: GPL-2.0-only */
/* run_undeclared.h - which arguments of which markers were no constants, for whoever wrote them: the
 * names themselves were not read. */
#ifndef TELPROBE_CLI_RUN_UNDECLARED_H
#define TELPROBE_CLI_RUN_UNDECLARED_H

#include <stdint.h>
#include <stdio.h>

#include "telprobe/record.h"

struct run_undeclared {	    /* zeroed: none; a bit for each of a record's names */
	uint8_t of_command; /* a span of that kind has markers of its own */
	uint8_t of_other[TP_TYPES];
};

/** undeclared_note() - the name @index of a record of that type; @kind: enum tp_kind where it is a span */
void undeclared_note(struct run_undeclared *undeclared, enum tp_type type, uint8_t kind, int index);

/** undeclared_print() - a line an argument; nothing where there is none */
void undeclared_print(FILE *out, const struct run_undeclared *undeclared);
/** undeclared_json() - [{"marker": "command_begin", "argument": "SUBCOMMAND"}], whole, the caller's;
 * NULL: no memory */
struct cJSON *undeclared_json(const struct run_undeclared *undeclared);

#endif
