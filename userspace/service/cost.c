/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/cost.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t cpu_us(clockid_t clock)
{
	struct timespec used;

	if (clock_gettime(clock, &used))
		return 0;
	return used.tv_sec * INT64_C(1000000) + used.tv_nsec / 1000;
}

static bool read_file(const char *path, char *out, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out, room - 1);

	if (fd >= 0)
		close(fd);
	out[got > 0 ? got : 0] = '\0';
	return got > 0;
}

int cost_open(struct cost_process *process, pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*process = (struct cost_process){ .pid = pid, .statm = fd + 1 };
	return 0;
}

void cost_close(struct cost_process *process)
{
	if (process->statm)
		close(process->statm - 1);
	*process = (struct cost_process){ 0 };
}

/* Return: 0; -ESRCH: it has ended; negative: not known. */
static int read_memory(const struct cost_process *process, int64_t *out_bytes)
{
	long long size, resident, shared;
	char text[128];
	ssize_t got;

	if (!process->statm)
		return -ENOENT;
	got = pread(process->statm - 1, text, sizeof(text) - 1, 0);
	if (got < 0)
		return -errno;
	text[got] = '\0';
	if (sscanf(text, "%lld %lld %lld", &size, &resident, &shared) != 3 || resident < shared)
		return -EIO;
	*out_bytes = (resident - shared) * sysconf(_SC_PAGESIZE);
	return 0;
}

void cost_add(const struct cost_process *process, struct cost *sum)
{
	int64_t bytes = 0;
	int ret;

	if (!process->pid)
		return;
	ret = read_memory(process, &bytes);
	if (ret == -ESRCH) /* nor is the number its own any more */
		return;
	sum->is_partly_unknown |= ret != 0;
	sum->memory_bytes += bytes;
	/* CPUCLOCK_SCHED of a process: include/linux/posix-timers.h, Linux 6.12 */
	sum->cpu_us += cpu_us((clockid_t)(~(unsigned int)process->pid << 3 | 2));
}

int64_t cost_kernel_bytes(void)
{
	DIR *directory = opendir("/proc/self/fdinfo");
	const struct dirent *entry;
	char path[300], text[512], *found;
	int64_t bytes = 0;

	while (directory && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", entry->d_name);
		if (!read_file(path, text, sizeof(text)))
			continue;
		found = strstr(text, "memlock:");
		if (found)
			bytes += strtoll(found + strlen("memlock:"), NULL, 10);
	}
	if (directory)
		closedir(directory);
	return bytes;
}

uint64_t cost_rounded_up(uint64_t number)
{
	uint64_t power = 1;

	while (power < number && power <= UINT64_MAX / 2)
		power *= 2;
	return power;
}
