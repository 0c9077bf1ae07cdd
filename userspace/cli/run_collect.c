/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/run_collect.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "capture/ring.h"
#include "cli/notice.h"
#include "cli/run_targets.h"
#include "cli/run_totals.h"
#include "lib/clock.h"

enum {
	BATCH_RECORDS = 20000, /* design: 7 */
	NAP_MS = 20,	       /* between two looks at the ring while records come */
	NAPS_BEFORE_SLEEP = 10,
	SLEEP_MS = 1000,  /* bpf/emit.bpf.h: a wake-up may be missed once */
	BEAT_MS = 300000, /* between two heartbeats of what only runs */
	LONGEST_MS = 250, /* a batch is committed after that at the latest */
};

static void store_failed(struct run_session *session, const struct error *error)
{
	if (session->has_store_failed)
		return;
	session->has_store_failed = true;
	notice_error(error);
}

static void commit(struct run_session *session)
{
	struct ring *ring = capture_ring(session->capture);
	struct run_keep *keep = session->keep;
	uint64_t position = ring_position(ring);
	struct error error = { 0 };

	if (position == keep->committed)
		return;
	if (collector_commit(keep->collector, &session->ring, keep->committed, position, &error))
		store_failed(session, &error); /* counted as lost; the position stays behind */
	else
		keep->committed = position;
	ring_release(ring);
}

static void take(struct run_session *session, const void *record, size_t bytes)
{
	const struct tp_header *header = record;
	struct error error = { 0 };

	if (bytes == sizeof(struct tp_discover) && header->type == TP_DISCOVER) {
		run_act_as_root(session);
		run_targets_discover(session, record);
		run_act_as_user(session);
	} else if (collector_take(session->keep->collector, record, bytes, &error)) {
		store_failed(session, &error);
	}
}

/* Up to where the ring ended when it began: producers may be faster, and signals, writers and the
 * lease wait for nobody. */
uint64_t run_drain(struct run_session *session)
{
	struct ring *ring = capture_ring(session->capture);
	uint64_t taken = 0, end = ring_end(ring);
	int64_t started_ms = clock_monotonic_ms();
	const void *record;
	size_t bytes;

	clock_sample(&session->clock);
	run_act_as_user(session); /* a batch may reach the file before its commit */
	while (ring_position(ring) < end && (record = ring_next(ring, &bytes))) {
		taken++;
		take(session, record, bytes);
		if (taken % BATCH_RECORDS == 0 ||
		    (taken % 1024 == 0 && clock_monotonic_ms() - started_ms > LONGEST_MS)) {
			commit(session);
			started_ms = clock_monotonic_ms();
		}
	}
	commit(session);
	run_act_as_root(session);
	return taken;
}

/* Somebody writes a file we hold breakpoints in: out with them, names first, then let him. */
static void handle_writers(struct run_session *session)
{
	uint16_t object;

	while ((object = capture_broken(session->capture))) {
		run_drain(session);
		run_totals_take(session);
		notice("'%s' is being overwritten: detached from it",
		       capture_path(session->capture, object));
		inspector_drop(session->inspector, object);
		capture_release(session->capture, object);
	}
}

static int watch(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_watch(struct run_session *session, struct child *child, struct error *error)
{
	int fd = epoll_create1(EPOLL_CLOEXEC), ret = fd < 0 ? -errno : 0;

	if (!ret)
		ret = watch(fd, ring_fd(capture_ring(session->capture)));
	if (!ret)
		ret = watch(fd, capture_fd(session->capture));
	if (!ret)
		ret = watch(fd, child_fd(child));
	if (!ret)
		return fd;
	if (fd >= 0)
		close(fd);
	return error_set(error, ret, "cannot wait for events: %s", error_text(ret));
}

/* Busy: look every 20 ms, unless an error or a filling ring comes first. Quiet: sleep until the
 * first record. */
static void wait_for_something(struct run_session *session, int epoll_fd, unsigned int quiet)
{
	bool is_quiet = quiet > NAPS_BEFORE_SLEEP;
	struct epoll_event events[4];

	if (!(is_quiet ? capture_sleep(session->capture) : capture_nap(session->capture)))
		usleep(1000); /* a record is being written this moment */
	else
		epoll_wait(epoll_fd, events, 4, is_quiet ? SLEEP_MS : NAP_MS);
	capture_wake(session->capture);
}

/* The terminal stops the command and us. Stopped, we hear of no writer: let the files go. */
static void before_stop(void *data)
{
	struct run_session *session = data;

	run_drain(session);
	capture_pause(session->capture);
	run_drain(session);
	run_totals_take(session);
}

static void after_stop(void *data)
{
	struct run_session *session = data;
	struct error error = { 0 };

	capture_renew(session->capture);
	if (capture_resume(session->capture, &error))
		notice_error(&error);
}

/* As the service does it by default. */
static void beat(struct run_session *session, int64_t *due_ms)
{
	const int64_t now_ms = clock_monotonic_ms();
	struct error error;

	if (now_ms < *due_ms)
		return;
	if (*due_ms && capture_beat(session->capture, BEAT_MS * 1000000ull, &error))
		notice_error(&error);
	*due_ms = now_ms + BEAT_MS;
}

int run_collect(struct run_session *session, struct child *child, int *out_status,
		struct error *error)
{
	int epoll_fd = open_watch(session, child, error);
	unsigned int quiet = 0;
	int64_t beat_due_ms = 0;

	if (epoll_fd < 0)
		return epoll_fd;
	child_on_stop(child, before_stop, after_stop, session);
	while (!child_handle(child, out_status)) {
		wait_for_something(session, epoll_fd, quiet);
		capture_renew(session->capture);
		beat(session, &beat_due_ms);
		quiet = run_drain(session) ? 0 : quiet + 1;
		run_totals_take_in_time(session);
		handle_writers(session);
	}
	run_drain(session);
	close(epoll_fd);
	return 0;
}
