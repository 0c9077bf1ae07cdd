/* SPDX-License-Identifier: GPL-2.0-only */
/* database.h - which events a command works on: a file's, or those the service keeps. */
#ifndef TELPROBE_CLI_DATABASE_H
#define TELPROBE_CLI_DATABASE_H

#include "cli/command.h"
#include "store/store.h"

/** database_path() - --db FILE, else $TELPROBE_DB. The command's table must have CLI_OPTION_DB.
 * Return: NULL: neither is there. */
const char *database_path(const struct cli *cli);

/** database_name() - what a person is told: the path, or "the service". */
const char *database_name(const struct cli *cli);

/**
 * database_open() - open what database_path() tells, else ask the service where one runs
 * The command's table must have CLI_OPTION_DB and CLI_OPTION_USER. STORE_WRITE here means an
 * existing file too: only `run` creates one.
 * Return: 0, or an exit status, already told. The caller ends *out with store_close(). */
int database_open(const struct cli *cli, enum store_mode mode, struct store **out);

#endif
