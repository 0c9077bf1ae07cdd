/* SPDX-License-Identifier: GPL-2.0-only */
/* lease.h - read leases on attached files: who opens one for writing waits until telprobe has
 * taken its breakpoints out (hazards: in-place overwrite). A real-time signal, blocked and read
 * through a signalfd, says which descriptor's lease is broken (fcntl(2), F_SETLEASE, F_SETSIG). */
#ifndef TELPROBE_CAPTURE_LEASE_H
#define TELPROBE_CAPTURE_LEASE_H

#include <stdbool.h>

#include "capture/capture.h"
#include "lib/error.h"

/** lease_watch() - block the signal in this thread and make its signalfd. Return: fd or -errno. */
int lease_watch(void);

/** lease_take() - on @fd, which must be open read-only and not be shared with a dup.
 * Return: 0; -EBUSY: the file is open for writing; -EACCES: not the owner and no CAP_LEASE;
 * -ENOTSUP: the file system has no leases. */
int lease_take(int fd, const char *path, struct error *error);

/** lease_holds() - not yet broken by a writer */
bool lease_holds(int fd);

/** lease_use() - who else has the file of @fd open; mapped and executed files count (the check for
 * F_WRLCK in fs/locks.c, Linux 5.3 and later). Whoever opens the file for reading in the moment it
 * takes may break the lease, which holds again on return: lease_next() tells of it for nothing. Who
 * opens it for writing in that moment keeps us from the lease we had: CAPTURE_WRITTEN. Of a file
 * without a lease it is taken for granted that somebody has it. */
enum capture_use lease_use(int fd);

/** lease_next() - descriptor of a broken lease; -1: none waits */
int lease_next(int watch_fd);

void lease_give_up(int fd);

#endif
