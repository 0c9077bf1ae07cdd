/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/consent_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER "telprobe consent 1\n"
#define ENDING "checksum "
#define ALL    "*"

enum { SUM = 16, SUM_TEXT = 2 * SUM + 1, LINE = 160 };

static void checksum(const char *bytes, size_t size, char out[SUM_TEXT])
{
	unsigned char sum[SUM];

	crypto_generichash(sum, sizeof(sum), (const unsigned char *)bytes, size, NULL, 0);
	sodium_bin2hex(out, SUM_TEXT, sum, sizeof(sum));
}

/* The word up to @end, which is taken away too. Return: NULL: too long, or no such end. */
static const char *take_word(const char **at, const char *limit, char end, char *out, size_t size)
{
	const char *stop = memchr(*at, end, (size_t)(limit - *at));
	size_t length = stop ? (size_t)(stop - *at) : size;

	if (length >= size || memchr(*at, '\0', length))
		return NULL;
	memcpy(out, *at, length);
	out[length] = '\0';
	*at = stop + 1;
	return out;
}

/* Decimal as "%PRIu64" writes it. */
static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t number = 0;
	const char *at;

	if (!*text || (text[0] == '0' && text[1]))
		return false;
	for (at = text; *at; at++) {
		if (*at < '0' || *at > '9' || number > (max - (uint64_t)(*at - '0')) / 10)
			return false;
		number = number * 10 + (uint64_t)(*at - '0');
	}
	*out = number;
	return true;
}

static bool parse_line(const char **at, const char *limit, struct consent_decision *out)
{
	char level[16], version[16], time[24];
	uint64_t number;

	memset(out, 0, sizeof(*out));
	if (!take_word(at, limit, ' ', out->target, sizeof(out->target)) ||
	    !take_word(at, limit, ' ', level, sizeof(level)) ||
	    !take_word(at, limit, ' ', version, sizeof(version)) ||
	    !take_word(at, limit, '\n', time, sizeof(time)))
		return false;
	if (!strcmp(out->target, ALL))
		out->target[0] = '\0';
	else if (!consent_target_is_valid(out->target))
		return false;
	if (consent_level_parse(level, &out->level) ||
	    strcmp(consent_level_name(out->level), level) != 0)
		return false;
	if (!parse_number(version, UINT32_MAX, &number) || !number)
		return false;
	out->text_version = (uint32_t)number;
	if (!parse_number(time, INT64_MAX, &number))
		return false;
	out->decided_us = (int64_t)number;
	return true;
}

static const char *parse(const char *bytes, size_t size, struct consent_decision *out,
			 size_t *out_count)
{
	const size_t ending = strlen(ENDING) + SUM_TEXT; /* the line end in place of the NUL */
	const char *at = bytes + strlen(HEADER), *end = bytes + size - ending;
	char sum[SUM_TEXT];
	size_t count = 0;

	if (size < strlen(HEADER) + ending)
		return "it is too short";
	if (memcmp(bytes, HEADER, strlen(HEADER)) != 0)
		return "it does not begin as expected";
	checksum(bytes, size - ending, sum);
	if (memcmp(end, ENDING, strlen(ENDING)) != 0 || bytes[size - 1] != '\n' ||
	    memcmp(end + strlen(ENDING), sum, SUM_TEXT - 1) != 0)
		return "its checksum does not fit";
	while (at < end) {
		if (count == CONSENT_DECISIONS)
			return "it has too many lines";
		if (!parse_line(&at, end, &out[count]))
			return "it has a line that is no decision";
		count++;
	}
	if (!count)
		return "it is empty";
	*out_count = count;
	return NULL;
}

int consent_file_parse(const char *bytes, size_t size, struct consent_decision *out,
		       size_t *out_count, const char **out_why)
{
	const char *why = parse(bytes, size, out, out_count);

	if (!why)
		return 0;
	*out_why = why;
	return -EBADMSG;
}

