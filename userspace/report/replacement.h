/* SPDX-License-Identifier: GPL-2.0-only */
/* replacement.h - a file that appears whole or not at all.
 * Written without a name where the file system can (so that even a killed process leaves nothing
 * behind), else under a name beside it that is removed on failure; at the end it takes the place of
 * what was there. Symbolic links, devices and pipes are refused: they are not ours to replace. */
#ifndef TELPROBE_REPORT_REPLACEMENT_H
#define TELPROBE_REPORT_REPLACEMENT_H

#include <limits.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/error.h"

struct replacement {
	FILE *file; /* write here */
	char path[PATH_MAX];
	char scratch[PATH_MAX]; /* its name meanwhile; "": it has none yet */
	mode_t mode;
};

/**
 * replacement_open() - start a file that is to become @path
 * @mode: of the file at the end, whatever the umask
 * Return: 0; -ELOOP a symbolic link; -EEXIST neither a file nor absent; -ENOENT, -EACCES, ... */
int replacement_open(struct replacement *replacement, const char *path, mode_t mode,
		     struct error *error);

/** replacement_commit() - flush, put it in place. On failure @path is what it was before. */
int replacement_commit(struct replacement *replacement, struct error *error);

/** replacement_abandon() - forget what was written. */
void replacement_abandon(struct replacement *replacement);

#endif
