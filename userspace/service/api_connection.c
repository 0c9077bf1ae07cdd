/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/api_connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/api_sums.h"
#include "service/messages.h"
#include "service/owner_files.h"
#include "service/rows_wire.h"

struct connection *connection_new(int fd, uint32_t uid, int64_t now_ms)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->fd = fd;
	connection->uid = uid;
	connection->moved_ms = now_ms;
	return connection;
}

void connection_rest(struct connection *connection)
{
	store_close(connection->store);
	connection->store = NULL;
	if (connection->people)
		api_people_rest(connection->people);
}

void connection_free(struct connection *connection)
{
	connection_rest(connection);
	store_walk_free(connection->walk);
	api_sums_free(connection->sums);
	api_people_free(connection->people);
	free(connection->message);
	if (!connection->is_handed_on) /* closed with something unread, it would be reset */
		recv(connection->fd, &connection->request, 0, MSG_DONTWAIT);
	close(connection->fd);
	free(connection);
}

void connection_refuse(struct connection *connection, int code, const char *what, const char *hint)
{
	control_answer_end(connection->fd, code, 0, what, hint);
	connection->state = CONNECTION_OVER;
}

/* The end goes out when everything before it has. */
static void end_with(struct connection *connection, int code, const char *what, const char *hint)
{
	control_end_set(&connection->end, code, 0, what, hint);
	connection->has_end = true;
}

/* What a person can do about a file of the service is nothing; its log says what was wrong. */
static void end_in_trouble(struct connection *connection, const struct error *error)
{
	char what[CONTROL_TEXT];

	if (error->code == -ESTALE || error->code == -EOVERFLOW) {
		end_with(connection, error->code, error->what, error->hint);
		return;
	}
	connection->has_troubled = true;
	connection->trouble = *error;
	snprintf(what, sizeof(what), "the service cannot read the events: %s",
		 error_text(error->code));
	end_with(connection, error->code, what,
		 "the service's log says more: journalctl -u telprobe");
}

/* Everything was read, or @ret says why not. */
static void end_reading(struct connection *connection, int ret, const struct error *error)
{
	if (ret)
		end_in_trouble(connection, error);
	else
		end_with(connection, 0, NULL, NULL);
}

/* Return: 1 open; 0 there is nothing; negative errno. */
static int open_store(struct connection *connection, const struct api_options *options,
		      struct error *error)
{
	if (connection->store)
		return 1;
	return owner_files_open(options->events_directory, connection->whose, &connection->store,
				error);
}

static struct store_filter filter_of(struct connection *connection)
{
	const struct control_request *request = &connection->request;

	connection->cursor = request->cursor;
	return (struct store_filter){
		.since_us = request->since_us,
		.until_us = request->until_us,
		.types = request->types,
		.context = request->context,
		.limit = request->limit,
		.with_sequence = request->with_sequence,
		.cursor = request->is_followed ? &connection->cursor : NULL,
	};
}

static void begin_people(struct connection *connection, const struct api_options *options)
{
	const struct store_filter filter = filter_of(connection);
	struct error error = { 0 };
	int ret;

	connection->message = malloc(CONTROL_ANSWER);
	ret = connection->message
		      ? api_people_new((enum control_act)connection->request.act,
				       options->events_directory, &filter,
				       connection->request.of_all ? NULL : &connection->whose,
				       &connection->people, &error)
		      : error_set(&error, -ENOMEM, "out of memory");
	if (ret)
		end_in_trouble(connection, &error);
}

static void begin_rows(struct connection *connection)
{
	const struct store_filter filter = filter_of(connection);
	struct error error = { 0 };

	connection->message = malloc(CONTROL_ANSWER);
	if (!connection->message || store_walk_new(&filter, &connection->walk, &error))
		end_with(connection, -ENOMEM, "the service has no memory left", "try again");
}

static void begin_sums(struct connection *connection, const struct api_options *options)
{
	const struct control_request *request = &connection->request;
	const struct store_sum_filter filter = { .since_us = request->since_us,
						 .until_us = request->until_us };
	struct error error = { 0 };
	int ret;

	connection->message = malloc(CONTROL_ANSWER);
	ret = connection->message ? api_sums_new(options->events_directory,
						 request->of_all ? NULL : &connection->whose,
						 &filter, &connection->sums, &error)
				  : error_set(&error, -ENOMEM, "out of memory");
	if (ret)
		end_in_trouble(connection, &error);
}

