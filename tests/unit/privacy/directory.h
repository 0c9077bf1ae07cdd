/* SPDX-License-Identifier: GPL-2.0-only */
/* directory.h - a directory of its own for each test, removed with all that is in it. */
#ifndef TESTS_UNIT_PRIVACY_DIRECTORY_H
#define TESTS_UNIT_PRIVACY_DIRECTORY_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/error.h"

struct directory {
	char path[64]; /* 0700 */
	struct error error;
};

static inline int directory_setup(void **state)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (!directory)
		return -1;
	snprintf(directory->path, sizeof(directory->path), "/tmp/telprobe-test-XXXXXX");
	if (!mkdtemp(directory->path))
		return -1;
	*state = directory;
	return 0;
}

static inline int directory_remove(const char *path, const struct stat *status, int type,
				   struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int directory_teardown(void **state)
{
	struct directory *directory = *state;
	int ret = nftw(directory->path, directory_remove, 8, FTW_DEPTH | FTW_PHYS);

	free(directory);
	return ret;
}

/* In static storage, four at a time. */
static inline char *directory_path(const struct directory *directory, const char *name)
{
	static char paths[4][512];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory->path, name);
	return path;
}

static inline void directory_write(const struct directory *directory, const char *name,
				   const char *bytes, size_t size)
{
	int fd = open(directory_path(directory, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static inline size_t directory_read(const struct directory *directory, const char *name, char *out,
				    size_t room)
{
	int fd = open(directory_path(directory, name), O_RDONLY);
	ssize_t size;

	assert_true(fd >= 0);
	size = read(fd, out, room);
	assert_true(size >= 0);
	close(fd);
	return (size_t)size;
}

static inline int directory_has(const struct directory *directory, const char *name)
{
	struct stat status;

	return !lstat(directory_path(directory, name), &status);
}

#endif
