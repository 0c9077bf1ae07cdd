/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/api.h"
#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/api_connection.h"

enum {
	EVENTS = 64,	      /* of one look at the descriptors */
	ACCEPTS = 8,	      /* at once; who left already is noticed in between */
	TICK_MS = 1000,	      /* how often deadlines are looked at */
	QUEUE_MS = 5,	      /* between two looks whether there is room */
	REST_MS = 1000,	      /* a reader that pauses so long keeps no file open */
	LOG_EVERY_MS = 60000, /* at most one line about files that cannot be read */
};

struct api {
	const struct api_options *options;
	int epoll_fd;
	struct connection *connections;
	int64_t count;
	bool is_listening; /* not while there is no descriptor for another connection */
	bool has_queue;	   /* somebody waits for room at another role */
	bool is_over;
	int64_t ticked_ms;
	int64_t logged_ms; /* 0: never */
};

static int watch(struct api *api, int operation, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };

	return epoll_ctl(api->epoll_fd, operation, fd, &event) ? -errno : 0;
}

static void listen_or_not(struct api *api, bool is_listening)
{
	if (api->is_listening == is_listening)
		return;
	api->is_listening = is_listening;
	watch(api, EPOLL_CTL_MOD, api->options->listen_fd, is_listening ? EPOLLIN : 0, api);
}

static int64_t count_of(const struct api *api, uint32_t uid)
{
	const struct connection *connection;
	int64_t count = 0;

	for (connection = api->connections; connection; connection = connection->next)
		count += connection->uid == uid && connection->state != CONNECTION_OVER;
	return count;
}

/* End the reader that has paused longest, if that is long. @uid: one of its own; NULL: anybody's */
static bool make_room(struct api *api, const uint32_t *uid)
{
	struct connection *connection, *longest = NULL;

	for (connection = api->connections; connection; connection = connection->next)
		if (connection->state == CONNECTION_WAITS && (!uid || connection->uid == *uid) &&
		    (!longest || connection->moved_ms < longest->moved_ms))
			longest = connection;
	if (!longest || clock_monotonic_ms() - longest->moved_ms < API_IDLE_MS)
		return false;
	longest->state = CONNECTION_OVER;
	api->count--;
	return true;
}

static bool has_place(struct api *api, uint32_t uid)
{
	const struct api_options *options = api->options;
	int64_t places = options->connections_max + (uid ? 0 : API_ROOT_PLACES);

	if (uid && count_of(api, uid) >= options->connections_max_user && !make_room(api, &uid))
		return false;
	return api->count < places || make_room(api, NULL);
}

static void take_client(struct api *api, int fd)
{
	struct connection *connection;
	uint32_t uid;

	if (control_peer(fd, &uid, NULL)) {
		close(fd);
		return;
	}
	connection = has_place(api, uid) ? connection_new(fd, uid, clock_monotonic_ms()) : NULL;
	if (!connection || watch(api, EPOLL_CTL_ADD, fd, EPOLLIN, connection)) {
		control_answer_end(fd, -EBUSY, 0, "the service has too many connections",
				   "end one of them, or try again in a moment");
		if (connection)
			connection_free(connection);
		else
			close(fd);
		return;
	}
	connection->polled = EPOLLIN;
	connection->next = api->connections;
	api->connections = connection;
	api->count++;
}

