/* SPDX-License-Identifier: GPL-2.0-only */
/* database.h - which events a command works on: a file's, or those the service keeps. Root reads
 * everybody's of the latter unless --user says whose, and reads its files where no service runs. */
#ifndef TELPROBE_CLI_DATABASE_H
#define TELPROBE_CLI_DATABASE_H

#include "cli/command.h"
#include "store/store.h"

/** database_path() - --db FILE, else $TELPROBE_DB. The command's table must have CLI_OPTION_DB.
 * Return: NULL: neither is there. */
const char *database_path(const struct cli *cli);

/** database_name() - what a person is told: the path, or "the service". */
const char *database_name(const struct cli *cli);

/** database_is_of_all() - whether what database_open() opens for reading is everybody's: root's
 * default through the service. */
bool database_is_of_all(const struct cli *cli);

/**
 * database_open() - open what database_path() tells, else ask the service where one runs
 * The command's table must have CLI_OPTION_DB and CLI_OPTION_USER. STORE_WRITE here means an
 * existing file too: only `run` creates one.
 * Return: 0, or an exit status, already told. The caller ends *out with store_close(). */
int database_open(const struct cli *cli, enum store_mode mode, struct store **out);

/** database_reopen() - the same for reading, after database_open() once worked, telling nothing
 * Return: 0; negative, in @error. */
int database_reopen(const struct cli *cli, struct store **out, struct error *error);

#endif
