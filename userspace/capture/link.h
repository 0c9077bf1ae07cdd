/* SPDX-License-Identifier: GPL-2.0-only */
/* link.h - uprobes on one file: one multi link a program where the kernel has them (6.6), else a perf-style
 * link each. */
#ifndef TELPROBE_CAPTURE_LINK_H
#define TELPROBE_CAPTURE_LINK_H

#include <stdint.h>

#include "capture/capture.h"

/* BPF_TRACE_UPROBE_MULTI of Linux 6.6; Debian 12's headers end before it. */
#define LINK_UPROBE_MULTI ((enum bpf_attach_type)48)

struct link_site {
	uint64_t offset;	   /* in the file */
	uint64_t semaphore_offset; /* in the file; 0 none */
	uint64_t cookie;
};

struct links { /* of one file */
	int *fds;
	int count;
};

struct link_way {
	enum capture_method method;   /* as the program was loaded for */
	struct capture_opener opener; /* all zero: this process opens its events */
};

/** links_attach() - one program to some places of a file, beside what @links has already
 * @file_fd: any descriptor of the file; its path need not exist any more
 * Return: 0 or -errno; then @links is as it was. */
int links_attach(int program_fd, const struct link_way *way, int file_fd,
		 const struct link_site *sites, int count, struct links *links);

/** links_try_multi() - a multi link on @path, for finding out whether the kernel has them.
 * Return: descriptor of the link or -errno. */
int links_try_multi(int program_fd, const char *path);

/** links_detach() - nothing to do where nothing is attached; the instructions are restored when it
 * returns; one grace period, some 50 ms */
void links_detach(struct links *links);

/** links_detach_all() - many files at once: the grace periods overlap */
void links_detach_all(struct links *links, int count);

#endif
