/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/target_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A fifo does not make us wait, a terminal does not become ours. */
enum { HOW = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* Where the first component with a wildcard begins; NULL: none has one. */
static const char *first_wildcard(const char *pattern)
{
	const char *at = strpbrk(pattern, "*?[\\");

	while (at && at > pattern && at[-1] != '/')
		at--;
	return at;
}

static int components(const char *path)
{
	int count = 0;

	for (; *path; path++)
		count += *path != '/' && (!path[1] || path[1] == '/');
	return count;
}

/* The last @count components of @path: glob() need not keep the slashes before them as they were. */
static const char *last_components(const char *path, int count)
{
	const char *at = path + strlen(path);

	for (; count && at > path; count--) {
		while (at > path && at[-1] == '/')
			at--;
		while (at > path && at[-1] != '/')
			at--;
	}
	return at;
}

static int open_beneath(const char *pattern, const char *wildcard, const char *path)
{
	struct open_how how = { .flags = HOW, .resolve = RESOLVE_NO_SYMLINKS };
	const char *rest = last_components(path, components(wildcard));
	char literal[PATH_MAX];
	int directory, fd;

	if (snprintf(literal, sizeof(literal), "%.*s", (int)(wildcard - pattern), pattern) >=
	    (int)sizeof(literal))
		return -ENAMETOOLONG;
	directory = open(literal, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, directory, rest, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(directory);
	return fd;
}

static int open_any(const char *pattern, const char *path, struct error *error)
{
	const char *wildcard = first_wildcard(pattern);
	int fd;

	if (wildcard) {
		fd = open_beneath(pattern, wildcard, path);
	} else {
		fd = open(path, HOW);
		fd = fd < 0 ? -errno : fd;
	}
	if (fd >= 0)
		return fd;
	if (wildcard && fd == -ELOOP)
		return error_set(error, fd,
				 "'%s' is found through a symbolic link, which a pattern does not "
				 "follow: list where it leads",
				 path);
	return error_set(error, fd, "cannot open '%s': %s", path, error_text(fd));
}

int target_file_open(const char *pattern, const char *path, struct stat *out_status,
		     struct error *error)
{
	int fd = open_any(pattern, path, error);
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return error_set(error, -EINVAL, "'%s' is no regular file", path);
	}
	*out_status = status;
	return fd;
}

bool target_file_is_overlaid(int fd)
{
	struct statfs status;

	return !fstatfs(fd, &status) && status.f_type == OVERLAYFS_SUPER_MAGIC;
}
