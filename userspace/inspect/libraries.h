/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries.h - which shared libraries an ELF file needs, found as ld.so(8) finds them. */
#ifndef TELPROBE_INSPECT_LIBRARIES_H
#define TELPROBE_INSPECT_LIBRARIES_H

#include "inspect/loader_cache.h"
#include "inspect/program_list.h"

struct libraries {
	struct program_list *list;
	const char *library_path; /* LD_LIBRARY_PATH or NULL */
	struct loader_cache cache;
};

/**
 * libraries_follow() - add what entry @index of the list needs: its loader, its libraries
 * @fd: that entry's file; what is no ELF file needs nothing
 * Libraries that are not found, and those of another machine, are left out.
 * Return: 0, -ENOMEM. */
int libraries_follow(struct libraries *libraries, size_t index, int fd);

#endif
