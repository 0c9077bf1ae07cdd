/* SPDX-License-Identifier: GPL-2.0-only */
/* database.h - which database a command works on. */
#ifndef TELPROBE_CLI_DATABASE_H
#define TELPROBE_CLI_DATABASE_H

#include "cli/command.h"
#include "store/store.h"

/** database_path() - --db FILE, else $TELPROBE_DB. The command's table must have CLI_OPTION_DB.
 * Return: NULL: neither is there. */
const char *database_path(const struct cli *cli);

/**
 * database_open() - open what database_path() tells
 * STORE_WRITE here means an existing file too: only `run` creates one.
 * Return: 0, or an exit status, already told. The caller ends *out with store_close(). */
int database_open(const struct cli *cli, enum store_mode mode, struct store **out);

#endif
