/* SPDX-License-Identifier: GPL-2.0-only */
/* mounts.h - whether a file's file system stays. A link to a file makes umount fail with EBUSY
 * (hazards: 9), so one that somebody may want to unmount - removable media, a container's layers - is
 * attached to only while a process runs the file. What stays is the root file system and what
 * /etc/fstab mounts at boot: those are unmounted at shutdown, after services were stopped. */
#ifndef TELPROBE_SERVICE_MOUNTS_H
#define TELPROBE_SERVICE_MOUNTS_H

#include <stdbool.h>
#include <sys/types.h>

struct mounts;

/** mounts_open() - @table: as fstab(5); "/etc/fstab". It is read when first asked about, and again when
 * the kernel's list of mounts has changed since. Return: NULL: no memory. */
struct mounts *mounts_open(const char *table);
void mounts_close(struct mounts *mounts); /* NULL is fine */

/** mounts_are_lasting() - @device: st_dev of the file. Asks no network file system: a dead server would
 * never answer. */
bool mounts_are_lasting(struct mounts *mounts, dev_t device);

#endif
