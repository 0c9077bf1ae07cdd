/* SPDX-License-Identifier: GPL-2.0-only */
/* frames.h - the places of a group of crashes, on their way to a row. For read.c. */
#ifndef TELPROBE_STORE_FRAMES_H
#define TELPROBE_STORE_FRAMES_H

#include "store/handle.h"

/** frames_read() - those of the group that is the first name of @series. Return: 0, negative errno. */
int frames_read(struct store *store, int64_t series, struct store_frames *out, struct error *error);

#endif
