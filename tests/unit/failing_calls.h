/* SPDX-License-Identifier: GPL-2.0-only */
/* failing_calls.h - calls of the system that fail on demand, once.
 * Include it in one test program's only file: it defines them, and the linker then prefers these to
 * those of the C library. */
#ifndef TESTS_FAILING_CALLS_H
#define TESTS_FAILING_CALLS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum failing_call {
	CALL_READ,
	CALL_WRITE,
	CALL_FSYNC,
	CALL_FSTAT,
	CALL_OPENAT,
	CALL_UNLINKAT,
	CALL_RENAMEAT,
	CALL_CLOSE,
	CALLS,
};

static struct {
	bool fails;
	int after; /* so many succeed before */
	int error; /* 0: it does nothing, and says so */
} calls_failing[CALLS];

/** call_fails() - of the next calls of @call the one after @after fails with @error. */
static inline void call_fails(enum failing_call call, int after, int error)
{
	calls_failing[call].fails = true;
	calls_failing[call].after = after;
	calls_failing[call].error = error;
}

/** call_has_failed() - whether it came to that. */
static inline bool call_has_failed(enum failing_call call)
{
	bool is_waiting = calls_failing[call].fails;

	calls_failing[call].fails = false;
	return !is_waiting;
}

static bool is_refused(enum failing_call call)
{
	if (!calls_failing[call].fails || calls_failing[call].after-- > 0)
		return false;
	calls_failing[call].fails = false;
	errno = calls_failing[call].error;
	return true;
}

static long refusal(void)
{
	return errno ? -1 : 0;
}

ssize_t read(int fd, void *bytes, size_t count)
{
	return is_refused(CALL_READ) ? refusal() : syscall(SYS_read, fd, bytes, count);
}

ssize_t write(int fd, const void *bytes, size_t count)
{
	return is_refused(CALL_WRITE) ? refusal() : syscall(SYS_write, fd, bytes, count);
}

int fsync(int fd)
{
	return (int)(is_refused(CALL_FSYNC) ? refusal() : syscall(SYS_fsync, fd));
}

int fstat(int fd, struct stat *out)
{
	return (int)(is_refused(CALL_FSTAT) ? refusal()
					    : syscall(SYS_newfstatat, fd, "", out, AT_EMPTY_PATH));
}

int openat(int directory, const char *path, int flags, ...)
{
	va_list more;
	int mode;

	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, int) : 0;
	va_end(more);
	return (int)(is_refused(CALL_OPENAT) ? refusal()
					     : syscall(SYS_openat, directory, path, flags, mode));
}

int unlinkat(int directory, const char *path, int flags)
{
	return (int)(is_refused(CALL_UNLINKAT) ? refusal()
					       : syscall(SYS_unlinkat, directory, path, flags));
}

int renameat(int from, const char *path, int to, const char *name)
{
	return (int)(is_refused(CALL_RENAMEAT) ? refusal()
					       : syscall(SYS_renameat2, from, path, to, name, 0));
}

/* As the kernel: it is closed all the same. */
int close(int fd)
{
	long ret = syscall(SYS_close, fd);

	return (int)(is_refused(CALL_CLOSE) ? refusal() : ret);
}

#endif
