/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/perf_event.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SEMAPHORE_SHIFT = 32 }; /* in config; /sys/bus/event_source/devices/uprobe/format */

int perf_event_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	int type = -ENOENT;

	if (!file)
		return -ENOENT;
	if (fscanf(file, "%d", &type) != 1)
		type = -ENOENT;
	fclose(file);
	return type;
}

int perf_event_make(int type, int file_fd, uint64_t offset, uint64_t semaphore_offset)
{
	char path[32];
	struct perf_event_attr event = {
		.type = (uint32_t)type,
		.size = sizeof(event),
		.config = semaphore_offset << SEMAPHORE_SHIFT,
		.config1 = (uintptr_t)path,
		.config2 = offset,
	};
	int fd;

	if (semaphore_offset >> SEMAPHORE_SHIFT)
		return -EFBIG;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file_fd);
	/* whole registers, which the attach helper's filter looks at */
	fd = (int)syscall(SYS_perf_event_open, &event, -1L, 0L, -1L, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
