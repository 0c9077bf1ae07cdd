/* SPDX-License-Identifier: GPL-2.0-only */
/* last_run.h - how the service before this one ended: a line in the lock file of the state directory,
 * "running PID SINCE" from the start on, "ended" when it stopped as told. Who finds the former was
 * preceded by one that was killed, or whose machine lost power. */
#ifndef TELPROBE_SERVICE_LAST_RUN_H
#define TELPROBE_SERVICE_LAST_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct last_run {
	bool was_cut_off; /* it did not end as told */
	pid_t pid;	  /* then: its process, and when it started, UTC */
	int64_t since_us;
};

/** last_run_begin() - read what the one before wrote, write that this one runs
 * @lock_fd: open for reading and writing, with the lock held. What cannot be read counts as ended. */
struct last_run last_run_begin(int lock_fd, int64_t now_us);

/** last_run_end() - write that it ended. Works in the supervisor's sandbox. */
void last_run_end(int lock_fd);

#endif