static void accept_clients(struct api *api)
{
	int i, fd;

	for (i = 0; i < ACCEPTS; i++) {
		fd = accept4(api->options->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			take_client(api, fd);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			listen_or_not(api, false); /* until a connection or a tick is over */
		return;
	}
}

static void note_trouble(struct api *api, struct connection *connection, int64_t now)
{
	if (!connection->has_troubled)
		return;
	connection->has_troubled = false;
	if (api->logged_ms && now - api->logged_ms < LOG_EVERY_MS)
		return;
	api->logged_ms = now;
	fprintf(stderr, "telprobe: api: %s\n", connection->trouble.what);
}

static void handle(struct api *api, struct connection *connection, uint32_t events)
{
	if (connection->state == CONNECTION_OVER)
		return;
	if (connection->state == CONNECTION_ASKS && events & EPOLLIN) {
		connection->moved_ms = clock_monotonic_ms();
		connection_receive(connection, api->options);
	} else if (events & (EPOLLHUP | EPOLLERR)) {
		connection->state = CONNECTION_OVER;
	} else if (events & EPOLLOUT && connection->state == CONNECTION_WAITS) {
		connection->state = CONNECTION_RUNS;
	}
	if (connection->state == CONNECTION_OVER)
		api->count--;
}

/* One turn for each that has something to do. Return: whether anyone has more. */
static bool run(struct api *api)
{
	struct connection *connection;
	bool has_more = false;
	int64_t now;

	api->has_queue = false;
	for (connection = api->connections; connection; connection = connection->next) {
		if (connection->state == CONNECTION_QUEUES) {
			connection_queue(connection, api->options);
			api->has_queue |= connection->state == CONNECTION_QUEUES;
			api->count -= connection->state == CONNECTION_OVER;
			continue;
		}
		if (connection->state != CONNECTION_RUNS)
			continue;
		now = clock_monotonic_ms();
		if (connection_go_on(connection, api->options))
			connection->moved_ms = now;
		note_trouble(api, connection, now);
		has_more |= connection->state == CONNECTION_RUNS;
		if (connection->state == CONNECTION_OVER)
			api->count--;
	}
	return has_more;
}

/* Free those that are over, and wait for what the others wait for. */
static void sweep(struct api *api)
{
	struct connection **place = &api->connections, *connection;
	uint32_t wanted;

	while ((connection = *place)) {
		if (connection->state == CONNECTION_OVER) {
			*place = connection->next;
			/* not by closing alone: the socket may live on where it was handed */
			watch(api, EPOLL_CTL_DEL, connection->fd, 0, NULL);
			connection_free(connection);
			listen_or_not(api, true);
			continue;
		}
		wanted = connection->state == CONNECTION_ASKS	 ? EPOLLIN
			 : connection->state == CONNECTION_WAITS ? EPOLLOUT
								 : 0;
		if (wanted != connection->polled &&
		    !watch(api, EPOLL_CTL_MOD, connection->fd, wanted, connection))
			connection->polled = wanted;
		place = &connection->next;
	}
}

static void expire(struct api *api, struct connection *connection, int64_t quiet_ms)
{
	if (connection->state == CONNECTION_QUEUES && quiet_ms >= API_IDLE_MS)
		connection_refuse(connection, -EBUSY, "the service has too much to do just now",
				  "try again in a moment");
	else if (connection->state == CONNECTION_ASKS && quiet_ms >= API_IDLE_MS)
		connection_refuse(connection, -ETIMEDOUT, "no request came for 10 seconds", "");
	else if (connection->state == CONNECTION_WAITS && quiet_ms >= API_PAUSE_MS)
		connection->state = CONNECTION_OVER;
	else if (connection->state == CONNECTION_WAITS && quiet_ms >= REST_MS)
		connection_rest(connection);
	else
		return;
	if (connection->state == CONNECTION_OVER)
		api->count--;
}

static void tick(struct api *api)
{
	struct connection *connection;
	int64_t now = clock_monotonic_ms();

	if (now - api->ticked_ms < TICK_MS)
		return;
	api->ticked_ms = now;
	for (connection = api->connections; connection; connection = connection->next)
		if (connection->state != CONNECTION_OVER)
			expire(api, connection, now - connection->moved_ms);
	listen_or_not(api, true);
}

static int loop(struct api *api)
{
	struct epoll_event events[EVENTS];
	bool has_more = false;
	int i, count, wait_ms;

	while (!api->is_over) {
		wait_ms = has_more				   ? 0
			  : api->has_queue			   ? QUEUE_MS
			  : api->connections || !api->is_listening ? TICK_MS
								   : -1;
		count = epoll_wait(api->epoll_fd, events, EVENTS, wait_ms);
		if (count < 0 && errno != EINTR)
			return -errno;
		for (i = 0; i < count; i++) {
			if (events[i].data.ptr == api)
				accept_clients(api);
			else if (events[i].data.ptr == api->options)
				api->is_over = true;
			else
				handle(api, events[i].data.ptr, events[i].events);
		}
		tick(api);
		has_more = run(api);
		sweep(api);
	}
	return 0;
}

int api_run(const struct api_options *options)
{
	struct api api = { .options = options,
			   .is_listening = true,
			   .ticked_ms = clock_monotonic_ms() };
	struct connection *connection;
	int ret;

	api.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (api.epoll_fd < 0)
		return -errno;
	/* epoll told of a client that may be gone when it is accepted */
	ret = fcntl(options->listen_fd, F_SETFL, O_NONBLOCK) ? -errno : 0;
	if (!ret)
		ret = watch(&api, EPOLL_CTL_ADD, options->supervisor_fd, EPOLLIN, (void *)options);
	if (!ret)
		ret = watch(&api, EPOLL_CTL_ADD, options->listen_fd, EPOLLIN, &api);
	if (!ret)
		ret = loop(&api);
	while ((connection = api.connections)) {
		api.connections = connection->next;
		connection_free(connection);
	}
	close(api.epoll_fd);
	return ret;
}
