/* SPDX-License-Identifier: GPL-2.0-only */
/* learned_names.h - what a command said that is no constant of a file: shown, never stored. */
#ifndef TELPROBE_CLI_LEARNED_NAMES_H
#define TELPROBE_CLI_LEARNED_NAMES_H

#include <cjson/cJSON.h>

#include "cli/run_session.h"

struct learned_names {
	struct firewall *firewall;
	bool is_told; /* on a terminal: also what is no name */
	bool has_more;
	size_t count, refused;
	char list[TP_LEARNED][TP_DECLARED_BYTES]; /* sorted, each once, each fit to be declared */
};

/** learned_names_take() - ask the kernel for those of @session, which has run
 * What the firewall would not store whatever is declared may be a secret: it is told on the terminal
 * standard error is, else only how many. @is_quiet: not that either, nor that there may be more */
void learned_names_take(struct run_session *session, bool is_quiet, struct learned_names *out);
/** learned_names_print() - as the part of a target's file; nothing where there are none */
void learned_names_print(const struct learned_names *names);
/** learned_names_json() - the caller's; NULL without memory */
cJSON *learned_names_json(const struct learned_names *names);
/** learned_names_clear() - they were read in a program's memory: overwrite the list */
void learned_names_clear(struct learned_names *names);

#endif
