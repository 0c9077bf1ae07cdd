/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/collector_role.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/ring.h"
#include "lib/clock.h"
#include "service/api.h"
#include "service/messages.h"
#include "service/owners.h"

enum {
	BATCH_RECORDS = 20000,
	NAP_MS = 20,
	NAPS_BEFORE_SLEEP = 10,
	SLEEP_MS = 60000,
	LONGEST_MS = 250,
	ANSWER_MS = 5000, /* the supervisor's answer about a name */
	NAMES = TP_OBJECTS,
};

struct state {
	const struct collector_role *role;
	struct owners *owners;
	struct firewall *firewall;
	struct clock clock;
	char names[NAMES][64]; /* base names of files, by object */
	uint32_t drain_due;    /* number of the MESSAGE_DRAIN to answer, 0 none */
	bool is_ready;	       /* was told files and consents */
	bool is_stopping;
	bool is_alone; /* the supervisor is gone */
};

static uint64_t drain(struct state *state)
{
	struct ring *ring = capture_ring(state->role->capture);
	int64_t started_ms = clock_monotonic_ms();
	uint64_t taken = 0;
	const void *record;
	size_t bytes;

	clock_sample(&state->clock);
	while ((record = ring_next(ring, &bytes))) {
		const struct tp_header *header = record;

		taken++;
		if (bytes == sizeof(struct tp_event) && header->type != TP_DISCOVER)
			owners_take(state->owners, header->uid, record, bytes, ring_position(ring));
		if (taken % BATCH_RECORDS &&
		    (taken % 1024 || clock_monotonic_ms() - started_ms < LONGEST_MS))
			continue;
		owners_commit(state->owners, ring_position(ring));
		ring_release(ring);
		started_ms = clock_monotonic_ms();
	}
	owners_commit(state->owners, ring_position(ring));
	ring_release(ring);
	return taken;
}

static void answer_done(struct state *state)
{
	struct owners_counts counts = owners_counts(state->owners);
	struct message message = { .kind = MESSAGE_DONE,
				   .place = state->drain_due,
				   .number = (int64_t)counts.stored,
				   .number2 = (int64_t)counts.lost };

	state->drain_due = 0;
	message_send(state->role->supervisor_fd, &message, -1);
}

/* May come while a record waits for the text of its names: nothing here touches a batch. */
static void handle_supervisor(struct state *state, const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_OBJECT:
		if (message->object < NAMES)
			memcpy(state->names[message->object], message->text, sizeof(message->text));
		break;
	case MESSAGE_CONSENTED:
		owners_allow(state->owners, message->uid, (uint32_t)message->number);
		break;
	case MESSAGE_DRAIN:
		state->drain_due = message->place;
		break;
	case MESSAGE_READY:
		state->is_ready = true;
		break;
	case MESSAGE_STOP:
		state->is_stopping = true;
		break;
	default:
		fprintf(stderr, "telprobe: collector: message %u is not for me\n", message->kind);
		state->is_alone = true;
	}
}

/* Return: 1 handled one, 0 none there, negative: the supervisor is gone. */
static int receive_supervisor(struct state *state)
{
	struct message message;
	int fd = -1, ret = message_receive(state->role->supervisor_fd, &message, &fd);

	if (fd >= 0)
		close(fd);
	if (ret > 0)
		handle_supervisor(state, &message);
	else if (ret < 0)
		state->is_alone = true;
	return ret;
}

/* An erasure: who asks is what the kernel says of the client's own socket. */
static void receive_client(struct state *state)
{
	struct control_request request;
	struct message message;
	struct error error = { 0 };
	int64_t freed_bytes = 0;
	int client = -1, ret;
	uint32_t uid;

	if (message_receive(state->role->api_fd, &message, &client) <= 0 || client < 0)
		return;
	ret = control_peer(client, &uid, NULL);
	if (!ret)
		ret = control_receive(client, &request, &error);
	if (!ret && request.act != CONTROL_ERASE)
		ret = error_set(&error, -EINVAL, "not a request for the collector");
	if (!ret)
		ret = control_whose(&request, uid, &uid, &error);
	if (!ret) {
		drain(state);
		ret = owners_erase(state->owners, uid, &freed_bytes, &error);
	}
	control_answer_end(client, ret, freed_bytes, error.what, error.hint);
	close(client);
}

