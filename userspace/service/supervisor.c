/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/ring.h"
#include "lib/clock.h"
#include "service/notify.h"

enum {
	RENEW_MS = 10000,
	SEND_MS = 2000,	  /* a collector that does not read for so long is ended */
	DRAIN_MS = 10000, /* without getting on with the ring */
	DRAIN_LONGEST_MS = 60000,
	SERVE_MS = 20, /* so long at most nobody is answered because of other files than one */
	TURN = 64, /* messages of one role before the others have theirs: none can keep us busy */
	WAIT_TOLD_MS = 5000, /* a back-off that has grown so long is a problem */
	STEADY_MS = 61000,   /* one that lived so long is no problem any more: keeper.h */
};

/* Its successor is told all: what it was not told by now, nobody misses. */
void collector_end(struct supervisor *supervisor)
{
	supervisor->has_collector = false;
	keeper_restart(supervisor->collector);
}

int collector_send(struct supervisor *supervisor, const struct message *message, int fd)
{
	struct pollfd polled = { .fd = supervisor->collector_fd, .events = POLLOUT };
	int64_t until_ms = clock_monotonic_ms() + SEND_MS;
	int ret;

	if (!supervisor->has_collector)
		return -EPIPE;
	while ((ret = message_send(supervisor->collector_fd, message, fd)) == -EAGAIN &&
	       clock_monotonic_ms() < until_ms)
		poll(&polled, 1, 100);
	if (ret != -EAGAIN)
		return ret;
	complain(&supervisor->complaints, COMPLAINT_DEAF, 0,
		 "the collector does not read what it is told: ended");
	collector_end(supervisor);
	return -EPIPE;
}

void supervisor_go_on(struct supervisor *supervisor)
{
	const int64_t now_ms = clock_monotonic_ms();

	capture_renew(supervisor->capture);
	/* not for each of a thousand files: the manager's queue is for more important words */
	if (now_ms - supervisor->told_alive_ms < supervisor->turn_ms / 4)
		return;
	supervisor->told_alive_ms = now_ms;
	notify("WATCHDOG=1");
}

int collector_ask_drain(struct supervisor *supervisor)
{
	struct message message = { .kind = MESSAGE_DRAIN, .place = ++supervisor->drains };

	return collector_send(supervisor, &message, -1);
}

void supervisor_tell_limits(struct supervisor *supervisor)
{
	const struct message limits = { .kind = MESSAGE_LIMITS,
					.place = (uint32_t)supervisor->config->names_max,
					.number = supervisor->config->retention_days,
					.number2 = supervisor->config->max_db_size_mb * 1000000 };

	collector_send(supervisor, &limits, -1);
}

static void tell_end(struct supervisor *supervisor, const struct keeper *keeper, const char *role,
		     const struct keeper_report *report)
{
	bool by_signal = WIFSIGNALED(report->status);

	if (keeper == supervisor->collector)
		supervisor->has_collector = false;
	supervisor->restarts++;
	complain(&supervisor->complaints, COMPLAINT_ENDED, (uint32_t)keeper_fd(keeper),
		 "the %s ended (%s %d); again in %u ms", role, by_signal ? "signal" : "exit status",
		 by_signal ? WTERMSIG(report->status) : WEXITSTATUS(report->status),
		 report->wait_ms);
	if (report->wait_ms < WAIT_TOLD_MS)
		return;
	snprintf(supervisor->role_problem, sizeof(supervisor->role_problem),
		 "the %s keeps ending: %u starts so far", role, report->starts);
	supervisor->role_problem_until_ms = clock_monotonic_ms() + report->wait_ms + STEADY_MS;
}

static void receive_report(struct supervisor *supervisor, struct keeper *keeper, const char *role)
{
	struct keeper_report report;
	int ret;

	while ((ret = keeper_report(keeper, &report)) > 0)
		tell_end(supervisor, keeper, role, &report);
	if (ret == -EPIPE) { /* its keeper is gone: only a new service has the right to start one */
		fprintf(stderr, "telprobe: the keeper of the %s is gone: stopping\n", role);
		supervisor->is_stopping = true;
	}
}

/* A new worker knows nothing: privacy and files first, then consents, then it may read. What the one
 * before did not read it finds too: it tells by @hello which introduction is its own. */