static void answer_totals(struct connection *connection, const struct api_options *options)
{
	struct store_totals totals = { 0 };
	struct control_totals answer;
	struct error error = { 0 };
	int ret = open_store(connection, options, &error);

	if (ret > 0)
		ret = store_totals(connection->store, &totals, &error);
	connection_rest(connection);
	if (ret < 0) {
		end_in_trouble(connection, &error);
		return;
	}
	answer = api_people_totals(&totals);
	if (control_answer(connection->fd, &answer, sizeof(answer)))
		connection->state = CONNECTION_OVER; /* the first message always has room */
	end_with(connection, 0, NULL, NULL);
}

/* The client's own socket goes to who may do it; whose it is can be seen there. */
static void hand_on(struct connection *connection, int to)
{
	struct message message = { .kind = MESSAGE_CLIENT,
				   .uid = connection->uid,
				   .request = connection->request };
	int ret;

	ret = to < 0 ? -EPIPE : message_send(to, &message, connection->fd);

	connection->is_handed_on = !ret;
	if (!ret)
		connection->state = CONNECTION_OVER;
	else if (ret == -EAGAIN)
		connection->state = CONNECTION_QUEUES;
	else if (ret == -EPIPE)
		connection_refuse(connection, -ECONNREFUSED,
				  "the part of the service that does this is not running",
				  "it is started again within a minute; if not: journalctl -u "
				  "telprobe");
	else
		connection_refuse(connection, -EBUSY, "the service has too much to do just now",
				  "try again in a moment");
}

void connection_queue(struct connection *connection, const struct api_options *options)
{
	const uint32_t act = connection->request.act;

	hand_on(connection, act == CONTROL_ERASE || act == CONTROL_RETENTION
				    ? options->collector_fd
				    : options->supervisor_fd);
}

static void begin_answer(struct connection *connection, const struct api_options *options)
{
	struct error error;

	if (control_whose(&connection->request, connection->uid, &connection->whose, &error)) {
		connection_refuse(connection, error.code, error.what, error.hint);
		return;
	}
	connection->state = CONNECTION_RUNS;
	if (api_people_answers(&connection->request)) {
		begin_people(connection, options);
		return;
	}
	switch ((enum control_act)connection->request.act) {
	case CONTROL_ROWS:
		begin_rows(connection);
		break;
	case CONTROL_TOTALS:
		answer_totals(connection, options);
		break;
	case CONTROL_STATUS:
	case CONTROL_DECIDE:
	case CONTROL_DECISIONS:
	case CONTROL_TARGETS:
	case CONTROL_RELOAD:
	case CONTROL_SUSPEND:
		hand_on(connection, options->supervisor_fd);
		break;
	case CONTROL_ERASE:
	case CONTROL_RETENTION:
		hand_on(connection, options->collector_fd);
		break;
	case CONTROL_SUMS:
		begin_sums(connection, options);
		break;
	case CONTROL_OWNERS: /* api_people's */
	case CONTROL_ERASURES:
	case CONTROL_ACTS:
		break;
	}
}

/* Only looked at: who carries a change out reads it from the client's socket himself, so that this
 * role can withhold a request but word none. */
void connection_receive(struct connection *connection, const struct api_options *options)
{
	struct iovec part = { &connection->request, sizeof(connection->request) };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	struct error error;
	ssize_t got;

	/* Without room for them the kernel closes descriptors that come along, and says so. */
	got = recvmsg(connection->fd, &header, MSG_DONTWAIT | MSG_TRUNC | MSG_PEEK);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (header.msg_flags & MSG_CTRUNC && got >= 0)
		connection_refuse(connection, -EPROTO,
				  "the request is malformed: a descriptor "
				  "came with it",
				  "");
	else if (got <= 0)
		connection->state = CONNECTION_OVER;
	else if (control_check(&connection->request, (size_t)got, &error))
		connection_refuse(connection, error.code, error.what, error.hint);
	else
		begin_answer(connection, options);
}

