/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/mounts.h"

#include <fcntl.h>
#include <mntent.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beginnings of types that may ask a server, or a process. */
static const char *const remote[] = {
	"nfs", "cifs", "smb", "ceph", "gluster", "fuse", "sshfs", "9p", "virtiofs", "afs", "autofs",
};

static bool is_remote(const struct mntent *entry)
{
	size_t i;

	for (i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (!strncmp(entry->mnt_type, remote[i], strlen(remote[i])))
			return true;
	return hasmntopt(entry, "_netdev") != NULL;
}

struct mounts {
	const char *table;
	int list_fd;	 /* the kernel's list; -1: it cannot be watched, so nothing is remembered */
	bool is_read;	 /* since the list changed */
	bool is_partial; /* there was no room for all: what is not found is looked for again */
	dev_t *devices;
	size_t count, room;
};

struct mounts *mounts_open(const char *table)
{
	struct mounts *mounts = calloc(1, sizeof(*mounts));

	if (!mounts)
		return NULL;
	mounts->table = table;
	mounts->list_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	return mounts;
}

void mounts_close(struct mounts *mounts)
{
	if (!mounts)
		return;
	if (mounts->list_fd >= 0)
		close(mounts->list_fd);
	free(mounts->devices);
	free(mounts);
}

/* proc(5): a change is told as an error and an exceptional condition, once. */
static bool has_changed(const struct mounts *mounts)
{
	struct pollfd polled = { .fd = mounts->list_fd, .events = POLLPRI };

	return mounts->list_fd < 0 || (poll(&polled, 1, 0) > 0 && polled.revents & POLLPRI);
}

static void add_device(struct mounts *mounts, const char *directory)
{
	size_t room = mounts->room ? 2 * mounts->room : 16;
	struct stat status;
	dev_t *devices;

	if (stat(directory, &status))
		return;
	if (mounts->count == mounts->room) {
		devices = realloc(mounts->devices, room * sizeof(*devices));
		if (!devices) {
			mounts->is_partial = true;
			return;
		}
		mounts->devices = devices;
		mounts->room = room;
	}
	mounts->devices[mounts->count++] = status.st_dev;
}

static void read_table(struct mounts *mounts)
{
	FILE *table = setmntent(mounts->table, "re");
	struct mntent *entry;

	mounts->count = 0;
	mounts->is_partial = false;
	mounts->is_read = true;
	add_device(mounts, "/");
	if (!table)
		return;
	while ((entry = getmntent(table)))
		if (entry->mnt_dir[0] == '/' && !hasmntopt(entry, MNTOPT_NOAUTO) &&
		    !is_remote(entry))
			add_device(mounts, entry->mnt_dir);
	endmntent(table);
}

bool mounts_are_lasting(struct mounts *mounts, dev_t device)
{
	size_t i;

	if (has_changed(mounts) || !mounts->is_read || mounts->is_partial)
		read_table(mounts);
	for (i = 0; i < mounts->count; i++)
		if (mounts->devices[i] == device)
			return true;
	return false;
}
