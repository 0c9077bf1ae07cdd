/* SPDX-License-Identifier: GPL-2.0-only */
/* run_collect.h - the event loop of a run: ring, leases and the child, until the child has ended. */
#ifndef TELPROBE_CLI_RUN_COLLECT_H
#define TELPROBE_CLI_RUN_COLLECT_H

#include "cli/run_session.h"

/** run_collect() - collect while @child runs. *out_status as waitpid() gives it */
int run_collect(struct run_session *session, struct child *child, int *out_status,
		struct error *error);

/** run_drain() - take what the ring holds now and commit it. A failing store is told once; the
 * records are counted as lost and reading goes on. Return: records taken. */
uint64_t run_drain(struct run_session *session);

#endif
