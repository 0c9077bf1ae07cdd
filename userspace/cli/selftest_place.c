/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/selftest_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/selftest_fixture.h"

static bool can_execute_in(const char *directory)
{
	struct statvfs status;

	return directory && !access(directory, W_OK | X_OK) && !statvfs(directory, &status) &&
	       !(status.f_flag & ST_NOEXEC);
}

static int make_temporary(struct selftest_place *place, struct error *error)
{
	const char *const parents[] = { getenv("TMPDIR"), "/tmp", "/var/tmp", "/run" };
	size_t i;

	for (i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		if (!can_execute_in(parents[i]) || strlen(parents[i]) > 128)
			continue;
		snprintf(place->directory, sizeof(place->directory), "%s/telprobe-selftest.XXXXXX",
			 parents[i]);
		if (mkdtemp(place->directory))
			return 0;
	}
	place->directory[0] = '\0';
	error_set(error, -EACCES,
		  "no place for a program: /tmp, /var/tmp and /run let none be "
		  "executed");
	return error_hint(error, "name one: TMPDIR=/root telprobe selftest");
}

static int make_kept(struct selftest_place *place, const char *keep, struct error *error)
{
	int ret = mkdir(keep, 0700) ? -errno : 0;
	char *whole = ret ? NULL : realpath(keep, NULL); /* the traced program runs elsewhere */

	if (!ret && !whole)
		ret = -errno;
	if (!ret && strlen(whole) >= sizeof(place->directory))
		ret = -ENAMETOOLONG;
	if (!ret) {
		snprintf(place->directory, sizeof(place->directory), "%s", whole);
		place->is_kept = true;
	}
	free(whole);
	if (!ret)
		return 0;
	error_set(error, ret, "cannot make '%s': %s", keep, error_text(ret));
	return error_hint(error, "--keep makes a directory that is not there yet");
}

/* As search tools take lists: name, where the program has it from, the text. */
static int write_list(const struct selftest_place *place,
		      const struct secret_text texts[SECRETS_MAX])
{
	FILE *file = fopen(place->list, "wxe");
	const struct secret *secret;
	size_t i, at;
	int ret;

	if (!file)
		return -errno;
	for (i = 0; (secret = secrets_at(i)); i++) {
		fprintf(file, "%s\t%s\t", secret->name, secrets_source_name(secret->source));
		for (at = 0; at < texts[i].own_length; at++)
			putc(texts[i].text[texts[i].own_at + at], file);
		putc('\n', file);
	}
	ret = ferror(file) ? -EIO : 0;
	return fclose(file) && !ret ? -EIO : ret;
}

static int write_notes(const char *path, const struct secret_text texts[SECRETS_MAX])
{
	FILE *file = fopen(path, "wxe");
	const struct secret *secret;
	size_t i;

	if (!file)
		return -errno;
	for (i = 0; (secret = secrets_at(i)); i++)
		if (secret->source == SECRET_HEAP)
			fprintf(file, "%s\n", texts[i].text);
	return fclose(file) ? -EIO : 0;
}

static void name_files(struct selftest_place *place, const struct secret_text texts[SECRETS_MAX])
{
	const char *word = "running";
	const struct secret *secret;
	size_t i;

	for (i = 0; (secret = secrets_at(i)); i++)
		if (secret->source == SECRET_DIRECTORY)
			word = texts[i].text;
	snprintf(place->fixture, SELFTEST_PATH, "%s/selftest-fixture", place->directory);
	snprintf(place->running, SELFTEST_PATH, "%s/%.32s", place->directory, word);
	snprintf(place->notes, SELFTEST_PATH, "%s/%.32s/%s", place->directory, word, FIXTURE_NOTES);
	snprintf(place->database, SELFTEST_PATH, "%s/events.db", place->directory);
	snprintf(place->stored, SELFTEST_PATH, "%s/stored.db", place->directory);
	snprintf(place->log, SELFTEST_PATH, "%s/log", place->directory);
	snprintf(place->list, SELFTEST_PATH, "%s/secrets", place->directory);
}

int place_make(struct selftest_place *place, const char *keep,
	       const struct secret_text texts[SECRETS_MAX], struct error *error)
{
	int ret;

	memset(place, 0, sizeof(*place));
	ret = keep ? make_kept(place, keep, error) : make_temporary(place, error);
	if (ret)
		return ret;
	name_files(place, texts);
	ret = mkdir(place->running, 0700) ? -errno : 0;
	if (!ret)
		ret = write_notes(place->notes, texts);
	if (!ret && place->is_kept)
		ret = write_list(place, texts);
	if (ret)
		return error_set(error, ret, "cannot write in '%s': %s", place->directory,
				 error_text(ret));
	return fixture_write(place->fixture, texts, error);
}

static void remove_database(const char *database)
{
	static const char *const beside[] = { "", "-wal", "-shm" };
	char path[SELFTEST_PATH + 8];
	size_t i;

	for (i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", database, beside[i]);
		unlink(path);
	}
}

void place_remove(const struct selftest_place *place)
{
	if (!place->directory[0] || place->is_kept)
		return;
	remove_database(place->database);
	remove_database(place->stored);
	unlink(place->fixture);
	unlink(place->notes);
	unlink(place->log);
	rmdir(place->running);
	rmdir(place->directory);
}
