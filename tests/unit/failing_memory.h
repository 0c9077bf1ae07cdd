/* SPDX-License-Identifier: GPL-2.0-only */
/* failing_memory.h - allocations that fail on demand, in every library of the test program.
 * Include it in one test program's only file: it defines malloc, calloc and realloc, which the
 * dynamic linker then prefers to those of the C library. A sanitizer does the same for itself, so
 * there such tests are skipped. */
#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/** memory_can_fail() - whether it works here; says why if not. */
static inline bool memory_can_fail(void)
{
	print_message("a sanitizer has its own malloc\n");
	return false;
}

static inline void memory_fail_after(long allocations)
{
	(void)allocations;
}

static inline bool memory_has_failed(void)
{
	return false;
}
#else
static inline bool memory_can_fail(void)
{
	return true;
}

static long memory_left = -1; /* allocations that still succeed; -1: all */
static bool memory_failed;

/** memory_fail_after() - let the next @allocations succeed and all after them fail; -1: none. */
static inline void memory_fail_after(long allocations)
{
	memory_left = allocations;
	memory_failed = false;
}

/** memory_has_failed() - whether one was refused since. */
static inline bool memory_has_failed(void)
{
	return memory_failed;
}

static bool memory_is_refused(void)
{
	if (memory_left < 0)
		return false;
	if (memory_left > 0) {
		memory_left--;
		return false;
	}
	memory_failed = true;
	errno = ENOMEM;
	return true;
}

/* glibc's own names of what is replaced here */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);

void *malloc(size_t bytes)
{
	return memory_is_refused() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
	return memory_is_refused() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
	return memory_is_refused() ? NULL : __libc_realloc(memory, bytes);
}
#endif

#endif
