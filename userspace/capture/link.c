/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/link.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/perf_event.h"

enum { DETACH_THREADS = 32 };

/* union bpf_attr as BPF_LINK_CREATE reads it for uprobe_multi; include/uapi/linux/bpf.h of Linux
 * 6.6. Debian 12's headers and libbpf are older than that. */
struct multi_attributes {
	uint32_t program_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t semaphore_offsets;
	uint64_t cookies;
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t reserved;
};

static int multi_attach(int program_fd, const char *path, const struct link_site *sites, int count)
{
	uint64_t *values = calloc((size_t)count * 3, sizeof(*values));
	struct multi_attributes attributes = {
		.program_fd = (uint32_t)program_fd,
		.attach_type = LINK_UPROBE_MULTI,
		.path = (uintptr_t)path,
		.offsets = (uintptr_t)values,
		.semaphore_offsets = (uintptr_t)(values + count),
		.cookies = (uintptr_t)(values + 2 * count),
		.count = (uint32_t)count,
	};
	long fd;
	int i;

	if (!values)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		values[i] = sites[i].offset;
		values[count + i] = sites[i].semaphore_offset;
		values[2 * count + i] = sites[i].cookie;
	}
	fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes,
		     offsetof(struct multi_attributes, reserved));
	if (fd < 0)
		fd = -errno;
	free(values);
	if (fd >= 0 && fcntl((int)fd, F_SETFD, FD_CLOEXEC)) {
		close((int)fd);
		fd = -EBADF;
	}
	return (int)fd;
}

int links_try_multi(int program_fd, const char *path)
{
	struct link_site site = { 0 };

	return multi_attach(program_fd, path, &site, 1);
}

static int open_event(const struct capture_opener *opener, int file_fd,
		      const struct link_site *site)
{
	int type;

	if (opener->open)
		return opener->open(opener->data, file_fd, site->offset, site->semaphore_offset);
	type = perf_event_type();
	if (type < 0)
		return type;
	return perf_event_make(type, file_fd, site->offset, site->semaphore_offset);
}

/* The link keeps the event; libbpf's own wrapper would disable it when its handle is freed. */
static int perf_attach(int program_fd, const struct capture_opener *opener, int file_fd,
		       const struct link_site *site)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .perf_event.bpf_cookie = site->cookie);
	int event_fd = open_event(opener, file_fd, site);
	int link_fd;

	if (event_fd < 0)
		return event_fd;
	link_fd = bpf_link_create(program_fd, event_fd, BPF_PERF_EVENT, &options);
	if (link_fd >= 0 && ioctl(event_fd, PERF_EVENT_IOC_ENABLE, 0)) {
		close(link_fd);
		link_fd = -errno;
	}
	close(event_fd);
	return link_fd;
}

struct closing { /* descriptors shared out among threads */
	int *fds;
	int count;
	int next;
};

static void *close_some(void *data)
{
	struct closing *closing = data;
	int i;

	while ((i = __atomic_fetch_add(&closing->next, 1, __ATOMIC_RELAXED)) < closing->count)
		close(closing->fds[i]);
	return NULL;
}

static void close_together(struct closing *closing)
{
	pthread_t threads[DETACH_THREADS];
	int started = 0;

	while (started < DETACH_THREADS && started < closing->count - 1 &&
	       !pthread_create(&threads[started], NULL, close_some, closing))
		started++;
	close_some(closing);
	while (started)
		pthread_join(threads[--started], NULL);
}

int links_attach(int program_fd, const struct link_way *way, int file_fd,
		 const struct link_site *sites, int count, struct links *links)
{
	const int before = links->count;
	int fd, *fds = realloc(links->fds, (size_t)(before + count) * sizeof(*fds));
	struct closing closing;
	char path[32];
	int i;

	if (!fds)
		return -ENOMEM;
	links->fds = fds;
	if (way->method == CAPTURE_UPROBE_MULTI) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file_fd);
		fd = multi_attach(program_fd, path, sites, count);
		if (fd < 0)
			return fd;
		links->fds[links->count++] = fd;
		return 0;
	}
	for (i = 0; i < count; i++) {
		fd = perf_attach(program_fd, &way->opener, file_fd, &sites[i]);
		if (fd < 0)
			goto detach;
		links->fds[links->count++] = fd;
	}
	return 0;
detach:
	closing = (struct closing){ .fds = links->fds + before, .count = links->count - before };
	close_together(&closing);
	links->count = before;
	return fd;
}

void links_detach(struct links *links)
{
	struct closing closing = { .fds = links->fds, .count = links->count };

	close_together(&closing);
	free(links->fds);
	memset(links, 0, sizeof(*links));
}

void links_detach_all(struct links *links, int count)
{
	struct closing closing = { 0 };
	int i, total = 0;

	for (i = 0; i < count; i++)
		total += links[i].count;
	closing.fds = calloc((size_t)total + 1, sizeof(int));
	for (i = 0; i < count; i++) {
		if (!closing.fds) {
			links_detach(&links[i]);
			continue;
		}
		if (links[i].count) /* without links there need be no array */
			memcpy(closing.fds + closing.count, links[i].fds,
			       (size_t)links[i].count * sizeof(int));
		closing.count += links[i].count;
		free(links[i].fds);
		memset(&links[i], 0, sizeof(links[i]));
	}
	if (closing.fds)
		close_together(&closing);
	free(closing.fds);
}
