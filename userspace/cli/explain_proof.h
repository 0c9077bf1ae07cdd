/* SPDX-License-Identifier: GPL-2.0-only */
/* explain_proof.h - `telprobe explain --proof`: what the loaded programs call, from the kernel's own
 * translation of them. */
#ifndef TELPROBE_CLI_EXPLAIN_PROOF_H
#define TELPROBE_CLI_EXPLAIN_PROOF_H

#include <stdbool.h>

#include "cli/command.h"

/** explain_proof() - print it on stdout. Return: exit status; CLI_FAILED also when a program calls
 * something that reads a process's memory. */
int explain_proof(const struct cli *cli, bool is_json);

#endif