static int pack(const struct store_row *row, void *data)
{
	struct connection *connection = data;
	struct control_rows header;
	ssize_t bytes;

	if (!connection->used)
		connection->used = sizeof(header);
	bytes = rows_pack(connection->store, row, connection->message + connection->used,
			  CONTROL_ANSWER - connection->used);
	if (bytes <= 0) /* there is room for any row */
		return error_set(&connection->trouble, -EBADMSG, "a row of uid %u is damaged",
				 connection->whose);
	connection->used += (size_t)bytes;
	memcpy(&header, connection->message, sizeof(header));
	header.count = header.kind == CONTROL_IS_ROWS ? header.count + 1 : 1;
	header.kind = CONTROL_IS_ROWS;
	memcpy(connection->message, &header, sizeof(header));
	return CONTROL_ANSWER - connection->used < ROWS_ROW_MAX;
}

/* Where the next look of a follower begins; a file that is gone was erased. */
static int follow_on(struct connection *connection, struct error *error)
{
	if (!connection->store && store_cursor_has_passed(&connection->cursor))
		return error_set(error, -ESTALE, "the events were deleted");
	connection->has_cursor = true;
	return 0;
}

static void read_slice(struct connection *connection, const struct api_options *options)
{
	struct error error = { 0 };
	int ret = open_store(connection, options, &error);

	memset(connection->message, 0, sizeof(struct control_rows));
	if (!ret && connection->has_begun)
		ret = error_set(&error, -ESTALE, "the events were deleted while they were read");
	connection->has_begun = true;
	if (ret > 0) {
		connection->trouble.code = 0;
		ret = store_walk_slice(connection->walk, connection->store, API_SLICE_US, pack,
				       connection, &error);
		if (ret < 0 && connection->trouble.code)
			error = connection->trouble;
	}
	if (ret > 0)
		return;
	if (!ret && connection->request.is_followed)
		ret = follow_on(connection, &error);
	store_walk_free(connection->walk);
	connection->walk = NULL;
	connection_rest(connection);
	end_reading(connection, ret, &error);
}

static void read_sums(struct connection *connection)
{
	struct error error = { 0 };
	int ret = api_sums_slice(connection->sums, connection->message, &connection->used, &error);

	if (ret > 0)
		return;
	api_sums_free(connection->sums);
	connection->sums = NULL;
	end_reading(connection, ret, &error);
}

static void read_people(struct connection *connection)
{
	struct error error = { 0 };
	int ret = api_people_slice(connection->people, API_SLICE_US, connection->message,
				   &connection->used, &error);

	if (ret > 0)
		return;
	api_people_free(connection->people);
	connection->people = NULL;
	end_reading(connection, ret, &error);
}

/* Return: whether it went out. */
static bool try_to_send(struct connection *connection, const void *message, size_t bytes)
{
	int ret = control_answer(connection->fd, message, bytes);

	if (ret)
		connection->state = ret == -EAGAIN ? CONNECTION_WAITS : CONNECTION_OVER;
	return !ret;
}

static bool send_cursor(struct connection *connection)
{
	const struct control_cursor answer = { .kind = CONTROL_IS_CURSOR,
					       .cursor = connection->cursor };

	return try_to_send(connection, &answer, sizeof(answer));
}

bool connection_go_on(struct connection *connection, const struct api_options *options)
{
	bool is_sent = false;

	connection->state = CONNECTION_RUNS;
	if (!connection->used && connection->walk && !connection->has_end)
		read_slice(connection, options);
	if (!connection->used && connection->people && !connection->has_end)
		read_people(connection);
	if (!connection->used && connection->sums && !connection->has_end)
		read_sums(connection);
	if (connection->used) {
		is_sent = try_to_send(connection, connection->message, connection->used);
		if (!is_sent)
			return false;
		connection->used = 0;
	}
	if (!connection->has_end)
		return is_sent;
	if (connection->has_cursor) {
		if (!send_cursor(connection))
			return false;
		connection->has_cursor = false;
	}
	if (try_to_send(connection, &connection->end, sizeof(connection->end)))
		connection->state = CONNECTION_OVER;
	return true;
}
