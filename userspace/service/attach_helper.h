/* SPDX-License-Identifier: GPL-2.0-only */
/* attach_helper.h - the role that makes perf events, for kernels without uprobe_multi (before 6.6).
 * There an event needs CAP_SYS_ADMIN, the whole of what root may do. So one process keeps that
 * alone, under an account of its own, and does one thing: it takes a file and two offsets in a
 * message of one size and hands back the event. What runs at it, and when, the supervisor says, who
 * makes the link to its program and has no right to make events. Parses nothing, opens nothing. */
#ifndef TELPROBE_SERVICE_ATTACH_HELPER_H
#define TELPROBE_SERVICE_ATTACH_HELPER_H

#include <stdint.h>

#include "lib/passing.h"

/** attach_helper_run() - answer until the other side of @socket closes
 * @event_type: perf_event_type(), read before the sandbox was entered. Return: exit status. */
int attach_helper_run(int socket, int event_type);

/** attach_helper_open() - have an event made; struct capture_opener's function
 * @peer: struct passing_peer, the supervisor's end of the pair.
 * Return: a descriptor, the caller's; -EAGAIN: the helper does not answer; what the kernel said. */
int attach_helper_open(void *peer, int file_fd, uint64_t offset, uint64_t semaphore_offset);

#endif
