/* SPDX-License-Identifier: GPL-2.0-only */
/* perf_event.h - perf-style uprobes: the event each of them needs, as the kernel makes it.
 * Needs CAP_SYS_ADMIN (6.1 to 7.2, measured). In the service only the attach helper has that. */
#ifndef TELPROBE_CAPTURE_PERF_EVENT_H
#define TELPROBE_CAPTURE_PERF_EVENT_H

#include <stdint.h>

/** perf_event_type() - the number this kernel has for uprobes, from sysfs. Return: it or -ENOENT */
int perf_event_type(void);

/**
 * perf_event_make() - an event for one place, not enabled for anything yet
 * @type: perf_event_type(). @file_fd: any descriptor of the file; its path need not exist any more.
 * Return: a descriptor, the caller's; -errno. */
int perf_event_make(int type, int file_fd, uint64_t offset, uint64_t semaphore_offset);

#endif
