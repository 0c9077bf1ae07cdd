/* SPDX-License-Identifier: GPL-2.0-only */
/* erasure_list.h - `telprobe delete --list`: what was deleted before, when and by whom. */
#ifndef TELPROBE_CLI_ERASURE_LIST_H
#define TELPROBE_CLI_ERASURE_LIST_H

#include "cli/command.h"

/** erasure_list() - of the caller; for root as --user says, without it of everybody. Return: an exit
 * status. */
int erasure_list(const struct cli *cli);

#endif
