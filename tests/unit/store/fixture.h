/* SPDX-License-Identifier: GPL-2.0-only */
/* fixture.h - a directory of its own for each test, and what the tests of the store share. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "store/store.h"
#include "telprobe/record.h"

#define NOON_US	  1795176000000000ll /* 2026-11-20T12:00:00Z */
#define SECOND_US 1000000ll
#define MINUTE_US (60 * SECOND_US)

struct fixture {
	char directory[64];
	char path[128]; /* of a database that does not exist yet */
	struct error error;
	struct store *store; /* closed at the end, if open */
};

static inline char *fixture_path(const struct fixture *fixture, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	return path;
}

/* A text of a row, which is good during the callback only; "-" for an absent one. */
static inline void copy_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "-");
}

static inline int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/telprobe-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/events.db", fixture->directory);
	*state = fixture;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	DIR *directory;
	struct dirent *entry;

	store_close(fixture->store);
	chmod(fixture->directory, 0700);
	directory = opendir(fixture->directory);
	while (directory && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    unlink(fixture_path(fixture, entry->d_name)))
			rmdir(fixture_path(fixture, entry->d_name));
	if (directory)
		closedir(directory);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static inline void assert_ok(const struct fixture *fixture, int ret)
{
	if (ret)
		fail_msg("%d: %s", ret, fixture->error.what);
}

/* Run @test without root's rights. Return: its result. */
static inline int without_root(int (*test)(struct fixture *fixture), struct fixture *fixture)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		if (!geteuid() && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
			_exit(99);
		_exit(test(fixture));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A number the file at @path answers to @sql with. */
static inline int64_t ask_sql(const char *path, const char *sql)
{
	sqlite3 *database;
	sqlite3_stmt *statement;
	int64_t answer;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return answer;
}

static inline struct store *fixture_open(struct fixture *fixture)
{
	assert_ok(fixture,
		  store_open(fixture->path, STORE_WRITE, 1000, &fixture->store, &fixture->error));
	return fixture->store;
}

static inline void fixture_close(struct fixture *fixture)
{
	store_close(fixture->store);
	fixture->store = NULL;
}

/* An app's command: names, series, session and context as a collector would have them. */
struct sample {
	int64_t app, context, series;
	struct store_session session;
};

static inline void sample_begin(struct fixture *fixture, struct sample *sample, int64_t time_us)
{
	struct store *store = fixture->store;
	struct error *error = &fixture->error;
	struct store_series series = { .type = TP_SPAN };

	assert_ok(fixture, store_begin(store, error));
	assert_ok(fixture, store_name(store, "demo-app", &sample->app, error));
	assert_ok(fixture, store_name(store, "think-hard", &series.name[0], error));
	series.app = sample->app;
	assert_ok(fixture, store_series(store, &series, &sample->series, error));
	assert_ok(fixture, store_session(store, sample->app, 0, time_us, &sample->session, error));
	assert_ok(fixture, store_context(store, sample->session.id, 7, &sample->context, error));
}

static inline int sample_add(struct fixture *fixture, struct sample *sample, int64_t time_us,
			     int64_t value)
{
	const struct store_event event = {
		.time_us = time_us,
		.context = sample->context,
		.series = sample->series,
		.value = value,
		.span = 1,
	};

	if (time_us > sample->session.last_us)
		sample->session.last_us = time_us;
	return store_add(fixture->store, &event, &fixture->error);
}

static inline void sample_commit(struct fixture *fixture, struct sample *sample)
{
	assert_ok(fixture, store_session_extend(fixture->store, &sample->session, &fixture->error));
	assert_ok(fixture, store_commit(fixture->store, NULL, 0, 0, &fixture->error));
}

/* @count events, a millisecond apart, in one batch. */
static inline void fixture_fill(struct fixture *fixture, int count)
{
	struct sample sample;
	int i;

	sample_begin(fixture, &sample, NOON_US);
	for (i = 0; i < count; i++)
		assert_ok(fixture, sample_add(fixture, &sample, NOON_US + i * 1000, i));
	sample_commit(fixture, &sample);
}

static inline int64_t fixture_events(struct fixture *fixture)
{
	struct store_totals totals = { .events = -1 };

	assert_ok(fixture, store_totals(fixture->store, &totals, &fixture->error));
	return totals.events;
}

static inline void write_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

/* The file's bytes, to be freed; *out_size is 0 and the result NULL if there is none. */
static inline char *read_file(const char *path, size_t *out_size)
{
	int fd = open(path, O_RDONLY);
	struct stat file;
	char *bytes;

	*out_size = 0;
	if (fd < 0 || fstat(fd, &file))
		return NULL;
	bytes = malloc((size_t)file.st_size + 1);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, (size_t)file.st_size), file.st_size);
	close(fd);
	*out_size = (size_t)file.st_size;
	return bytes;
}

/* How many of the database's files hold the bytes. */
static inline int files_with_bytes(const struct fixture *fixture, const void *wanted, size_t size)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char path[160], *content;
	size_t content_size, i;
	int count = 0;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", fixture->path, suffixes[i]);
		content = read_file(path, &content_size);
		count += content && memmem(content, content_size, wanted, size);
		free(content);
	}
	return count;
}

static inline int files_with(const struct fixture *fixture, const char *text)
{
	return files_with_bytes(fixture, text, strlen(text));
}

static inline int files_in(const char *path)
{
	DIR *directory = opendir(path);
	int count = -2;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

#endif
