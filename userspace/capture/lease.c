/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int lease_signal(void)
{
	return SIGRTMIN + 3;
}

int lease_watch(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, lease_signal());
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int lease_refused(int code, const char *path, struct error *error)
{
	switch (code) {
	case EAGAIN:
		error_set(error, -EBUSY, "cannot attach to '%s': it is open for writing", path);
		error_hint(error, "try again when the build or copy that writes it is done");
		return -EBUSY;
	case EACCES:
	case EPERM:
		error_set(error, -EACCES, "cannot hold a lease on '%s': it belongs to another user",
			  path);
		error_hint(error, "run as root with CAP_LEASE");
		return -EACCES;
	default:
		error_set(error, -ENOTSUP, "cannot attach to '%s': its file system has no leases",
			  path);
		error_hint(error, "copy the program to a local file system; without a lease an "
				  "overwrite would change what it computes");
		return -ENOTSUP;
	}
}

int lease_take(int fd, const char *path, struct error *error)
{
	if (fcntl(fd, F_SETSIG, lease_signal()) || fcntl(fd, F_SETLEASE, F_RDLCK))
		return lease_refused(errno, path, error);
	return 0;
}

bool lease_holds(int fd)
{
	return fcntl(fd, F_GETLEASE) == F_RDLCK;
}

enum capture_use lease_use(int fd)
{
	if (!lease_holds(fd) || fcntl(fd, F_SETLEASE, F_WRLCK))
		return CAPTURE_SHARED;
	return fcntl(fd, F_SETLEASE, F_RDLCK) ? CAPTURE_WRITTEN : CAPTURE_ALONE;
}

int lease_next(int watch_fd)
{
	struct signalfd_siginfo info;

	if (read(watch_fd, &info, sizeof(info)) != sizeof(info))
		return -1;
	return info.ssi_fd;
}

void lease_give_up(int fd)
{
	fcntl(fd, F_SETLEASE, F_UNLCK);
}
