/* SPDX-License-Identifier: GPL-2.0-only */
/* binary.h - the program or library that an argument names. */
#ifndef TELPROBE_CLI_BINARY_H
#define TELPROBE_CLI_BINARY_H

#include "lib/error.h"

/** binary_open() - a file of that name, else a command in PATH
 * Return: a descriptor, which the caller closes; or negative: no such file, no regular one. */
int binary_open(const char *name, struct error *error);

#endif
