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
#include "service/decode.h"
#include "service/file_builds.h"
#include "service/messages.h"
#include "service/owners.h"
#include "service/privacy_wire.h"
#include "service/totals_schedule.h"

enum {
	BATCH_RECORDS = 20000,
	NAP_MS = 20,
	NAPS_BEFORE_SLEEP = 10,
	SLEEP_MS = 60000,
	LONGEST_MS = 250,
	LOOK_RECORDS =
		8, /* between two looks at the clock: a pattern of the administrator's may take
			     its time with each of their names, and who waits wants to see us get on */
	COUNTS_MS = 1000, /* between two words about what it stored */
	ANSWER_MS =
		15000, /* the supervisor's answer about a name: longer than it may be busy with one
			      file, inspector_look() */
	NAMES = TP_OBJECTS,
	LAST_DRAINS = 1000,
	CLEARED_MS = 10, /* between two looks whether a half was cleared */
};

struct state {
	const struct collector_role *role;
	struct owners *owners;
	struct firewall *firewall;
	struct firewall *next_firewall; /* to be used from the next batch on; NULL: none */
	struct clock clock;
	struct totals_schedule totals;
	char names[NAMES][64];	     /* base names of files, by object */
	uint32_t generations[NAMES]; /* likewise; TP_GENERATIONS: there is no file */
	uint32_t targets[NAMES];     /* likewise, numbers of their targets; 0: not known */
	uint32_t origins[NAMES];     /* likewise: what their names count towards */
	struct file_builds builds;
	uint32_t names_max;  /* of each of these in a database */
	bool has_new_max;    /* since the last batch */
	bool is_gone[NAMES]; /* files to forget with the next MESSAGE_DRAIN */
	bool has_gone;
	uint32_t drain_due; /* number of the MESSAGE_DRAIN to answer, 0 none */
	bool has_to_clean;  /* retention has more to do now */
	bool is_ready;	    /* was told files and consents */
	bool has_privacy;   /* and what to keep private */
	bool is_stopping;
	bool is_alone;		 /* the supervisor is gone */
	struct kept_counts told; /* to the supervisor */
	int64_t told_ms;
};

/* Between batches: everything taken is committed. */
static void clean(struct state *state, bool is_quiet)
{
	state->has_to_clean = owners_clean(state->owners, clock_now_us(), is_quiet);
}

/* Between batches: names that were judged are judged again. */
static void take_firewall(struct state *state)
{
	struct firewall *earlier = state->firewall;

	if (state->has_new_max && !state->next_firewall)
		owners_judge_by(state->owners, state->firewall); /* [OTHER] is asked for again */
	state->has_new_max = false;
	if (!state->next_firewall)
		return;
	state->firewall = state->next_firewall;
	state->next_firewall = NULL;
	owners_judge_by(state->owners, state->firewall);
	firewall_free(earlier);
}

/* What is in the ring now: with faster producers it would not end, and others wait meanwhile. */
static uint64_t drain(struct state *state)
{
	struct ring *ring = capture_ring(state->role->capture);
	const uint64_t end = ring_end(ring);
	int64_t started_ms = clock_monotonic_ms();
	uint64_t taken = 0;
	const void *record;
	size_t bytes;

	take_firewall(state);
	clock_sample(&state->clock);
	while (ring_position(ring) < end && (record = ring_next(ring, &bytes))) {
		const struct tp_header *header = record;

		taken++;
		if (bytes < sizeof(*header) || bytes != decode_bytes(header->type))
			owners_lose(state->owners, LOSS_BAD_RECORD);
		else if (header->type != TP_DISCOVER)
			owners_take(state->owners, header->uid, record, bytes, ring_position(ring));
		if (taken % BATCH_RECORDS &&
		    (taken % LOOK_RECORDS || clock_monotonic_ms() - started_ms < LONGEST_MS))
			continue;
		owners_commit(state->owners, ring_position(ring));
		ring_release(ring);
		clean(state, false); /* a ring that is never empty must not keep it from its work */
		started_ms = clock_monotonic_ms();
	}
	owners_commit(state->owners, ring_position(ring));
	ring_release(ring);
	return taken;
}

/* Whatever the ring held of them was taken. */
static void forget(struct state *state)
{
	int i;

	if (!state->has_gone)
		return;
	owners_forget(state->owners, state->is_gone);
	for (i = 0; i < NAMES; i++)
		if (state->is_gone[i]) {
			state->names[i][0] = '\0';
			state->generations[i] = TP_GENERATIONS;
			state->targets[i] = 0;
		}
	memset(state->is_gone, 0, sizeof(state->is_gone));
	state->has_gone = false;
}