/* --- what the rows' collectors ask for ----------------------------------------------------- */

static int source_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	struct message message = { .kind = MESSAGE_ASK_TEXT, .object = object, .place = place };
	struct state *state = data;
	struct pollfd polled = { .fd = state->role->supervisor_fd, .events = POLLIN };
	int64_t until_ms = clock_monotonic_ms() + ANSWER_MS;
	int fd = -1, ret;

	if (message_send(state->role->supervisor_fd, &message, -1))
		return -EPIPE;
	while (!state->is_alone && clock_monotonic_ms() < until_ms) {
		poll(&polled, 1, 100);
		ret = message_receive(state->role->supervisor_fd, &message, &fd);
		if (fd >= 0)
			close(fd);
		if (ret < 0)
			state->is_alone = true;
		if (ret <= 0)
			continue;
		if (message.kind != MESSAGE_TEXT) {
			handle_supervisor(state, &message);
			continue;
		}
		if (message.object != object || message.place != place)
			continue;
		memcpy(out, message.text, 64);
		out[63] = '\0';
		return message.code;
	}
	return -EPIPE;
}

static const char *source_program(void *data, uint16_t object)
{
	struct state *state = data;

	return object < NAMES && state->names[object][0] ? state->names[object] : NULL;
}

static int64_t source_utc_us(void *data, uint64_t monotonic_ns)
{
	struct state *state = data;

	return clock_utc_us(&state->clock, monotonic_ns);
}

/* --- the loop ------------------------------------------------------------------------------ */

static void wait_for_something(struct state *state, unsigned int quiet)
{
	struct capture *capture = state->role->capture;
	bool is_quiet = quiet > NAPS_BEFORE_SLEEP;
	struct pollfd polled[] = {
		{ .fd = ring_fd(capture_ring(capture)), .events = POLLIN },
		{ .fd = state->role->supervisor_fd, .events = POLLIN },
		{ .fd = state->role->api_fd, .events = POLLIN },
	};

	if (!(is_quiet ? capture_sleep(capture) : capture_nap(capture)))
		usleep(1000);
	else
		poll(polled, 3, is_quiet ? SLEEP_MS : NAP_MS);
	capture_wake(capture);
}

/* Not a record is read before it is known whose may be. */
static void hello(struct state *state)
{
	struct pollfd polled = { .fd = state->role->supervisor_fd, .events = POLLIN };
	struct message message = { .kind = MESSAGE_HELLO };

	if (message_send(state->role->supervisor_fd, &message, -1))
		state->is_alone = true;
	while (!state->is_ready && !state->is_alone && !state->is_stopping) {
		poll(&polled, 1, 1000);
		receive_supervisor(state);
	}
}

static void loop(struct state *state)
{
	unsigned int quiet = 0;

	hello(state);
	while (!state->is_stopping && !state->is_alone) {
		wait_for_something(state, quiet);
		while (receive_supervisor(state) > 0)
			;
		quiet = drain(state) ? 0 : quiet + 1;
		if (state->drain_due) {
			drain(state); /* the first may have begun before it was asked for */
			answer_done(state);
		}
		receive_client(state);
	}
	drain(state);
}

int collector_role_run(void *data)
{
	struct collector_role *role = data;
	struct state *state = calloc(1, sizeof(*state));
	struct owners_options options = { .directory = role->events_directory, .ring = role->ring };
	struct error error = { 0 };
	int ret = -ENOMEM;

	if (!state)
		return 1;
	state->role = role;
	capture_only_read(role->capture);
	clock_init(&state->clock, NULL);
	ret = firewall_new(&state->firewall, &error);
	options.firewall = state->firewall;
	options.source = (struct collector_source){ .data = state,
						    .text = source_text,
						    .program = source_program,
						    .utc_us = source_utc_us };
	if (!ret)
		ret = owners_new(&options, &state->owners, &error);
	if (ret)
		fprintf(stderr, "telprobe: collector: %s\n", error.what);
	else
		loop(state);
	owners_free(state->owners);
	firewall_free(state->firewall);
	free(state);
	return ret ? 1 : 0;
}
