/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_target(const char *path, struct error *error)
{
	struct stat status;

	if (!*path || strlen(path) > PATH_MAX - 16)
		return error_set(error, -ENAMETOOLONG, "'%.40s' is no name of a file", path);
	if (lstat(path, &status))
		return errno == ENOENT ? 0
				       : error_set(error, -errno, "cannot write '%s': %s", path,
						   error_text(errno));
	if (S_ISREG(status.st_mode))
		return 0;
	if (S_ISLNK(status.st_mode)) {
		error_set(error, -ELOOP, "'%s' is a symbolic link and is not followed", path);
		return error_hint(error, "name the file itself");
	}
	error_set(error, -EEXIST, "'%s' is not a file", path);
	return error_hint(error, "name a file to create or replace");
}

static int open_nameless(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	return open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

static int open_scratch(struct replacement *replacement)
{
	int fd = open_nameless(replacement->path);

	replacement->scratch[0] = '\0';
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	if ((size_t)snprintf(replacement->scratch, sizeof(replacement->scratch), "%s.XXXXXX",
			     replacement->path) >= sizeof(replacement->scratch)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(replacement->scratch, O_CLOEXEC);
	if (fd < 0)
		replacement->scratch[0] = '\0';
	return fd;
}

int replacement_open(struct replacement *replacement, const char *path, mode_t mode,
		     struct error *error)
{
	int ret = check_target(path, error), fd;

	replacement->file = NULL;
	replacement->scratch[0] = '\0';
	if (ret)
		return ret;
	snprintf(replacement->path, sizeof(replacement->path), "%s", path);
	replacement->mode = mode;
	fd = open_scratch(replacement);
	if (fd < 0) {
		error_set(error, -errno, "cannot create '%s': %s", path, error_text(errno));
		return error_hint(error, "choose a directory that exists and that you may write");
	}
	replacement->file = fdopen(fd, "w");
	if (replacement->file)
		return 0;
	close(fd);
	replacement_abandon(replacement);
	return error_set(error, -ENOMEM, "out of memory");
}

/* Give a nameless file a name beside its place: only rename() replaces. */
static int give_name(struct replacement *replacement)
{
	char link[32];
	int i;

	if (replacement->scratch[0])
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fileno(replacement->file));
	for (i = 0; i < 100; i++) {
		if ((size_t)snprintf(replacement->scratch, sizeof(replacement->scratch), "%s.%d.%d",
				     replacement->path, getpid(),
				     i) >= sizeof(replacement->scratch))
			break;
		if (!linkat(AT_FDCWD, link, AT_FDCWD, replacement->scratch, AT_SYMLINK_FOLLOW))
			return 0;
		if (errno != EEXIST)
			break;
	}
	replacement->scratch[0] = '\0';
	return errno ? -errno : -EIO;
}

static int put_in_place(struct replacement *replacement)
{
	int ret, fd = fileno(replacement->file);

	errno = 0;
	if (ferror(replacement->file) || fflush(replacement->file))
		return errno ? -errno : -EIO;
	if (fchmod(fd, replacement->mode) || fsync(fd))
		return -errno;
	ret = give_name(replacement);
	if (ret)
		return ret;
	return rename(replacement->scratch, replacement->path) ? -errno : 0;
}

int replacement_commit(struct replacement *replacement, struct error *error)
{
	int ret = put_in_place(replacement);

	if (!ret)
		replacement->scratch[0] = '\0';
	replacement_abandon(replacement);
	if (ret)
		error_set(error, ret, "cannot write '%s': %s", replacement->path, error_text(ret));
	if (ret == -ENOSPC)
		error_hint(error, "make room, or write to another file system");
	return ret;
}

void replacement_abandon(struct replacement *replacement)
{
	if (replacement->scratch[0])
		unlink(replacement->scratch);
	replacement->scratch[0] = '\0';
	if (replacement->file)
		fclose(replacement->file);
	replacement->file = NULL;
}
