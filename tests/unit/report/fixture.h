/* SPDX-License-Identifier: GPL-2.0-only */
/* fixture.h - a directory of its own for each test, and what a report printed as a string. */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/report/sample.h"

#define NOON_US INT64_C(1795176000000000) /* 2026-11-20T12:00:00Z */

struct fixture {
	char directory[64];
	char path[4][128]; /* of files that do not exist yet */
	struct error error;
	char *text; /* what was printed to the stream since fixture_stream() */
	size_t size;
	FILE *stream;
};

static inline int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int i;

	if (!fixture)
		return -1;
	snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/telprobe-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	for (i = 0; i < 4; i++)
		snprintf(fixture->path[i], sizeof(fixture->path[i]), "%s/file%d",
			 fixture->directory, i);
	*state = fixture;
	return 0;
}

static inline int fixture_files(const struct fixture *fixture, bool is_removing)
{
	DIR *directory = opendir(fixture->directory);
	struct dirent *entry;
	int count = 0;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		if (is_removing)
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	if (directory)
		closedir(directory);
	return count;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	fixture_files(fixture, true);
	rmdir(fixture->directory);
	if (fixture->stream)
		fclose(fixture->stream);
	free(fixture->text);
	free(fixture);
	return 0;
}

/* A new stream; what the last one held is forgotten. */
static inline FILE *fixture_stream(struct fixture *fixture)
{
	if (fixture->stream)
		fclose(fixture->stream);
	free(fixture->text);
	fixture->text = NULL;
	fixture->stream = open_memstream(&fixture->text, &fixture->size);
	assert_non_null(fixture->stream);
	return fixture->stream;
}

static inline const char *fixture_text(struct fixture *fixture)
{
	fflush(fixture->stream);
	return fixture->text;
}

#define assert_contains(text, part)                                  \
	do {                                                         \
		if (!strstr(text, part))                             \
			fail_msg("'%s' is not in:\n%s", part, text); \
	} while (0)

#endif
