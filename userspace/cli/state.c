/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/serve.h"

static const char *state_directory(void)
{
	const char *path = getenv("TELPROBE_STATE");

	return path && *path ? path : SERVE_STATE_DIRECTORY;
}

/* Root's, as the service makes it; in anybody else's there could be anything. */
static bool is_trusted(const char *path)
{
	struct stat status;

	return !lstat(path, &status) && S_ISDIR(status.st_mode) && !status.st_uid &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

int state_events(char *out, size_t bytes)
{
	struct stat status;

	if (!is_trusted(state_directory()) ||
	    snprintf(out, bytes, "%s/events", state_directory()) >= (int)bytes)
		return -ENOENT;
	if (lstat(out, &status) || !S_ISDIR(status.st_mode) || status.st_mode & S_IWOTH)
		return -ENOENT;
	return 0;
}

int state_lock(struct error *error)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/lock", state_directory());
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0; /* held until the end of the process */
	close(fd);
	error_set(error, -EBUSY, "a service keeps '%s' and does not answer", path);
	return error_hint(error, "is its socket elsewhere? then set $TELPROBE_SOCKET");
}