/* While it is awake anyway, and before it sleeps. */
static void tell_counts(struct state *state, bool is_last)
{
	struct message message = { .kind = MESSAGE_COUNTS, .counts = owners_counts(state->owners) };
	const int64_t now_ms = clock_monotonic_ms();

	if (!memcmp(&message.counts, &state->told, sizeof(state->told)) ||
	    (!is_last && now_ms - state->told_ms < COUNTS_MS))
		return;
	if (message_send(state->role->supervisor_fd, &message, -1))
		return; /* it has no time; the next has these too */
	state->told = message.counts;
	state->told_ms = now_ms;
}

static void answer_done(struct state *state)
{
	struct message message = { .kind = MESSAGE_DONE, .place = state->drain_due };

	tell_counts(state, true);
	state->drain_due = 0;
	message_send(state->role->supervisor_fd, &message, -1);
}

/* Return: 0 or what keeps it from judging by the options in @fd. */
static int make_firewall(int fd, struct firewall **out, struct error *error)
{
	struct firewall_options options;
	int ret = privacy_wire_unpack(fd, &options);

	if (ret)
		return error_set(error, ret, "it cannot be read: %s", error_text(ret));
	ret = firewall_new(&options, out, error);
	firewall_options_clear(&options);
	return ret;
}

static void receive_privacy(struct state *state, const struct message *message, int fd)
{
	struct message answer = { .kind = MESSAGE_JUDGES, .place = message->place };
	struct firewall *firewall = NULL;
	struct error error = { 0 };

	answer.code = make_firewall(fd, &firewall, &error);
	if (answer.code) { /* what was forbidden before stays so */
		fprintf(stderr, "telprobe: collector: %s\n", error.what);
		snprintf(answer.text, sizeof(answer.text), "%.63s", error.what);
	} else {
		firewall_free(state->next_firewall);
		state->next_firewall = firewall;
		state->has_privacy = true;
	}
	message_send(state->role->supervisor_fd, &answer, -1);
}

static void answer_ended(struct state *state, uint32_t uid, uint32_t number, int code,
			 const char *why)
{
	struct message answer = {
		.kind = MESSAGE_ENDED, .uid = uid, .place = number, .code = code
	};

	if (code)
		snprintf(answer.text, sizeof(answer.text), "%.63s", why);
	message_send(state->role->supervisor_fd, &answer, -1);
}

static void receive_object(struct state *state, const struct message *message)
{
	if (message->object >= NAMES)
		return;
	memcpy(state->names[message->object], message->text, sizeof(message->text));
	state->generations[message->object] = message->place;
	state->targets[message->object] = message->target;
	state->origins[message->object] = (uint32_t)message->number;
}

static void receive_forget(struct state *state, const struct message *message)
{
	state->has_gone = true;
	if (message->object < NAMES)
		state->is_gone[message->object] = true;
}

