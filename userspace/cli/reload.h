/* SPDX-License-Identifier: GPL-2.0-only */
/* reload.h - what follows a change of the configuration: the service reads it and says what holds. */
#ifndef TELPROBE_CLI_RELOAD_H
#define TELPROBE_CLI_RELOAD_H

#include <cjson/cJSON.h>

#include "cli/command.h"

/**
 * reload_and_tell() - have the service read @directory again and print what it says
 * The service is asked only if it can be the one that reads @directory: that is CONFIG_DIRECTORY, or
 * $TELPROBE_SOCKET names a service. Without one the change holds from the next start, and that is said.
 * @json: with --json the object that is completed and printed; NULL there is want of memory. Freed.
 * Return: an exit status: CLI_FAILED where the service refuses the configuration as a whole. */
int reload_and_tell(const struct cli *cli, const char *directory, cJSON *json);

#endif
