/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/last_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 64 }; /* always as long, so that a shorter one leaves nothing of the one before */

/* No pwrite(): the supervisor's filter knows this one. */
static void write_line(int fd, const char *text)
{
	char line[LINE + 1];

	snprintf(line, sizeof(line), "%-63.63s\n", text);
	if (lseek(fd, 0, SEEK_SET) || write(fd, line, LINE) != LINE)
		return; /* a full disk: then the next start tells of an end that was none */
	fsync(fd);
}

struct last_run last_run_begin(int lock_fd, int64_t now_us)
{
	struct last_run last = { .was_cut_off = false };
	char line[LINE + 1] = "";
	ssize_t got;

	lseek(lock_fd, 0, SEEK_SET);
	got = read(lock_fd, line, LINE);
	line[got > 0 ? got : 0] = '\0';
	last.was_cut_off = sscanf(line, "running %d %" SCNd64, &last.pid, &last.since_us) == 2;
	snprintf(line, sizeof(line), "running %d %" PRId64, getpid(), now_us);
	write_line(lock_fd, line);
	return last;
}

void last_run_end(int lock_fd)
{
	write_line(lock_fd, "ended");
}