static const char *judge_file(int directory, const struct stat *file)
{
	struct stat parent;

	if (!S_ISREG(file->st_mode))
		return "it is no regular file";
	if (fstat(directory, &parent) || (file->st_uid && file->st_uid != parent.st_uid))
		return "it is somebody else's";
	if (file->st_mode & (S_IWGRP | S_IWOTH))
		return "others may write it";
	if (file->st_size > CONSENT_FILE_BYTES)
		return "it is too large";
	return NULL;
}

static int read_all(int fd, char *out, size_t room, size_t *out_size)
{
	size_t size = 0;
	ssize_t got;

	while (size < room) {
		got = read(fd, out + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		size += (size_t)got;
	}
	*out_size = size;
	return 0;
}

static int read_open(int directory, int fd, struct consent_decision *out, size_t *out_count,
		     const char **out_why)
{
	struct stat file;
	size_t size = 0;
	char *bytes;
	int ret;

	if (fstat(fd, &file))
		return -errno;
	*out_why = judge_file(directory, &file);
	if (*out_why)
		return -EBADMSG;
	bytes = malloc(CONSENT_FILE_BYTES);
	if (!bytes)
		return -ENOMEM;
	ret = read_all(fd, bytes, CONSENT_FILE_BYTES, &size);
	if (!ret)
		ret = consent_file_parse(bytes, size, out, out_count, out_why);
	free(bytes);
	return ret;
}

int consent_file_read(int directory, const char *name, struct consent_decision *out,
		      size_t *out_count, const char **out_why)
{
	int fd, ret;

	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ELOOP || errno == ENXIO)) { /* a link; a socket */
		*out_why = "it is no regular file";
		return -EBADMSG;
	}
	if (fd < 0)
		return -errno;
	ret = read_open(directory, fd, out, out_count, out_why);
	close(fd);
	return ret;
}

static char *format(const struct consent_decision *decisions, size_t count, size_t *out_size)
{
	char *text = NULL, sum[SUM_TEXT];
	FILE *file = open_memstream(&text, out_size);
	size_t i;

	if (!file)
		return NULL;
	fputs(HEADER, file);
	for (i = 0; i < count; i++)
		fprintf(file, "%s %s %" PRIu32 " %" PRId64 "\n",
			decisions[i].target[0] ? decisions[i].target : ALL,
			consent_level_name(decisions[i].level), decisions[i].text_version,
			decisions[i].decided_us);
	if (fflush(file)) {
		fclose(file);
		free(text);
		return NULL;
	}
	checksum(text, *out_size, sum);
	fprintf(file, ENDING "%s\n", sum);
	if (!fclose(file))
		return text;
	free(text);
	return NULL;
}

static int write_new(int directory, const char *name, const char *bytes, size_t size)
{
	ssize_t written;
	int fd, ret = 0;

	if (unlinkat(directory, name, 0) && errno != ENOENT) /* of a process that was killed */
		return -errno;
	fd = openat(directory, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (size && !ret) {
		written = write(fd, bytes, size);
		if (written > 0) {
			bytes += written;
			size -= (size_t)written;
		} else if (!written || errno != EINTR) {
			ret = written ? -errno : -EIO;
		}
	}
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

int consent_file_write(int directory, uint32_t uid, const struct consent_decision *decisions,
		       size_t count, bool *out_is_seen)
{
	char name[CONSENT_FILE_NAME], new_name[CONSENT_FILE_NAME], *text;
	size_t size;
	int ret;

	*out_is_seen = false;
	snprintf(name, sizeof(name), "%" PRIu32, uid);
	snprintf(new_name, sizeof(new_name), "%" PRIu32 ".new", uid);
	text = format(decisions, count, &size);
	if (!text)
		return -ENOMEM;
	ret = write_new(directory, new_name, text, size);
	free(text);
	if (!ret && renameat(directory, new_name, directory, name))
		ret = -errno;
	if (ret) {
		unlinkat(directory, new_name, 0);
		return ret;
	}
	*out_is_seen = true;
	return fsync(directory) ? -errno : 0;
}
