/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/supervisor.h"
#include "lib/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/notify.h"

enum {
	RENEW_MS = 10000,
	SEND_MS = 2000, /* a collector that does not read for so long is ended */
	DRAIN_MS = 10000,
	TURN = 64, /* messages of one role before the others have theirs: none can keep us busy */
	WAIT_TOLD_MS = 5000, /* a back-off that has grown so long is a problem */
};

int collector_send(struct supervisor *supervisor, const struct message *message)
{
	struct pollfd polled = { .fd = supervisor->collector_fd, .events = POLLOUT };
	int64_t until_ms = clock_monotonic_ms() + SEND_MS;
	int ret;

	while ((ret = message_send(supervisor->collector_fd, message, -1)) == -EAGAIN &&
	       clock_monotonic_ms() < until_ms)
		poll(&polled, 1, 100);
	return ret;
}

static int ask_drain(struct supervisor *supervisor)
{
	struct message message = { .kind = MESSAGE_DRAIN, .place = supervisor->drains };

	return collector_send(supervisor, &message);
}

/* A new worker knows nothing: files first, then consents, then it may read. */
static void introduce(struct supervisor *supervisor)
{
	struct message ready = { .kind = MESSAGE_READY };

	targets_tell(supervisor);
	consent_apply_all(supervisor);
	collector_send(supervisor, &ready);
	if (supervisor->drained != supervisor->drains) /* the one before was asked and died */
		ask_drain(supervisor);
}

static void answer_text(struct supervisor *supervisor, struct message *message)
{
	message->kind = MESSAGE_TEXT;
	memset(message->text, 0, sizeof(message->text));
	message->code = inspector_text(supervisor->inspector, (uint16_t)message->object,
				       message->place, message->text);
	collector_send(supervisor, message);
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
		introduce(supervisor);
		break;
	case MESSAGE_ASK_TEXT:
		answer_text(supervisor, &message);
		return MESSAGE_ASK_TEXT;
	case MESSAGE_DONE:
		supervisor->drained = message.place;
		supervisor->stored = message.number;
		supervisor->lost = message.number2;
		break;
	default:
		return -EBADMSG;
	}
	return (int)message.kind;
}

void collector_drain(struct supervisor *supervisor)
{
	struct pollfd polled = { .fd = supervisor->collector_fd, .events = POLLIN };
	int64_t until_ms = clock_monotonic_ms() + DRAIN_MS;

	supervisor->drains++;
	if (ask_drain(supervisor))
		return;
	while (clock_monotonic_ms() < until_ms) {
		poll(&polled, 1, 100);
		while (receive_collector(supervisor) > 0 && clock_monotonic_ms() < until_ms)
			if (supervisor->drained == supervisor->drains)
				return;
	}
	fprintf(stderr, "telprobe: the collector did not empty the ring in %d s\n",
		DRAIN_MS / 1000);
}

static void end_offender(struct keeper *keeper, const char *role)
{
	fprintf(stderr, "telprobe: the %s said what it may not say: ended\n", role);
	keeper_restart(keeper);
}

static void receive_api(struct supervisor *supervisor)
{
	struct message message;
	int client = -1, ret = 1, turn;

	for (turn = 0; turn < TURN && ret > 0; turn++) {
		ret = message_receive(supervisor->api_fd, &message, &client);
		if (ret > 0 && (message.kind != MESSAGE_CLIENT || client < 0))
			ret = -EBADMSG;
		else if (ret > 0)
			clients_handle(supervisor, client);
		if (client >= 0)
			close(client);
		client = -1;
		capture_renew(supervisor->capture); /* an answer may take its time */
	}
	if (ret == -EBADMSG)
		end_offender(supervisor->api, "api");
}

static void receive_collector_turn(struct supervisor *supervisor)
{
	int ret = 1, turn;

	for (turn = 0; turn < TURN && ret > 0; turn++)
		ret = receive_collector(supervisor);
	if (ret == -EBADMSG)
		end_offender(supervisor->collector, "collector");
}

static void receive_report(struct supervisor *supervisor, struct keeper *keeper, const char *role)
{
	struct keeper_report report;
	int ret;

	while ((ret = keeper_report(keeper, &report)) > 0) {
		supervisor->restarts++;
		fprintf(stderr, "telprobe: the %s ended (%s %d); again in %u ms\n", role,
			WIFSIGNALED(report.status) ? "signal" : "exit status",
			WIFSIGNALED(report.status) ? WTERMSIG(report.status)
						   : WEXITSTATUS(report.status),
			report.wait_ms);
		if (report.wait_ms >= WAIT_TOLD_MS)
			snprintf(supervisor->role_problem, sizeof(supervisor->role_problem),
				 "the %s keeps ending: %u starts so far", role, report.starts);
	}
	if (ret == -EPIPE) { /* its keeper is gone: only a new service has the right to start one */
		fprintf(stderr, "telprobe: the keeper of the %s is gone: stopping\n", role);
		supervisor->is_stopping = true;
	}
}

static void reload(struct supervisor *supervisor)
{
	struct config *config = NULL;
	struct error error = { 0 };

	if (config_read(supervisor->config_directory, &config, &error)) {
		fprintf(stderr, "telprobe: %s; the earlier configuration stays\n", error.what);
		return;
	}
	for (uint32_t i = 0; i < supervisor->target_count; i++)
		supervisor->targets[i].config = NULL;
	config_free(supervisor->config);
	supervisor->config = config;
	targets_load(supervisor);
	consent_apply_all(supervisor);
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
			reload(supervisor);
			break;
		}
}

static void receive_changes(struct supervisor *supervisor)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (read(supervisor->inotify_fd, buffer, sizeof(buffer)) > 0)
		;
	targets_rescan(supervisor);
}

static void wait_and_handle(struct supervisor *supervisor)
{
	struct pollfd polled[] = {
		{ .fd = supervisor->collector_fd, .events = POLLIN },
		{ .fd = supervisor->api_fd, .events = POLLIN },
		{ .fd = keeper_fd(supervisor->collector), .events = POLLIN },
		{ .fd = keeper_fd(supervisor->api), .events = POLLIN },
		{ .fd = capture_fd(supervisor->capture), .events = POLLIN },
		{ .fd = supervisor->signal_fd, .events = POLLIN },
		{ .fd = supervisor->inotify_fd, .events = POLLIN },
	};

	poll(polled, sizeof(polled) / sizeof(polled[0]), RENEW_MS);
	capture_renew(supervisor->capture);
	if (polled[0].revents)
		receive_collector_turn(supervisor);
	if (polled[1].revents)
		receive_api(supervisor);
	if (polled[2].revents)
		receive_report(supervisor, supervisor->collector, "collector");
	if (polled[3].revents)
		receive_report(supervisor, supervisor->api, "api");
	if (polled[4].revents)
		targets_written(supervisor);
	if (polled[5].revents)
		receive_signal(supervisor);
	if (polled[6].revents)
		receive_changes(supervisor);
	notify("WATCHDOG=1");
}

int supervisor_run(struct supervisor *supervisor)
{
	struct message stop = { .kind = MESSAGE_STOP };

	targets_load(supervisor);
	consent_apply_all(supervisor);
	notify("READY=1");
	while (!supervisor->is_stopping)
		wait_and_handle(supervisor);
	notify("STOPPING=1");
	capture_stop(supervisor->capture);
	collector_drain(supervisor);
	collector_send(supervisor, &stop);
	close(supervisor->api_fd); /* an end of it ends the api */
	keeper_stop(supervisor->api, 2000);
	keeper_stop(supervisor->collector, 10000);
	return 0;
}
