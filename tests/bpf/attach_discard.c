/* SPDX-License-Identifier: GPL-2.0-only */
/* attach_discard.c PROGRAM [ARGUMENTS...] - run PROGRAM and record it, as `telprobe run` does, but only
 * count its records: so fast that a program is hit some ten million times in a test. Exits with 1 when
 * the accounts do not add up, else with the program's status.
 * Prints `N begins, N ends, N closed, N singles, N records, N dropped` behind its output. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/attached.h"
#include "capture/capture.h"
#include "capture/ring.h"

enum { NAP_US = 1000 };

/* The program, held up until it is marked. Return: its pid; *out_go: to be closed then. */
static pid_t start(char **argv, int *out_go)
{
	char byte;
	int go[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		exit(1);
	pid = fork();
	if (!pid) {
		close(go[1]);
		if (read(go[0], &byte, 1) == 0)
			execv(argv[0], argv);
		_exit(127);
	}
	close(go[0]);
	*out_go = go[1];
	return pid;
}

static uint64_t drain(struct capture *capture)
{
	struct ring *ring = capture_ring(capture);
	uint64_t records = 0;
	size_t bytes;

	while (ring_next(ring, &bytes))
		records++;
	ring_release(ring);
	return records;
}

static int tell(struct capture *capture, uint64_t records)
{
	uint64_t sum[TP_COUNTERS];

	count(capture, sum);
	printf("%" PRIu64 " begins, %" PRIu64 " ends, %" PRIu64 " closed, %" PRIu64
	       " singles, %" PRIu64 " records, %" PRIu64 " dropped\n",
	       sum[TP_COUNT_BEGINS], sum[TP_COUNT_ENDS], sum[TP_COUNT_CLOSED],
	       sum[TP_COUNT_SINGLES], records, sum[TP_COUNT_DROPPED_RING_FULL]);
	return sum[TP_COUNT_CLOSED] + sum[TP_COUNT_ABANDONED] + sum[TP_COUNT_SINGLES] ==
		       records + sum[TP_COUNT_DROPPED_RING_FULL] &&
	       !capture_missed(capture);
}

int main(int argc, char **argv)
{
	struct capture_options options = { .objects = 1 };
	struct capture *capture = NULL;
	struct error error = { 0 };
	uint64_t records = 0;
	int status, go = -1;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "attach_discard: give a program\n");
		return 2;
	}
	if (capture_open(&options, &capture, &error))
		fail(&error);
	attach(capture, argv[1]);
	pid = start(argv + 1, &go);
	if (capture_mark(capture, pid, TP_LEVEL_FULL, false, &error))
		fail(&error);
	close(go);
	while (waitpid(pid, &status, WNOHANG) != pid) {
		capture_renew(capture);
		records += drain(capture);
		usleep(NAP_US);
	}
	capture_stop(capture);
	records += drain(capture);
	if (!tell(capture, records))
		return 1;
	capture_close(capture);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
