/* SPDX-License-Identifier: GPL-2.0-only */
/* target_file.h - from a path of the configuration to an open file.
 * Who lists a path means the file, wherever its symbolic links lead. Who lists a pattern names a
 * place, and what lies there may be made by others: the image of a container holds whatever links its
 * author put into it, and one to a program of the host would have that program's use recorded under
 * the consent for the image. So a path is resolved as anywhere, and from the first component with a
 * wildcard on no link is followed. */
#ifndef TELPROBE_SERVICE_TARGET_FILE_H
#define TELPROBE_SERVICE_TARGET_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "lib/error.h"

/**
 * target_file_open() - for reading; a regular file, or nothing
 * @pattern: as configured, absolute; @path: one of the paths glob() found for it
 * Return: descriptor; -ELOOP: a link stands where none is followed; -EINVAL: no regular file;
 * -ENOENT, -EACCES, ... */
int target_file_open(const char *pattern, const char *path, struct stat *out_status,
		     struct error *error);

/** target_file_is_overlaid() - it is seen through an overlay mount: what processes map, and a probe
 * would sit on, is the file of a layer, which is that of every other mount too. */
bool target_file_is_overlaid(int fd);

#endif
