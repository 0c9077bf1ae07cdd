/* SPDX-License-Identifier: GPL-2.0-only */
/* builder.h - small programs the tests of inspect/ make with the compiler, in a directory of their
 * own that goes when the test program ends. */
#ifndef TESTS_UNIT_INSPECT_BUILDER_H
#define TESTS_UNIT_INSPECT_BUILDER_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char builder_directory[64];

static inline int builder_setup(void **state)
{
	(void)state;
	snprintf(builder_directory, sizeof(builder_directory), "/tmp/telprobe-inspect.XXXXXX");
	if (!mkdtemp(builder_directory))
		return -1;
	return chmod(builder_directory, 0755); /* another user reads in one test */
}

static inline int builder_teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", builder_directory);
	return system(command) ? -1 : 0;
}

/* Return: path of @name in the directory; static, for two uses at a time */
static inline const char *builder_path(const char *name)
{
	static char paths[2][256];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", builder_directory, name);
	return paths[turn];
}

static inline int builder_write(const char *name, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(builder_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	int is_bad = fd < 0 || write(fd, bytes, size) != (ssize_t)size || fchmod(fd, mode);

	if (fd >= 0)
		close(fd);
	return is_bad ? -1 : 0;
}

/* Runs a command whose %s are replaced by the directory. Return: its exit status */
__attribute__((format(printf, 1, 2))) static inline int builder_run(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

/* Compile C source text to @name. Return: the compiler's status */
static inline int builder_compile(const char *name, const char *compiler, const char *flags,
				  const char *source)
{
	char file[64];

	snprintf(file, sizeof(file), "%s.c", name);
	if (builder_write(file, source, strlen(source), 0644))
		return -1;
	return builder_run("%s -w -Iinclude %s/%s %s -o %s/%s", compiler, builder_directory, file,
			   flags, builder_directory, name);
}

/* Return: a descriptor of @name, or -1 */
static inline int builder_open(const char *name)
{
	return open(builder_path(name), O_RDONLY | O_CLOEXEC);
}

#endif