/* May come while a record waits for the text of its names: nothing here touches a batch. */
static void handle_supervisor(struct state *state, const struct message *message, int fd)
{
	int ret;

	switch (message->kind) {
	case MESSAGE_OBJECT:
		receive_object(state, message);
		break;
	case MESSAGE_FORGET:
		receive_forget(state, message);
		break;
	case MESSAGE_CONSENTED:
		if (owners_allow(state->owners, message->uid, (uint32_t)message->number,
				 message->marked))
			fprintf(stderr,
				"telprobe: collector: no room for another person: nothing of uid "
				"%u is stored\n",
				message->uid);
		break;
	case MESSAGE_WITHOUT:
		owners_without(state->owners, message->uid, (enum tp_category)message->place,
			       message->marked);
		break;
	case MESSAGE_BUILD:
		file_builds_receive(&state->builds, message);
		break;
	case MESSAGE_END:
		ret = owners_owe(state->owners, message->uid, message->place);
		if (ret)
			answer_ended(state, message->uid, message->place, ret < 0 ? ret : 0,
				     "too many people have databases");
		break;
	case MESSAGE_PRIVACY:
		receive_privacy(state, message, fd);
		break;
	case MESSAGE_DRAIN:
		state->drain_due = message->place;
		break;
	case MESSAGE_LIMITS:
		owners_limit(state->owners,
			     &(struct store_limits){ message->number, message->number2 });
		state->has_new_max |= state->names_max != message->place;
		state->names_max = message->place;
		break;
	case MESSAGE_READY:
		state->is_ready |= message->place == (uint32_t)getpid();
		break;
	case MESSAGE_TURNED:
		state->totals.turned_source = (uint64_t)message->number;
		break;
	case MESSAGE_TEXT: /* to a question of the one before, which died */
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

	if (ret > 0)
		handle_supervisor(state, &message, fd);
	else if (ret < 0)
		state->is_alone = true;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int answer_retention(struct state *state, int client, uint32_t uid,
			    const struct control_request *request, struct error *error)
{
	struct owners_kept kept;
	struct control_retention answer = { .kind = CONTROL_IS_RETENTION };
	int ret;

	if (request->uid != CONTROL_OWN && request->uid != uid)
		return error_set(error, -EACCES, "nobody can decide for somebody else");
	ret = owners_retention(state->owners, uid, request->limit, &kept, error);
	if (ret)
		return ret;
	answer.own_days = kept.own_days;
	answer.machine_days = kept.machine_days;
	answer.max_bytes = kept.max_bytes;
	return control_answer(client, &answer, sizeof(answer));
}

/* His sums in the kernel go before his database does: what was stored of them stands there, and
 * without it they would be stored again. */
static int forget_totals(struct state *state, uint32_t uid, bool of_all, struct error *error)
{
	struct pollfd polled = { .fd = state->role->supervisor_fd, .events = POLLIN };
	const int64_t until_ms = clock_monotonic_ms() + ANSWER_MS;
	bool has_asked = false;

	while (totals_schedule_has(&state->totals, uid, of_all)) {
		if (state->is_alone || clock_monotonic_ms() > until_ms) {
			error_set(error, -EBUSY,
				  "nothing is deleted: the sums in the kernel cannot be cleared");
			return error_hint(error, "try again in a moment");
		}
		totals_schedule_clear(&state->totals, &has_asked);
		poll(&polled, 1, CLEARED_MS);
		receive_supervisor(state);
	}
	return 0;
}

/* What yeses that have ended collected goes, also what of it is still in ring and sums. Between
 * batches. */
static void pay(struct state *state)
{
	struct error error;
	uint32_t uid, number;
	int ret;

	while (!state->is_alone && (number = owners_owing(state->owners, &uid))) {
		error = (struct error){ 0 };
		drain(state);
		totals_schedule_take(&state->totals);
		ret = forget_totals(state, uid, false, &error);
		if (!ret)
			ret = owners_pay(state->owners, uid, &error);
		else
			owners_owe(state->owners, uid, 0); /* the supervisor asks again */
		answer_ended(state, uid, number, ret, error.what);
	}
}

/* Return: 0 or negative errno; the number for the end of the answer. */
static int answer_client(struct state *state, int client, int64_t *out_number, struct error *error)
{
	struct control_request request;
	uint32_t peer, uid;
	int ret = control_client(client, state->role->service, &peer);

	if (!ret)
		ret = control_receive(client, &request, error);
	if (ret)
		return ret;
	drain(state); /* nothing of anybody's is in a batch */
	totals_schedule_take_in_time(&state->totals);
	if (request.act == CONTROL_RETENTION)
		return answer_retention(state, client, peer, &request, error);
	if (request.act != CONTROL_ERASE)
		return error_set(error, -EINVAL, "not a request for the collector");
	ret = control_whose(&request, peer, &uid, error);
	if (!ret)
		ret = forget_totals(state, uid, request.of_all, error);
	if (ret)
		return ret;
	return request.of_all ? owners_erase_all(state->owners, peer, out_number, error)
			      : owners_erase(state->owners, uid, peer, out_number, error);
}

/* Who asks is what the kernel says of the client's own socket. */
static void receive_client(struct state *state)
{
	struct message message;
	struct error error = { 0 };
	int64_t number = 0;
	int client = -1, ret;

	if (message_receive(state->role->api_fd, &message, &client) <= 0)
		return;
	if (message.kind != MESSAGE_CLIENT || client < 0) { /* nobody waits for an answer to it */
		if (client >= 0)
			close(client);
		return;
	}
	ret = answer_client(state, client, &number, &error);
	control_answer_end(client, ret, number, error.what, error.hint);
	close(client);
}

/* --- what the rows' collectors ask for ----------------------------------------------------- */

static int source_text(void *data, uint16_t object, uint32_t place, char out[64])
{
	struct message message = { .kind = MESSAGE_ASK_TEXT, .object = object, .place = place };
	struct state *state = data;
	struct pollfd polled = { .fd = state->role->supervisor_fd, .events = POLLIN };
	int64_t until_ms = clock_monotonic_ms() + ANSWER_MS;
	int fd, ret;

	if (message_send(state->role->supervisor_fd, &message, -1))
		return -EPIPE;
	while (!state->is_alone && clock_monotonic_ms() < until_ms) {
		fd = -1;
		poll(&polled, 1, 100);
		ret = message_receive(state->role->supervisor_fd, &message, &fd);
		if (ret < 0)
			state->is_alone = true;
		if (ret > 0 && message.kind != MESSAGE_TEXT)
			handle_supervisor(state, &message, fd);
		if (fd >= 0)
			close(fd);
		if (ret <= 0 || message.kind != MESSAGE_TEXT)
			continue;
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

	/* it was told before the file's first record, maybe since we looked last */
	while (object < NAMES && !state->names[object][0] && receive_supervisor(state) > 0)
		;
	return object < NAMES && state->names[object][0] ? state->names[object] : NULL;
}

static uint32_t source_generation(void *data, uint16_t object)
{
	struct state *state = data;

	source_program(data, object); /* by then it was told */
	return object < NAMES ? state->generations[object] : TP_GENERATIONS;
}

static uint32_t source_target(void *data, uint16_t object)
{
	struct state *state = data;

	source_program(data, object); /* by then it was told */
	return object < NAMES ? state->targets[object] : 0;
}

static const struct collector_build *source_build(void *data, uint16_t object)
{
	source_program(data, object); /* by then it was told */
	return file_builds_find(&((struct state *)data)->builds, object);
}

static struct collector_budget source_budget(void *data, uint16_t object)
{
	const struct state *state = data;

	return (struct collector_budget){
		.origin = object < NAMES && state->origins[object] ? state->origins[object]
								   : COLLECTOR_ORIGIN,
		.names = state->names_max,
	};
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
	bool is_quiet = quiet > NAPS_BEFORE_SLEEP && !state->has_to_clean;
	struct pollfd polled[] = {
		{ .fd = ring_fd(capture_ring(capture)), .events = POLLIN },
		{ .fd = state->role->supervisor_fd, .events = POLLIN },
		{ .fd = state->role->api_fd, .events = POLLIN },
	};

	if (!(is_quiet ? capture_sleep(capture) : capture_nap(capture)))
		usleep(1000);
	else
		poll(polled, 3,
		     is_quiet ? totals_schedule_sleep_ms(&state->totals, SLEEP_MS) : NAP_MS);
	capture_wake(capture);
}

/* Not a record is read before it is known whose may be, and what of it. */
static void hello(struct state *state)
{
	struct pollfd polled = { .fd = state->role->supervisor_fd, .events = POLLIN };
	struct message message = { .kind = MESSAGE_HELLO, .place = (uint32_t)getpid() };

	if (message_send(state->role->supervisor_fd, &message, -1))
		state->is_alone = true;
	while (!state->is_ready && !state->is_alone && !state->is_stopping) {
		poll(&polled, 1, 1000);
		receive_supervisor(state);
	}
	if (state->is_ready && !state->has_privacy) {
		fprintf(stderr, "telprobe: collector: was not told what to keep private\n");
		state->is_alone = true;
	}
}

static void loop(struct state *state)
{
	unsigned int quiet = 0, last;

	hello(state);
	while (!state->is_stopping && !state->is_alone) {
		wait_for_something(state, quiet);
		while (receive_supervisor(state) > 0)
			;
		pay(state);
		quiet = drain(state) ? 0 : quiet + 1;
		totals_schedule_take_in_time(&state->totals);
		if (state->drain_due) {
			drain(state); /* the first may have begun before it was asked for */
			totals_schedule_take(&state->totals);
			forget(state);
			answer_done(state);
		}
		receive_client(state);
		clean(state, quiet >= NAPS_BEFORE_SLEEP);
		tell_counts(state, quiet >= NAPS_BEFORE_SLEEP);
	}
	/* a supervisor that died stops nobody at once: what programs still say until its links end */
	for (last = 0; state->has_privacy && last < LAST_DRAINS && drain(state); last++)
		;
	if (state->is_ready)
		totals_schedule_take(&state->totals);
	tell_counts(state, true);
}

int collector_role_run(void *data)
{
	struct collector_role *role = data;
	struct state *state = calloc(1, sizeof(*state));
	struct owners_options options = { .directory = role->events_directory, .ring = role->ring };
	struct error error = { 0 };
	int ret = -ENOMEM, i;

	if (!state)
		return 1;
	state->role = role;
	state->names_max = COLLECTOR_NAMES;
	file_builds_init(&state->builds);
	capture_only_read(role->capture);
	clock_init(&state->clock, NULL);
	ret = firewall_new(NULL, &state->firewall, &error);
	options.firewall = state->firewall;
	options.source = (struct collector_source){ .data = state,
						    .text = source_text,
						    .program = source_program,
						    .generation = source_generation,
						    .target = source_target,
						    .build = source_build,
						    .budget = source_budget,
						    .utc_us = source_utc_us };
	for (i = 0; i < NAMES; i++)
		state->generations[i] = TP_GENERATIONS;
	if (!ret)
		ret = owners_new(&options, &state->owners, &error);
	if (!ret)
		ret = totals_schedule_open(&state->totals, role->capture, state->owners,
					   role->supervisor_fd, &error);
	if (ret)
		fprintf(stderr, "telprobe: collector: %s\n", error.what);
	else
		loop(state);
	owners_free(state->owners);
	file_builds_clear(&state->builds);
	totals_schedule_close(&state->totals);
	firewall_free(state->next_firewall);
	firewall_free(state->firewall);
	free(state);
	return ret ? 1 : 0;
}
