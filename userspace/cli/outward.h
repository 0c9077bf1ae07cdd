/* SPDX-License-Identifier: GPL-2.0-only */
/* outward.h - what commands that hand events to other programs share: the firewall on the way out. */
#ifndef TELPROBE_CLI_OUTWARD_H
#define TELPROBE_CLI_OUTWARD_H

#include "report/leaving.h"

/** outward_open() - @store's events, judged by the rules of this machine as they are now
 * Return: 0; as machine_firewall_new(): by unknown rules nothing leaves. */
int outward_open(struct store *store, struct leaving *leaving, struct error *error);

/** outward_close() - tell on stderr what was replaced. @leaving: zeroed is fine */
void outward_close(struct leaving *leaving);

#endif
