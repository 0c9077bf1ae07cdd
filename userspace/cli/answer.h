/* SPDX-License-Identifier: GPL-2.0-only */
/* answer.h - how a command gives its answer: as a table, or with --json. Each returns an exit status; a
 * failure is told. */
#ifndef TELPROBE_CLI_ANSWER_H
#define TELPROBE_CLI_ANSWER_H

#include "cli/command.h"
#include "report/grid.h"
#include "report/json.h"

/** answer_grid() - as a table, or with --json; @grid is freed, NULL: there was no memory for it
 * @none: what is said on stderr instead of a table without rows; NULL: its heading is printed */
int answer_grid(const struct cli *cli, struct grid *grid, const char *none);

/** answer_json() - @json is freed, NULL: there was no memory for it
 * @done: what holds even if it cannot be told, "the events are deleted"; NULL: nothing */
int answer_json(const struct cli *cli, cJSON *json, const char *done);

#endif
