/* SPDX-License-Identifier: GPL-2.0-only */
/* attach_often.c PROGRAM PID TIMES - attach to PROGRAM and detach again, TIMES times, while PID and
 * its descendants execute it and are recorded, one thread at a time. Exits with 1 when the accounts
 * do not add up: of the counters among themselves, and of the counters with the records that
 * arrived; when more begins and ends than one each time have lost each other, or an end's begin was
 * not before the attaching; and when the file might be written before what the ring holds of it was
 * read. Prints `attached TIMES, N begins, N ends, N begun before, N records`. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/attached.h"
#include "capture/capture.h"
#include "capture/ring.h"

struct sum {
	uint64_t records;
	uint64_t counter[TP_COUNTERS];
	uint64_t missed;
};

static void drain(struct capture *capture, struct sum *sum)
{
	struct ring *ring = capture_ring(capture);
	const struct tp_header *header;
	size_t bytes;

	while ((header = ring_next(ring, &bytes)))
		sum->records += header->type != TP_DISCOVER;
	ring_release(ring);
}

/* Whether @object, dropped, is held until its last record was read. */
static void leave(struct capture *capture, uint16_t object, struct sum *sum)
{
	struct pollfd polled = { .fd = capture_left_fd(capture), .events = POLLIN };
	struct error error = { 0 };
	uint16_t left;

	capture_drop(capture, object);
	while (!(left = capture_left(capture)))
		if (poll(&polled, 1, 10000) != 1) {
			error_set(&error, -ETIMEDOUT, "it does not leave");
			fail(&error);
		}
	if (left != object || fcntl(capture_file(capture, object), F_GETLEASE) != F_RDLCK) {
		error_set(&error, -EIO, "file %u may be written, %u left", object, left);
		fail(&error);
	}
	drain(capture, sum);
	capture_forget(capture, &object, 1);
}

static void attach_once(struct capture *capture, const char *program, struct sum *sum)
{
	const uint16_t object = attach(capture, program);

	capture_renew(capture);
	drain(capture, sum);
	usleep(2000);
	drain(capture, sum);
	leave(capture, object, sum);
}

/* The span that is open at an attaching has only an end, the one at a detaching only a begin. */
static int is_right(const struct sum *sum, uint64_t times)
{
	const uint64_t *counter = sum->counter;
	uint64_t events =
		counter[TP_COUNT_CLOSED] + counter[TP_COUNT_ABANDONED] + counter[TP_COUNT_SINGLES];

	return counter[TP_COUNT_ENDS] == counter[TP_COUNT_CLOSED] &&
	       counter[TP_COUNT_BEGINS] == counter[TP_COUNT_CLOSED] + counter[TP_COUNT_ABANDONED] +
						   counter[TP_COUNT_DISCARDED] &&
	       events == sum->records + counter[TP_COUNT_DROPPED_RING_FULL] &&
	       counter[TP_COUNT_CLOSED] > 0 && counter[TP_COUNT_REFUSED_DISABLED] <= times &&
	       counter[TP_COUNT_BEGINS] - counter[TP_COUNT_CLOSED] <= times;
}

int main(int argc, char **argv)
{
	long i, times = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	struct capture_options options = { .objects = 1 }; /* its number is used again */
	struct capture *capture = NULL;
	struct error error = { 0 };
	struct sum sum = { 0 };

	if (times < 1) {
		fprintf(stderr, "attach_often: give a program, a pid and how many times\n");
		return 2;
	}
	if (capture_open(&options, &capture, &error) ||
	    capture_mark(capture, (pid_t)strtol(argv[2], NULL, 10), TP_LEVEL_FULL, false, &error))
		fail(&error);
	for (i = 0; i < times; i++)
		attach_once(capture, argv[1], &sum);
	count(capture, sum.counter);
	sum.missed = capture_missed(capture);
	printf("attached %ld, %" PRIu64 " begins, %" PRIu64 " ends, %" PRIu64
	       " begun before, %" PRIu64 " records, %" PRIu64 " dropped, %" PRIu64 " missed\n",
	       times, sum.counter[TP_COUNT_BEGINS], sum.counter[TP_COUNT_ENDS],
	       sum.counter[TP_COUNT_REFUSED_DISABLED], sum.records,
	       sum.counter[TP_COUNT_DROPPED_RING_FULL], sum.missed);
	capture_close(capture);
	return is_right(&sum, (uint64_t)times) ? 0 : 1;
}
