/* SPDX-License-Identifier: GPL-2.0-only */
/* overwrite.h - files of SQLite whose blocks are zeroed before the file system gets them back.
 * secure_delete overwrites what is deleted in pages that stay. What a file is cut by keeps its bytes on the
 * disk: the log when it is emptied, and the end of a database whose pages moved to the front. A layer
 * between SQLite and the system (https://sqlite.org/vfs.html) writes zeros there, and waits until they are
 * on the disk, before it cuts. A file system that writes elsewhere than where it read (btrfs, a disk of
 * flash below any) keeps the old blocks until it uses them again: nothing above it can change that. */
#ifndef TELPROBE_STORE_OVERWRITE_H
#define TELPROBE_STORE_OVERWRITE_H

/** overwrite_vfs() - what to name when a database is opened. Return: NULL without memory. */
const char *overwrite_vfs(void);

/** overwrite_all() - zeros over all of the file @fd, which may be written to, and on the disk
 * Return: 0, -errno: some of it may be as it was. */
int overwrite_all(int fd);

#endif
