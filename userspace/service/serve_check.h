/* SPDX-License-Identifier: GPL-2.0-only */
/* serve_check.h - could the service start here: configuration, accounts, places, kernel. Each is looked
 * at, whatever is wrong with the others. Nothing is made or changed, and a service that runs does
 * not notice. */
#ifndef TELPROBE_SERVICE_SERVE_CHECK_H
#define TELPROBE_SERVICE_SERVE_CHECK_H

#include <sys/types.h>

#include "service/serve.h"

/** serve_check() - hand everything that is wrong to @tell; target files that would be left out too
 * Return: how much that was. *out_pid: the service that runs there now, 0: none. */
int serve_check(const struct serve_options *options,
		void (*tell)(const struct error *error, void *data), void *data, pid_t *out_pid);

#endif
