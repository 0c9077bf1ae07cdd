/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/erasures.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 4096, LINE_BYTES = 128 };

static int fail(const char *act, int code, struct error *error)
{
	return error_set(error, code, "cannot %s the list of deletions: %s", act, error_text(code));
}

static int path_of(const char *directory, char path[NAME_BYTES])
{
	int size = snprintf(path, NAME_BYTES, "%s/erasures", directory);

	return size < 0 || size >= NAME_BYTES ? -ENAMETOOLONG : 0;
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);

	return fd < 0 ? -errno : fd;
}

/* All of it, with a NUL. Return: its size; -errno. */
static ssize_t read_all(int fd, char **out)
{
	struct stat file;
	ssize_t got, used = 0;
	char *text;

	if (fstat(fd, &file))
		return -errno;
	if (!S_ISREG(file.st_mode) || file.st_nlink != 1 || file.st_size > 2 * ERASURES_BYTES)
		return -EBADMSG;
	text = malloc((size_t)file.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (used < file.st_size &&
	       (got = pread(fd, text + used, (size_t)(file.st_size - used), used)) > 0)
		used += got;
	text[used] = '\0';
	*out = text;
	return used;
}

static int write_all(int fd, const char *text, size_t size, off_t at)
{
	ssize_t done;

	for (; size; text += done, size -= (size_t)done, at += done) {
		done = pwrite(fd, text, size, at);
		if (done <= 0)
			return done ? -errno : -EIO;
	}
	return 0;
}

/* A new one is for the service, whoever makes it and whatever the umask. */
static int share(int fd, const char *directory)
{
	struct stat of;

	if (!geteuid() && (stat(directory, &of) || fchown(fd, of.st_uid, of.st_gid)))
		return -errno;
	return fchmod(fd, 0640) ? -errno : 0;
}

/* Return: a descriptor to write by; -errno. */
static int open_to_write(const char *directory, const char *path)
{
	int fd = open_file(path, O_RDWR | O_CREAT | O_EXCL), ret;

	if (fd == -EEXIST)
		return open_file(path, O_RDWR);
	ret = fd < 0 ? fd : share(fd, directory);
	if (ret < 0 && fd >= 0)
		close(fd);
	return ret < 0 ? ret : fd;
}

/* As erasures_note() writes it, and nothing else. */
static bool parse(const char *line, size_t length, struct store_erasure *out)
{
	char copy[LINE_BYTES], again[LINE_BYTES];
	int size;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, line, length);
	copy[length] = '\0';
	if (sscanf(copy, "%" SCNd64 " %" SCNu32 " %" SCNu32 " %" SCNd64 " %" SCNd64, &out->time_us,
		   &out->uid, &out->by, &out->events, &out->bytes) != 5)
		return false;
	size = snprintf(again, sizeof(again),
			"%" PRId64 " %" PRIu32 " %" PRIu32 " %" PRId64 " %" PRId64, out->time_us,
			out->uid, out->by, out->events, out->bytes);
	return (size_t)size == length && !memcmp(again, line, length) && out->time_us >= 0 &&
	       out->events >= 0 && out->bytes >= 0;
}

/* Return: where the line ends: behind the text where it is torn. */
static char *end_of(char *line, const char *end)
{
	char *stop = memchr(line, '\n', (size_t)(end - line));

	return stop ? stop + 1 : line + (end - line);
}

/* Where the oldest line of @uid stands, if there are as many as there may be; else NULL. */
static char *find_surplus(char *text, const char *end, uint32_t uid)
{
	struct store_erasure erasure;
	char *line, *stop, *oldest = NULL;
	int count = 0;

	for (line = text; line < end; line = stop) {
		stop = end_of(line, end);
		if (!parse(line, (size_t)(stop - line) - (stop[-1] == '\n'), &erasure) ||
		    erasure.uid != uid)
			continue;
		oldest = oldest ? oldest : line;
		count++;
	}
	return count < ERASURES_EACH ? NULL : oldest;
}

/* Take out what has to go for one more line of @uid. Return: the size that is left. */
static size_t make_room(char *text, size_t size, uint32_t uid)
{
	char *end = text + size, *from = find_surplus(text, end, uid), *rest;

	if (size >= ERASURES_BYTES) {
		from = text;
		rest = end_of(text + size / 2, end);
	} else if (from) {
		rest = end_of(from, end);
	} else {
		return size;
	}
	memmove(from, rest, (size_t)(end - rest));
	return size - (size_t)(rest - from);
}

/* Return: where the next line goes; -errno. */
static off_t shorten(int fd, uint32_t uid)
{
	char *text = NULL;
	ssize_t size = read_all(fd, &text);
	size_t left;
	int ret = 0;

	if (size < 0)
		return size;
	left = make_room(text, (size_t)size, uid);
	if (left < (size_t)size)
		ret = write_all(fd, text, left, 0);
	free(text);
	if (!ret && left < (size_t)size && ftruncate(fd, (off_t)left))
		ret = -errno;
	return ret ? ret : (off_t)left;
}

static int append(int fd, const struct store_erasure *erasure)
{
	char line[LINE_BYTES];
	off_t at = shorten(fd, erasure->uid);
	int ret;

	if (at < 0)
		return (int)at;
	snprintf(line, sizeof(line),
		 "%" PRId64 " %" PRIu32 " %" PRIu32 " %" PRId64 " %" PRId64 "\n", erasure->time_us,
		 erasure->uid, erasure->by, erasure->events, erasure->bytes);
	ret = write_all(fd, line, strlen(line), at);
	if (ret && ftruncate(fd, at)) /* half a line would take the next one with it */
		ret = -errno;
	if (!ret && fdatasync(fd))
		ret = -errno;
	return ret;
}

bool erasures_are_to_note(const struct store_erasure *erasure, int read_ret,
			  const struct store_totals *totals)
{
	return erasure->events || totals->aggregated || (read_ret && erasure->bytes);
}

int erasures_note(const char *directory, const struct store_erasure *erasure, struct error *error)
{
	char path[NAME_BYTES];
	int ret = path_of(directory, path), fd;

	if (ret)
		return fail("open", ret, error);
	fd = open_to_write(directory, path);
	if (fd < 0)
		return fail("open", fd, error);
	ret = append(fd, erasure);
	close(fd);
	return ret ? fail("write", ret, error) : 0;
}

static int visit_lines(char *text, const char *end, const uint32_t *only,
		       store_erasure_callback visit, void *data)
{
	struct store_erasure erasure;
	char *stop;
	int ret = 0;

	for (; !ret && text < end; text = stop) {
		stop = end_of(text, end);
		if (stop[-1] == '\n' && parse(text, (size_t)(stop - text) - 1, &erasure) &&
		    (!only || erasure.uid == *only))
			ret = visit(&erasure, data);
	}
	return ret;
}

int erasures_each(const char *directory, const uint32_t *only, store_erasure_callback visit,
		  void *data, struct error *error)
{
	char path[NAME_BYTES], *text = NULL;
	int ret = path_of(directory, path), fd;
	ssize_t size;

	if (ret)
		return fail("open", ret, error);
	fd = open_file(path, O_RDONLY);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fail("open", fd, error);
	size = read_all(fd, &text);
	close(fd);
	if (size < 0)
		return fail("read", (int)size, error);
	ret = visit_lines(text, text + size, only, visit, data);
	free(text);
	return ret;
}
