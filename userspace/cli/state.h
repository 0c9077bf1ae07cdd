/* SPDX-License-Identifier: GPL-2.0-only */
/* state.h - the service's files, for root's commands while no service runs. */
#ifndef TELPROBE_CLI_STATE_H
#define TELPROBE_CLI_STATE_H

#include <stddef.h>

#include "lib/error.h"

/** state_events() - the directory of the databases: below $TELPROBE_STATE, else the service's default
 * Return: 0; -ENOENT: there is none that is root's to trust. */
int state_events(char *out, size_t bytes);

/** state_lock() - no service may start until this process ends
 * Return: 0; -EBUSY: one runs, reachable or not; -EACCES... */
int state_lock(struct error *error);

#endif
