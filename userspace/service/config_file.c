/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_open(const char *path, int code, struct error *error)
{
	error_set(error, code, "cannot open '%s': %s", path, error_text(code));
	if (code == -ENOENT)
		error_hint(error, "make it, owned by root, or name another");
	else if (code == -EACCES || code == -EPERM)
		error_hint(error, "run as root, or let everybody read it: chmod a+rX '%s'", path);
	return code;
}

/* @name: what is judged, a part of @path. */
static int judge_owner(const struct stat *status, const char *name, const char *path,
		       bool may_be_sticky, struct error *error)
{
	if (status->st_uid && status->st_uid != geteuid()) {
		error_set(error, -EACCES, "'%s' is not trusted: '%s' belongs to uid %u", path, name,
			  status->st_uid);
		error_hint(error, "give it to root: chown root '%s'", name);
		return -EACCES;
	}
	if (status->st_mode & (S_IWGRP | S_IWOTH) &&
	    !(may_be_sticky && status->st_mode & S_ISVTX)) {
		error_set(error, -EACCES, "'%s' is not trusted: others may write '%s' (mode %04o)",
			  path, name, status->st_mode & 07777);
		error_hint(error, "take that away: chmod go-w '%s'", name);
		return -EACCES;
	}
	return 0;
}

static int open_part(int directory, const char *name, const char *whole, const char *path,
		     bool is_last, struct error *error)
{
	int flags = is_last ? O_RDONLY : O_PATH, fd, ret;
	struct stat status;

	fd = openat(directory, name, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		if (!fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) &&
		    S_ISLNK(status.st_mode)) {
			error_set(error, -ELOOP, "'%s' is not trusted: '%s' is a symbolic link",
				  path, whole);
			error_hint(error, "name the directory it leads to");
			return -ELOOP;
		}
		return cannot_open(path, ret, error);
	}
	ret = fstat(fd, &status) ? cannot_open(path, -errno, error)
				 : judge_owner(&status, whole, path, !is_last, error);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* From the root down, so that nobody can exchange a part that was judged. */
static int walk(char *absolute, const char *path, struct error *error)
{
	char *at = absolute, *next, kept;
	int fd, parent;

	fd = open_part(AT_FDCWD, "/", "/", path, !absolute[strspn(absolute, "/")], error);
	for (at += strspn(at, "/"); fd >= 0 && *at; at = next) {
		next = at + strcspn(at, "/");
		kept = *next;
		*next = '\0';
		parent = fd;
		fd = open_part(parent, at, absolute, path,
			       !kept || !next[1 + strspn(next + 1, "/")], error);
		close(parent);
		*next = kept;
		next += strspn(next, "/");
	}
	return fd;
}

int config_directory_open(const char *path, struct error *error)
{
	char absolute[2 * PATH_MAX] = "";
	size_t used = 0;

	if (path[0] != '/') {
		if (!getcwd(absolute, PATH_MAX))
			return cannot_open(path, -errno, error);
		used = strlen(absolute);
	}
	if ((size_t)snprintf(absolute + used, sizeof(absolute) - used, "%s%s", used ? "/" : "",
			     path) >= PATH_MAX)
		return cannot_open(path, -ENAMETOOLONG, error);
	return walk(absolute, path, error);
}

int config_directory_enter(int directory, const char *name, const char *path, struct error *error)
{
	return open_part(directory, name, path, path, true, error);
}

static int judge_file(const struct stat *status, const char *path, struct error *error)
{
	const char *kind = S_ISDIR(status->st_mode)    ? "a directory"
			   : S_ISFIFO(status->st_mode) ? "a pipe"
			   : S_ISSOCK(status->st_mode) ? "a socket"
						       : "a device";

	if (!S_ISREG(status->st_mode)) {
		error_set(error, -EINVAL, "'%s' is %s, not a file", path, kind);
		error_hint(error, "put a file of YAML there, or remove it");
		return -EINVAL;
	}
	if (status->st_size > CONFIG_FILE_BYTES) {
		error_set(error, -EINVAL, "'%s' is too large: %lld bytes, at most %d are read",
			  path, (long long)status->st_size, CONFIG_FILE_BYTES);
		error_hint(error, "is it a file of configuration at all?");
		return -EINVAL;
	}
	if (!status->st_size) {
		error_set(error, -EINVAL, "'%s' is empty", path);
		error_hint(error, "was it cut short? remove it if nothing is to be said there");
		return -EINVAL;
	}
	return judge_owner(status, path, path, false, error);
}

static int read_open(int fd, const char *path, char **out, size_t *out_size, struct error *error)
{
	struct stat status;
	size_t size = 0;
	ssize_t got = 1;
	char *bytes;
	int ret;

	if (fstat(fd, &status))
		return cannot_open(path, -errno, error);
	ret = judge_file(&status, path, error);
	if (ret)
		return ret;
	bytes = malloc(CONFIG_FILE_BYTES + 1);
	if (!bytes)
		return cannot_open(path, -ENOMEM, error);
	while (got && size < CONFIG_FILE_BYTES) {
		got = read(fd, bytes + size, CONFIG_FILE_BYTES - size);
		if (got < 0 && errno != EINTR) {
			ret = cannot_open(path, -errno, error);
			free(bytes);
			return ret;
		}
		if (got > 0)
			size += (size_t)got;
	}
	bytes[size] = '\0';
	*out = bytes;
	*out_size = size;
	return 0;
}

int config_file_read(int directory, const char *name, const char *path, char **out,
		     size_t *out_size, struct error *error)
{
	int fd, ret;

	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP) {
		error_set(error, -EINVAL, "'%s' is a symbolic link", path);
		error_hint(error, "put the file itself there");
		return -EINVAL;
	}
	if (fd < 0 && errno == ENXIO) { /* so it is for a socket */
		error_set(error, -EINVAL, "'%s' is a socket, not a file", path);
		error_hint(error, "put a file of YAML there, or remove it");
		return -EINVAL;
	}
	if (fd < 0)
		return cannot_open(path, -errno, error);
	ret = read_open(fd, path, out, out_size, error);
	close(fd);
	return ret;
}
