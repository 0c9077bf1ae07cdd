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

#include "privacy/categories.h"

#define HEADER	   "telprobe consent 1\n"
#define HEADER_NEW "telprobe consent 2\n" /* some lines have more words */
#define ENDING	   "checksum "
#define ALL	   "*"
#define WITHOUT	   "without="

enum { SUM = 16, SUM_TEXT = 2 * SUM + 1, LINE = 352, PLAIN_WORDS = 4, END_WORDS = 10, WORDS };

static void checksum(const char *bytes, size_t size, char out[SUM_TEXT])
{
	unsigned char sum[SUM];

	crypto_generichash(sum, sizeof(sum), (const unsigned char *)bytes, size, NULL, 0);
	sodium_bin2hex(out, SUM_TEXT, sum, sizeof(sum));
}

/* The line at *at, which is taken away, cut into words. Return: how many; 0: it is none. */
static size_t take_line(const char **at, const char *limit, char line[LINE],
			const char *words[WORDS])
{
	const char *stop = memchr(*at, '\n', (size_t)(limit - *at));
	size_t length = stop ? (size_t)(stop - *at) : LINE, count = 0;
	char *word = line, *end;

	if (length >= LINE || memchr(*at, '\0', length))
		return 0;
	memcpy(line, *at, length);
	line[length] = '\0';
	*at = stop + 1;
	for (;;) {
		if (count == WORDS)
			return 0;
		words[count++] = word;
		end = strchr(word, ' ');
		if (!end)
			return count;
		*end = '\0';
		word = end + 1;
	}
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

static bool parse_time(const char *text, int64_t *out)
{
	uint64_t number;

	if (!parse_number(text, INT64_MAX, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

static bool parse_boot(const char *text, uint8_t out[CONSENT_BOOT])
{
	char again[2 * CONSENT_BOOT + 1];
	size_t bytes;

	if (sodium_hex2bin(out, CONSENT_BOOT, text, strlen(text), NULL, &bytes, NULL) ||
	    bytes != CONSENT_BOOT)
		return false;
	sodium_bin2hex(again, sizeof(again), out, CONSENT_BOOT);
	return !strcmp(again, text);
}

/* @words: the six behind those of any decision */
static bool parse_end(const char *const *words, struct consent_decision *out)
{
	unsigned int term = CONSENT_LASTING + 1;

	while (term < CONSENT_TERMS &&
	       strcmp(consent_term_name((enum consent_term)term), words[0]) != 0)
		term++;
	out->term = (enum consent_term)term;
	return term < CONSENT_TERMS && out->level != TP_LEVEL_OFF &&
	       parse_time(words[1], &out->end.until_us) &&
	       parse_time(words[2], &out->end.seen_us) && parse_time(words[3], &out->end.ends_us) &&
	       parse_time(words[4], &out->end.left_us) && parse_boot(words[5], out->end.boot);
}

/* The last word of a line, where a yes leaves something out, as write_line() writes it. */
static bool parse_without(const char *word, struct consent_decision *out)
{
	char again[CATEGORIES_TEXT];

	if (strncmp(word, WITHOUT, strlen(WITHOUT)) != 0 || out->level == TP_LEVEL_OFF ||
	    categories_parse(word + strlen(WITHOUT), &out->without, NULL))
		return false;
	categories_format(out->without, again);
	return !strcmp(again, word + strlen(WITHOUT));
}

static bool parse_line(const char **at, const char *limit, struct consent_decision *out)
{
	const char *words[WORDS];
	char line[LINE];
	uint64_t number;
	size_t count = take_line(at, limit, line, words);
	bool is_whole = count == PLAIN_WORDS || count == END_WORDS;

	memset(out, 0, sizeof(*out));
	if ((!is_whole && count != PLAIN_WORDS + 1 && count != END_WORDS + 1) ||
	    strlen(words[0]) >= sizeof(out->target))
		return false;
	snprintf(out->target, sizeof(out->target), "%s", strcmp(words[0], ALL) ? words[0] : "");
	if (out->target[0] && !consent_target_is_valid(out->target))
		return false;
	if (!*words[0] || consent_level_parse(words[1], &out->level) ||
	    strcmp(consent_level_name(out->level), words[1]) != 0)
		return false;
	if (!parse_number(words[2], UINT32_MAX, &number) || !number)
		return false;
	out->text_version = (uint32_t)number;
	return parse_time(words[3], &out->decided_us) &&
	       (is_whole || parse_without(words[count - 1], out)) &&
	       (count < END_WORDS || parse_end(&words[PLAIN_WORDS], out));
}

/* Whether its line has more words than those of the first form. */
static bool is_long(const struct consent_decision *decision)
{
	return decision->term != CONSENT_LASTING || decision->without;
}

static const char *parse(const char *bytes, size_t size, struct consent_decision *out,
			 size_t *out_count)
{
	const size_t ending = strlen(ENDING) + SUM_TEXT; /* the line end in place of the NUL */
	const char *at = bytes + strlen(HEADER), *end = bytes + size - ending;
	bool is_new = size >= strlen(HEADER) && !memcmp(bytes, HEADER_NEW, strlen(HEADER));
	bool has_new = false;
	char sum[SUM_TEXT];
	size_t count = 0;

	if (size < strlen(HEADER) + ending)
		return "it is too short";
	if (!is_new && memcmp(bytes, HEADER, strlen(HEADER)) != 0)
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
		has_new |= is_long(&out[count++]);
	}
	if (!count)
		return "it is empty";
	if (has_new != is_new)
		return "its lines are of another form";
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

/* Into @out, LINE bytes. Return: how many of them. */
static size_t write_line(char *out, const struct consent_decision *decision)
{
	const struct consent_end *end = &decision->end;
	char boot[2 * CONSENT_BOOT + 1], without[CATEGORIES_TEXT];
	int size;

	size = snprintf(out, LINE, "%s %s %" PRIu32 " %" PRId64,
			decision->target[0] ? decision->target : ALL,
			consent_level_name(decision->level), decision->text_version,
			decision->decided_us);
	if (decision->term != CONSENT_LASTING) {
		sodium_bin2hex(boot, sizeof(boot), end->boot, sizeof(end->boot));
		size += snprintf(out + size, LINE - (size_t)size,
				 " %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s",
				 consent_term_name(decision->term), end->until_us, end->seen_us,
				 end->ends_us, end->left_us, boot);
	}
	if (decision->without) {
		categories_format(decision->without, without);
		size += snprintf(out + size, LINE - (size_t)size, " " WITHOUT "%s", without);
	}
	out[size++] = '\n';
	return (size_t)size;
}

_Static_assert(CONSENT_DECISIONS *LINE + sizeof(HEADER_NEW) + sizeof(ENDING) + SUM_TEXT <=
		       CONSENT_FILE_BYTES,
	       "as many as one person may have are no damage");

/* All at once: a stream that grows does not say when there is no memory for the rest. */
static char *format(const struct consent_decision *decisions, size_t count, size_t *out_size)
{
	char *text = malloc(CONSENT_FILE_BYTES), sum[SUM_TEXT];
	bool is_new = false;
	size_t size, i;

	if (!text)
		return NULL;
	for (i = 0; i < count; i++)
		is_new |= is_long(&decisions[i]);
	size = (size_t)snprintf(text, LINE, "%s", is_new ? HEADER_NEW : HEADER);
	for (i = 0; i < count; i++)
		size += write_line(text + size, &decisions[i]);
	checksum(text, size, sum);
	*out_size =
		size + (size_t)snprintf(text + size, CONSENT_FILE_BYTES - size, ENDING "%s\n", sum);
	return text;
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
