/* SPDX-License-Identifier: GPL-2.0-only */
/* emit_lines.h - markers from a stream, a line each: words divided by blanks; empty lines and those
 * that begin with # are skipped. */
#ifndef TELPROBE_CLI_EMIT_LINES_H
#define TELPROBE_CLI_EMIT_LINES_H

#include <stdio.h>

#include "cli/emit_marker.h"

enum { EMIT_LINE_BYTES = 1024 }; /* most bytes of a line; all names of a marker take 320 */

struct emit_lines {
	void (*marker)(const struct emit_event *event, void *data); /* valid during the call */
	/* a line was left out; @error names its number */
	void (*refused)(const struct error *error, void *data);
	void *data;
};

/** emit_lines_read() - each line as soon as it is there, until the end of @file
 * Return: 0; -EINVAL: some lines were refused; -EIO with @error: reading failed. */
int emit_lines_read(FILE *file, const struct emit_lines *lines, struct error *error);

#endif
