/* SPDX-License-Identifier: GPL-2.0-only */
/* dump.h - every byte the kernel side holds, for who searches it for what must not be there. */
#ifndef TELPROBE_CAPTURE_DUMP_H
#define TELPROBE_CAPTURE_DUMP_H

#include <stddef.h>

#include "capture/capture.h"

/* @name: "ring", or "map " and the kernel's name of the map; valid during the call
 * @bytes: keys and values in turn; NULL: the kernel does not list what that map holds
 * Return: 0; something else ends the walk. */
typedef int (*dump_visitor)(void *data, const char *name, const void *bytes, size_t size);

/**
 * dump_kernel() - call @visit for the ring, with what was read of it long ago, and for each map
 * In the process that opened @capture. Of maps that programs change meanwhile an entry may be
 * missed: after capture_stop() none is.
 * Return: 0; what @visit returned; -ENOMEM, or as the kernel refuses to look a map up. */
int dump_kernel(struct capture *capture, dump_visitor visit, void *data, struct error *error);

#endif
