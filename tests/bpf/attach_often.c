/* SPDX-License-Identifier: GPL-2.0-only */
/* attach_often.c PROGRAM PID TIMES - attach to PROGRAM and detach again, TIMES times, while PID and
 * its descendants execute it and are recorded, one thread at a time. Exits with 1 when the accounts
 * do not add up: of the counters among themselves, and of the counters with the records that
 * arrived; and when more begins and ends than one each time have lost each other.
 * Prints `attached TIMES, N begins, N ends, N unmatched, N records`. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/ring.h"
#include "inspect/inspect.h"

struct sum {
	uint64_t records;
	uint64_t counter[TP_COUNTERS];
	uint64_t missed;
};

static void fail(const struct error *error)
{
	fprintf(stderr, "attach_often: %s\n", error->what);
	exit(1);
}

static void drain(struct capture *capture, struct sum *sum)
{
	struct ring *ring = capture_ring(capture);
	const struct tp_header *header;
	size_t bytes;

	while ((header = ring_next(ring, &bytes)))
		sum->records += header->type != TP_DISCOVER;
	ring_release(ring);
}

static void attach_once(struct capture *capture, const char *program, struct sum *sum)
{
	int fd = open(program, O_RDONLY | O_CLOEXEC);
	struct inspection *inspection = NULL;
	struct capture_added added;
	struct error error = { 0 };
	uint16_t object;

	if (fd < 0) {
		error_set(&error, -1, "cannot open '%s'", program);
		fail(&error);
	}
	if (capture_hold(capture, fd, program, &object, &error) ||
	    inspect_open(fd, &inspection, &error) ||
	    capture_attach(capture, object, inspection, &added, &error))
		fail(&error);
	inspection_free(inspection);
	close(fd);
	capture_renew(capture);
	drain(capture, sum);
	usleep(2000);
	drain(capture, sum);
	capture_drop(capture, object);
	drain(capture, sum);
}

static void count(struct capture *capture, struct sum *sum)
{
	uint16_t object, last = capture_last_object(capture);
	struct tp_counters counters;
	struct error error = { 0 };
	int kind, i;

	for (object = 0; object <= last; object++)
		for (kind = 0; kind < TP_KINDS; kind++) {
			if (capture_count(capture, object, (enum tp_kind)kind, &counters, &error))
				fail(&error);
			for (i = 0; i < TP_COUNTERS; i++)
				sum->counter[i] += counters.count[i];
		}
	sum->missed = capture_missed(capture);
}

/* The span that is open at an attaching has only an end, the one at a detaching only a begin. */
static int is_right(const struct sum *sum, uint64_t times)
{
	const uint64_t *counter = sum->counter;
	uint64_t events =
		counter[TP_COUNT_CLOSED] + counter[TP_COUNT_ABANDONED] + counter[TP_COUNT_SINGLES];

	return counter[TP_COUNT_ENDS] == counter[TP_COUNT_CLOSED] + counter[TP_COUNT_UNMATCHED] +
						 counter[TP_COUNT_REFUSED_DEPTH_END] &&
	       counter[TP_COUNT_BEGINS] >= counter[TP_COUNT_CLOSED] + counter[TP_COUNT_ABANDONED] &&
	       events == sum->records + counter[TP_COUNT_DROPPED_RING_FULL] &&
	       counter[TP_COUNT_CLOSED] > 0 && counter[TP_COUNT_UNMATCHED] <= times &&
	       counter[TP_COUNT_BEGINS] - counter[TP_COUNT_CLOSED] <= times;
}

int main(int argc, char **argv)
{
	long i, times = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	struct capture_options options = { .objects = (uint32_t)times };
	struct capture *capture = NULL;
	struct error error = { 0 };
	struct sum sum = { 0 };

	if (times < 1 || times >= TP_OBJECTS) {
		fprintf(stderr, "attach_often: give a program, a pid and 1 to %d times\n",
			TP_OBJECTS - 1);
		return 2;
	}
	if (capture_open(&options, &capture, &error) ||
	    capture_mark(capture, (pid_t)strtol(argv[2], NULL, 10), TP_LEVEL_FULL, false, &error))
		fail(&error);
	for (i = 0; i < times; i++)
		attach_once(capture, argv[1], &sum);
	capture_stop(capture);
	usleep(100000); /* a hit that was admitted before may still be writing its record */
	drain(capture, &sum);
	count(capture, &sum);
	printf("attached %ld, %" PRIu64 " begins, %" PRIu64 " ends, %" PRIu64 " unmatched, %" PRIu64
	       " records, %" PRIu64 " dropped, %" PRIu64 " missed\n",
	       times, sum.counter[TP_COUNT_BEGINS], sum.counter[TP_COUNT_ENDS],
	       sum.counter[TP_COUNT_UNMATCHED], sum.records,
	       sum.counter[TP_COUNT_DROPPED_RING_FULL], sum.missed);
	capture_close(capture);
	return is_right(&sum, (uint64_t)times) ? 0 : 1;
}