static void introduce(struct supervisor *supervisor, uint32_t hello)
{
	struct message ready = { .kind = MESSAGE_READY, .place = hello };

	supervisor->has_collector = true;
	kept_add(&supervisor->kept_before, &supervisor->kept); /* all the one before said is read */
	supervisor->kept = (struct kept_counts){ 0 };
	supervisor_tell_limits(supervisor);
	privacy_tell(supervisor);
	targets_tell(supervisor);
	consent_introduce(supervisor);
	halves_tell(supervisor);
	collector_send(supervisor, &ready, -1);
	/* the one before was asked and died, or was dead already */
	if (supervisor->drained != supervisor->drains || supervisor->leaving_count)
		leaving_tell_again(supervisor);
}

static void answer_text(struct supervisor *supervisor, struct message *message)
{
	message->kind = MESSAGE_TEXT;
	memset(message->text, 0, sizeof(message->text));
	if (message->place >= TP_PLACE_DECLARED)
		message->code = declared_text(&supervisor->declared, message->place, message->text);
	else
		message->code = inspector_text(supervisor->inspector, (uint16_t)message->object,
					       message->place, message->text);
	collector_send(supervisor, message, -1);
}

/* An answer to what was not asked yet would be taken for the answer when it is. */
static bool is_of_the_future(uint32_t answered, uint32_t asked)
{
	return (int32_t)(answered - asked) > 0;
}

/* Return: the kind of the message handled, 0 none there, negative: not a collector any more. */
static int receive_collector(struct supervisor *supervisor)
{
	struct message message;
	int fd = -1, ret = message_receive(supervisor->collector_fd, &message, &fd);

	if (ret <= 0)
		return ret;
	if (fd >= 0) {
		close(fd); /* it has none to give */
		return -EBADMSG;
	}
	switch (message.kind) {
	case MESSAGE_HELLO:
		receive_report(supervisor, supervisor->collector,
			       "collector"); /* of those before it */
		if (supervisor->has_collector)
			return -EBADMSG; /* once is enough */
		introduce(supervisor, message.place);
		break;
	case MESSAGE_ASK_TEXT:
		answer_text(supervisor, &message);
		return MESSAGE_ASK_TEXT;
	case MESSAGE_DONE:
		if (is_of_the_future(message.place, supervisor->drains))
			return -EBADMSG;
		supervisor->drained = message.place;
		leaving_drained(supervisor);
		break;
	case MESSAGE_JUDGES:
		if (is_of_the_future(message.place, supervisor->privacy_told))
			return -EBADMSG;
		privacy_answered(supervisor, &message);
		break;
	case MESSAGE_COUNTS:
		supervisor->kept = message.counts;
		break;
	case MESSAGE_TURN:
		halves_turn(supervisor);
		break;
	case MESSAGE_TAKEN:
		halves_taken(supervisor, message.number);
		break;
	case MESSAGE_ENDED:
		if (is_of_the_future(message.place, supervisor->ends_told))
			return -EBADMSG;
		message.text[sizeof(message.text) - 1] = '\0';
		ending_answered(supervisor, &message);
		break;
	default:
		return -EBADMSG;
	}
	return (int)message.kind;
}

static void end_offender(struct supervisor *supervisor, struct keeper *keeper, const char *role)
{
	if (keeper_restart(keeper))
		complain(&supervisor->complaints, COMPLAINT_OFFENDER, (uint32_t)keeper_fd(keeper),
			 "the %s said what it may not say: ended", role);
}

/* Return: as receive_collector(), which it ends if that was no message. */
static int hear_collector(struct supervisor *supervisor)
{
	int ret = receive_collector(supervisor);

	if (ret == -EBADMSG)
		end_offender(supervisor, supervisor->collector, "collector");
	return ret;
}

int collector_await(struct supervisor *supervisor, const uint32_t *said, uint32_t number)
{
	struct pollfd polled = { .fd = supervisor->collector_fd, .events = POLLIN };
	const struct ring *ring = capture_ring(supervisor->capture);
	const int64_t last_ms = clock_monotonic_ms() + DRAIN_LONGEST_MS;
	uint64_t released = ring_released(ring);
	int64_t until_ms = clock_monotonic_ms() + DRAIN_MS;

	while (clock_monotonic_ms() < until_ms && clock_monotonic_ms() < last_ms) {
		poll(&polled, 1, 100);
		if (ring_released(ring) != released) {
			released = ring_released(ring);
			until_ms = clock_monotonic_ms() + DRAIN_MS;
			supervisor_go_on(supervisor);
		}
		while (hear_collector(supervisor) > 0 && clock_monotonic_ms() < until_ms)
			if ((int32_t)(*said - number) >= 0)
				return 0;
		receive_report(supervisor, supervisor->collector, "collector");
		if (!supervisor->has_collector)
			return -EPIPE;
	}
	return -ETIMEDOUT;
}

void collector_drain(struct supervisor *supervisor)
{
	if (collector_ask_drain(supervisor) ||
	    collector_await(supervisor, &supervisor->drained, supervisor->drains) != -ETIMEDOUT)
		return;
	complain(&supervisor->complaints, COMPLAINT_NOT_EMPTY, 0,
		 "the collector does not get on with the ring: ended");
	collector_end(supervisor); /* it may go by what was agreed to before */
}

/* @client: -1 on return where its answer comes later. Return: 0; -EBADMSG: the api does not say such
 * things. */
static int handle_client(struct supervisor *supervisor, const struct message *message, int *client)
{
	if (message->kind != MESSAGE_CLIENT || *client < 0)
		return -EBADMSG;
	if (clients_handle(supervisor, *client))
		*client = -1;
	return 0;
}

static void receive_api(struct supervisor *supervisor)
{
	struct message message;
	int client = -1, ret = 1, turn;

	for (turn = 0; turn < TURN && ret > 0; turn++) {
		ret = message_receive(supervisor->api_fd, &message, &client);
		if (ret > 0 && handle_client(supervisor, &message, &client))
			ret = -EBADMSG;
		if (client >= 0)
			close(client);
		client = -1;
		supervisor_go_on(supervisor); /* an answer may take its time */
	}
	if (ret == -EBADMSG)
		end_offender(supervisor, supervisor->api, "api");
}

static void receive_collector_turn(struct supervisor *supervisor)
{
	int ret = 1, turn;

	for (turn = 0; turn < TURN && ret > 0; turn++)
		ret = hear_collector(supervisor);
}

/* A role that is asked in the middle of other work has its faults dealt with here: one that lied is
 * ended, its successor is asked what was left open, and so is one that did not answer, in a minute. */
static void mend(struct supervisor *supervisor, struct passing_peer *peer, struct keeper *keeper,
		 const char *role)
{
	bool is_over = peer->silent_until_ms && clock_monotonic_ms() > peer->silent_until_ms;

	if (!keeper_has_worker(keeper) || (!peer->is_offender && !is_over))
		return;
	if (peer->is_offender && !peer->is_ended) {
		peer->is_ended = true;
		end_offender(supervisor, keeper, role);
		return;
	}
	passing_forgive(peer);
	targets_try_again(supervisor);
}

static void mend_peers(struct supervisor *supervisor)
{
	if (supervisor->inspecting)
		mend(supervisor, inspector_nursery(supervisor->inspector), supervisor->inspecting,
		     "inspector");
	if (supervisor->attaching)
		mend(supervisor, &supervisor->attach_helper, supervisor->attaching,
		     "attach helper");
}

static void receive_signal(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signal_fd, &info, sizeof(info)) == sizeof(info))
		switch (info.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			supervisor->is_stopping = true;
			break;
		case SIGHUP:
			supervisor->has_to_reload = true;
			break;
		}
}

static int wait_ms(const struct supervisor *supervisor)
{
	int64_t now_ms = clock_monotonic_ms(), until_ms = now_ms + supervisor->turn_ms;

	if (supervisor->reload_count)
		return 0;
	if (supervisor->quiet_until_ms > now_ms && supervisor->quiet_until_ms < until_ms)
		until_ms = supervisor->quiet_until_ms;
	if (supervisor->idle_due_ms && supervisor->idle_due_ms < until_ms)
		until_ms = supervisor->idle_due_ms;
	if (supervisor->end_due_ms && supervisor->end_due_ms < until_ms)
		until_ms = supervisor->end_due_ms;
	if (supervisor->beats_due_ms && supervisor->beats_due_ms < until_ms)
		until_ms = supervisor->beats_due_ms;
	if (supervisor->governor_due_ms && supervisor->governor_due_ms < until_ms)
		until_ms = supervisor->governor_due_ms;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

enum { OF_API = 1, OF_CHANGES = 6, SOURCES = 11 };

/* Who may want something: wait so long for the first of them. */
static void wait_for(struct supervisor *supervisor, int timeout_ms, struct pollfd polled[SOURCES])
{
	const int fds[SOURCES] = {
		supervisor->collector_fd,
		supervisor->is_ready ? supervisor->api_fd : -1,
		keeper_fd(supervisor->collector),
		keeper_fd(supervisor->api),
		capture_fd(supervisor->capture),
		supervisor->signal_fd,
		clock_monotonic_ms() < supervisor->quiet_until_ms ? -1 : supervisor->inotify_fd,
		keeper_fd(supervisor->loader),
		capture_left_fd(supervisor->capture),
		keeper_fd(supervisor->inspecting),
		keeper_fd(supervisor->attaching),
	};
	int i;

	for (i = 0; i < SOURCES; i++)
		polled[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	poll(polled, SOURCES, timeout_ms);
}

/* Everything that ends soon: what begins to attach to files is left to the loop. */
static void handle(struct supervisor *supervisor, const struct pollfd polled[SOURCES])
{
	supervisor_go_on(supervisor);
	if (supervisor->role_problem[0] && clock_monotonic_ms() > supervisor->role_problem_until_ms)
		supervisor->role_problem[0] = '\0';
	if (polled[0].revents)
		receive_collector_turn(supervisor);
	if (polled[OF_API].revents)
		receive_api(supervisor);
	if (polled[2].revents)
		receive_report(supervisor, supervisor->collector, "collector");
	if (polled[3].revents)
		receive_report(supervisor, supervisor->api, "api");
	if (polled[4].revents)
		leaving_written(supervisor);
	if (polled[5].revents)
		receive_signal(supervisor);
	if (polled[7].revents)
		receive_report(supervisor, supervisor->loader, "loader");
	if (polled[8].revents)
		leaving_detached(supervisor);
	leaving_hurry(supervisor);
	if (polled[9].revents)
		receive_report(supervisor, supervisor->inspecting, "inspector");
	if (polled[10].revents)
		receive_report(supervisor, supervisor->attaching, "attach helper");
	supervisor->handled_ms = clock_monotonic_ms();
}

bool supervisor_serve(struct supervisor *supervisor)
{
	struct pollfd polled[SOURCES];

	if (clock_monotonic_ms() - supervisor->handled_ms >= SERVE_MS) {
		wait_for(supervisor, 0, polled);
		handle(supervisor, polled);
	}
	return !supervisor->is_stopping;
}

static void wait_and_handle(struct supervisor *supervisor)
{
	struct pollfd polled[SOURCES];

	wait_for(supervisor, wait_ms(supervisor), polled);
	handle(supervisor, polled);
	if (polled[OF_CHANGES].revents)
		watch_changes(supervisor);
	leaving_idle(supervisor);
	ending_look(supervisor);
	beats_look(supervisor);
	governor_turn(supervisor);
	mend_peers(supervisor); /* those who are asked again are ready then */
	targets_rescan(supervisor);
	mend_peers(supervisor); /* and those who lied just now are ended at once */
	reload_next(supervisor);
	supervisor_tell_manager(supervisor, false);
}

/* Ready is who can store; and at the end what is in the ring is worth a moment to one that was just
 * started again. */
static void await_collector(struct supervisor *supervisor)
{
	struct pollfd polled = { .fd = supervisor->collector_fd, .events = POLLIN };
	int64_t until_ms = clock_monotonic_ms() + SEND_MS;

	while (!supervisor->has_collector && clock_monotonic_ms() < until_ms) {
		poll(&polled, 1, 100);
		receive_collector_turn(supervisor);
	}
}

/* The lease is to be renewed, and the manager to hear of us twice within its time. */
static int turn_ms(void)
{
	int watchdog_ms = notify_watchdog_ms();

	return watchdog_ms && watchdog_ms / 2 < RENEW_MS ? watchdog_ms / 2 : RENEW_MS;
}

int supervisor_run(struct supervisor *supervisor)
{
	struct message stop = { .kind = MESSAGE_STOP };

	supervisor->turn_ms = turn_ms();
	suspend_begin(supervisor);
	targets_load(supervisor);
	ending_begin(supervisor);
	consent_begin(supervisor);
	targets_rescan(supervisor);
	await_collector(supervisor);
	supervisor->is_ready = !supervisor->is_stopping;
	if (supervisor->is_ready)
		supervisor_tell_ready(supervisor);
	while (!supervisor->is_stopping)
		wait_and_handle(supervisor);
	notify("STOPPING=1\nSTATUS=storing what was recorded");
	capture_stop(supervisor->capture);
	await_collector(supervisor);
	collector_drain(supervisor);
	message_send(supervisor->collector_fd, &stop, -1); /* also to one that is not ready yet */
	close(supervisor->api_fd);			   /* an end of it ends the api */
	close(supervisor->loader_fd);
	keeper_stop(supervisor->api, 2000);
	keeper_stop(supervisor->loader, 2000);
	keeper_stop(supervisor->collector, 10000);
	fputs("telprobe: stopped\n", stderr);
	return 0;
}
