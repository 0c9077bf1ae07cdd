/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_open(struct error *error, const char *path, int code)
{
	error_set(error, code, "cannot open '%s': %s", path, error_text(code));
	switch (code) {
	case -EACCES:
	case -EPERM:
		error_hint(error, "use a file of your own, or run as its owner");
		break;
	case -EROFS:
		error_hint(error, "name a file on a file system that can be written");
		break;
	case -ENOSPC:
	case -EDQUOT:
		error_hint(error, "free some space, or name a file on another disk");
		return -ENOSPC;
	}
	return code;
}

/* The directory with its symbolic links resolved, and the last part of the path as it is. */
static int resolve(const char *path, char **out, struct error *error)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	char *parent, *directory;
	int ret;

	if (!*base)
		return error_set(error, -EBADMSG, "'%s' is a directory, not a file", path);
	parent = slash == path ? strdup("/")
		 : slash       ? strndup(path, (size_t)(slash - path))
			       : strdup(".");
	if (!parent)
		return cannot_open(error, path, -ENOMEM);
	directory = realpath(parent, NULL);
	if (!directory) {
		ret = -errno;
		if (ret == -ENOENT || ret == -ENOTDIR) {
			ret = error_set(error, -ENOENT, "cannot open '%s': no directory '%s'", path,
					parent);
			error_hint(error, "create it first: mkdir -p '%s'", parent);
		} else {
			ret = cannot_open(error, path, ret);
		}
		free(parent);
		return ret;
	}
	free(parent);
	ret = asprintf(out, "%s/%s", strcmp(directory, "/") ? directory : "", base);
	free(directory);
	return ret < 0 ? cannot_open(error, path, -ENOMEM) : 0;
}

static int check_type(const char *path, const struct stat *file, struct error *error)
{
	const char *type = "no regular file";

	if (S_ISREG(file->st_mode))
		return 0;
	if (S_ISLNK(file->st_mode)) {
		error_set(error, -ELOOP, "cannot open '%s': it is a symbolic link", path);
		error_hint(error, "name the file it leads to");
		return -ELOOP;
	}
	if (S_ISDIR(file->st_mode))
		type = "a directory";
	else if (S_ISFIFO(file->st_mode))
		type = "a pipe";
	else if (S_ISSOCK(file->st_mode))
		type = "a socket";
	else if (S_ISCHR(file->st_mode) || S_ISBLK(file->st_mode))
		type = "a device";
	error_set(error, -EBADMSG, "cannot open '%s': it is %s", path, type);
	error_hint(error, "name a database of telprobe, or a file that does not exist yet");
	return -EBADMSG;
}

/* An existing file is looked at, never opened and closed: that would drop the locks which another
 * store of this process holds on it. */
static int find_or_create(const char *path, const char *resolved, enum store_mode mode,
			  bool *out_is_created, struct error *error)
{
	struct stat file;
	int fd, ret;

	*out_is_created = false;
	if (!lstat(resolved, &file))
		return check_type(path, &file, error);
	ret = -errno;
	if (ret == -ENOENT && mode == STORE_READ) {
		error_set(error, ret, "cannot open '%s': no such file", path);
		error_hint(error, "nothing was recorded there yet: telprobe run --db '%s' -- CMD",
			   path);
		return ret;
	}
	if (ret != -ENOENT)
		return cannot_open(error, path, ret);
	fd = open(resolved, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : cannot_open(error, path, -errno); /* just made */
	close(fd);
	*out_is_created = true;
	return 0;
}

static off_t size_of(const char *resolved, const char *suffix)
{
	char path[PATH_MAX + 8];
	struct stat file;

	snprintf(path, sizeof(path), "%s%s", resolved, suffix);
	return lstat(path, &file) ? -1 : file.st_size;
}

/* A reader must create nothing. With log and index in place SQLite does not; without a log the
 * file is complete and read as it is. */
static int reading_mode(const char *path, const char *resolved, const char **out,
			struct error *error)
{
	off_t log = size_of(resolved, "-wal"), index = size_of(resolved, "-shm");

	*out = "?mode=ro";
	if (index > 0)
		return 0;
	if (log > 0) {
		error_set(error, -EBADMSG, "cannot read '%s': its log '%s-wal' has no index", path,
			  path);
		error_hint(error, "copy the file together with its -wal and -shm");
		return -EBADMSG;
	}
	*out = "?mode=ro&immutable=1";
	return 0;
}

static char *make_uri(const char *resolved, const char *parameters)
{
	static const char hex[] = "0123456789abcdef";
	size_t room = strlen(resolved) * 3 + 1, used = 0;
	char *escaped = malloc(room), *uri = NULL;

	if (!escaped)
		return NULL;
	for (; *resolved; resolved++) {
		if (!strchr("%?#", *resolved)) {
			escaped[used++] = *resolved;
			continue;
		}
		escaped[used++] = '%';
		escaped[used++] = hex[(unsigned char)*resolved >> 4];
		escaped[used++] = hex[(unsigned char)*resolved & 15];
	}
	escaped[used] = '\0';
	if (asprintf(&uri, "file:%s%s", escaped, parameters) < 0)
		uri = NULL;
	free(escaped);
	return uri;
}

int store_path_prepare(const char *path, enum store_mode mode, struct store_path *out,
		       struct error *error)
{
	const char *parameters = "?mode=rw";
	char *resolved = NULL;
	bool is_created;
	int ret;

	ret = resolve(path, &resolved, error);
	if (ret)
		return ret;
	ret = find_or_create(path, resolved, mode, &is_created, error);
	if (!ret && mode == STORE_READ)
		ret = reading_mode(path, resolved, &parameters, error);
	if (ret)
		goto free;
	out->uri = make_uri(resolved, parameters);
	if (!out->uri) {
		ret = cannot_open(error, path, -ENOMEM);
		goto free;
	}
	out->is_created = is_created;
free:
	free(resolved);
	return ret;
}

void store_path_undo(const char *path, const struct store_path *prepared)
{
	struct stat file;

	if (prepared->is_created && !lstat(path, &file) && S_ISREG(file.st_mode) && !file.st_size)
		unlink(path);
}
