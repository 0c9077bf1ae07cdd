/* SPDX-License-Identifier: GPL-2.0-only */
/* limit_files.h - a disk that is full at a given size of a file. */
#ifndef TESTS_UNIT_LIMIT_FILES_H
#define TESTS_UNIT_LIMIT_FILES_H

#include <signal.h>
#include <sys/resource.h>

/* No file of this process grows beyond @bytes from here on; RLIM_INFINITY: as it was. */
static inline void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif
