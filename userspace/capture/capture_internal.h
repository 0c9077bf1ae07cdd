/* SPDX-License-Identifier: GPL-2.0-only */
/* capture_internal.h - what the files of this room share: the capture side's state. */
#ifndef TELPROBE_CAPTURE_INTERNAL_H
#define TELPROBE_CAPTURE_INTERNAL_H

#include "capture/capture.h"
#include "capture/link.h"
#include "telprobe.skel.h"

enum { CAPTURE_PROCESS_LINKS = 4 };

struct object { /* a file that was given a number */
	char *path;
	int fd;				     /* holds the lease; -1 when given up */
	struct error lease_error;	     /* why there is no lease */
	struct tp_executable_key executable; /* as stat() tells */
	struct tp_executable_key as_met; /* as the kernel told: not the same on some file systems */
	struct link_site *sites;	 /* what is attached, for capture_resume() */
	int site_count;
	struct timespec changed; /* ctime at capture_hold() */
	int64_t bytes;
	uint32_t target; /* key of consent */
	struct links links;
	bool is_attached;
	bool is_paused;
};

struct capture {
	struct telprobe_bpf *programs;
	struct bpf_link *process_links[CAPTURE_PROCESS_LINKS];
	struct tp_lease *lease;
	struct tp_reader *reader;
	struct ring *ring;
	struct capture_facts facts;
	struct links trial;	/* on our own trial function */
	struct object *objects; /* [0] is unused */
	uint32_t room;		/* entries of objects */
	uint16_t last;		/* highest number given out */
	uint32_t ring_bytes;
	int lease_fd;
	bool reads_environment;
};

/** capture_remove_all() - detach every file, give up the leases, free the names */
void capture_remove_all(struct capture *capture);

#endif
