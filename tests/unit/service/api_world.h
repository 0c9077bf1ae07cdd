/* SPDX-License-Identifier: GPL-2.0-only */
/* api_world.h - an api in a process of its own, its socket and databases in a directory of the
 * test; people as processes of their uids. Only root can be several people. */
#ifndef TESTS_UNIT_SERVICE_API_WORLD_H
#define TESTS_UNIT_SERVICE_API_WORLD_H

#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "service/api.h"
#include "service/client.h"
#include "service/messages.h"
#include "unit/store/fixture.h"

enum { ALICE = 65534, BOB = 65533, NOBODY_YET = 65532 };

enum { CONNECTIONS = 64, CONNECTIONS_USER = 16 };

struct world {
	struct fixture *fixture;
	char socket[100];
	char events[128];
	int supervisor_fd, collector_fd; /* the other ends */
	int other_supervisor_fd, other_collector_fd, listen_fd;
	pid_t api;
};

static inline char *events_of(const struct world *world, uint32_t uid)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%u.db", world->events, uid);
	return path;
}

/* @count events of the program @app: spans, a tag each tenth, an exit with resources each 25th. */
static inline void world_fill(struct world *world, uint32_t uid, const char *app, int count)
{
	static const uint8_t types[] = { TP_SPAN, TP_TAG, TP_EXIT };
	const struct store_resources resources = { 5, 6, 7, 8 };
	struct fixture *fixture = world->fixture;
	struct error *error = &fixture->error;
	struct store_session session;
	struct store *store;
	int64_t app_id, name, context, series[3];
	int i;

	assert_ok(fixture, store_open(events_of(world, uid), STORE_WRITE, uid, &store, error));
	assert_ok(fixture, store_begin(store, error));
	assert_ok(fixture, store_name(store, app, &app_id, error));
	assert_ok(fixture, store_name(store, "think-hard", &name, error));
	for (i = 0; i < 3; i++) {
		const struct store_series kind = { .app = app_id,
						   .type = types[i],
						   .name = { name, i == 1 ? name : 0 } };

		assert_ok(fixture, store_series(store, &kind, &series[i], error));
	}
	assert_ok(fixture, store_session(store, app_id, 0, NOON_US, &session, error));
	assert_ok(fixture, store_context(store, session.id, 7, &context, error));
	for (i = 0; i < count; i++) {
		const struct store_event event = {
			.time_us = NOON_US + i * 1000,
			.context = context,
			.series = series[i % 25 == 0 ? 2 : i % 10 == 0],
			.value = i,
			.span = (uint32_t)i + 1,
			.resources = i % 25 ? NULL : &resources,
		};

		assert_ok(fixture, store_add(store, &event, error));
		session.last_us = event.time_us;
	}
	assert_ok(fixture, store_session_extend(store, &session, error));
	assert_ok(fixture, store_commit(store, NULL, 0, 0, error));
	store_close(store);
}

static inline int world_listen(const struct world *world)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", world->socket);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(world->socket, 0666), 0);
	assert_int_equal(listen(fd, 1024), 0);
	return fd;
}

static inline int world_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	int supervisor[2], collector[2];
	void *fixture;

	if (!world || fixture_setup(&fixture))
		return -1;
	world->fixture = fixture;
	*state = world;
	chmod(world->fixture->directory, 0755);
	snprintf(world->socket, sizeof(world->socket), "%s/control", world->fixture->directory);
	snprintf(world->events, sizeof(world->events), "%s/events", world->fixture->directory);
	if (mkdir(world->events, 0700) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, supervisor) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, collector))
		return -1;
	world->supervisor_fd = supervisor[0];
	world->collector_fd = collector[0];
	world->other_supervisor_fd = supervisor[1];
	world->other_collector_fd = collector[1];
	world->listen_fd = world_listen(world);
	return 0;
}

/* The databases are there before: a process that forks must not hold one open. */
static inline void world_start(struct world *world)
{
	const struct api_options options = {
		.listen_fd = world->listen_fd,
		.supervisor_fd = world->other_supervisor_fd,
		.collector_fd = world->other_collector_fd,
		.events_directory = world->events,
		.connections_max = CONNECTIONS,
		.connections_max_user = CONNECTIONS_USER,
	};

	world->api = fork();
	assert_true(world->api >= 0);
	if (!world->api) {
		close(world->supervisor_fd);
		close(world->collector_fd);
		exit(api_run(&options) ? 1 : 0); /* a sanitizer looks for leaks at exit */
	}
	close(world->other_supervisor_fd);
	close(world->other_collector_fd);
	close(world->listen_fd);
}

/* The api must still be there, and must end, in order, when its supervisor does. */
static inline int world_teardown(void **state)
{
	struct world *world = *state;
	int status = 0, ret = 0;
	char command[256];
	void *fixture = world->fixture;

	close(world->supervisor_fd);
	close(world->collector_fd);
	if (world->api && (waitpid(world->api, &status, 0) != world->api || status))
		ret = -1;
	snprintf(command, sizeof(command), "rm -rf '%s'", world->events);
	if (system(command))
		ret = -1;
	fixture_teardown(&fixture);
	free(world);
	return ret;
}

/* Run @act as @uid; it returns 0 or the line where it found something wrong. */
static inline int as(uint32_t uid, struct world *world, int (*act)(struct world *world))
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(255);
		_exit(act(world) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* In such a process cmocka has no say. */
#define CHECK(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			return __LINE__;                                                \
		}                                                                       \
	} while (0)

/* A client without manners: connected, nothing sent. -1 if that fails */
static inline int rude_connect(const struct world *world)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval timeout = { .tv_sec = 20 };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", world->socket);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

struct answer { /* what came until the end */
	int64_t rows, totals, bytes;
	int code;	/* of the end; 1: there was none */
	bool has_words; /* "alice" stood somewhere */
	struct control_end end;
};

static inline void rude_read(int fd, struct answer *answer)
{
	static char message[CONTROL_ANSWER * 2];
	struct control_rows header;
	ssize_t got;

	memset(answer, 0, sizeof(*answer));
	answer->code = 1;
	for (;;) {
		got = recv(fd, message, sizeof(message), 0);
		if (got < 0 && errno == ECONNRESET)
			got = recv(fd, message, sizeof(message), 0);
		if (got < (ssize_t)sizeof(header))
			return;
		memcpy(&header, message, sizeof(header));
		answer->bytes += got;
		answer->has_words |= memmem(message, (size_t)got, "alice", 5) != NULL;
		if (header.kind == CONTROL_IS_ROWS)
			answer->rows += header.count;
		else if (header.kind == CONTROL_IS_TOTALS)
			answer->totals++;
		else if (header.kind == CONTROL_END && got == sizeof(answer->end)) {
			memcpy(&answer->end, message, sizeof(answer->end));
			answer->code = answer->end.code;
			return;
		}
	}
}

static inline void rude_call(const struct world *world, const void *bytes, size_t count,
			     struct answer *answer)
{
	int fd = rude_connect(world);

	memset(answer, 0, sizeof(*answer));
	answer->code = 1;
	if (fd < 0)
		return;
	if (send(fd, bytes, count, MSG_NOSIGNAL) == (ssize_t)count)
		rude_read(fd, answer);
	close(fd);
}

static inline struct control_request request_for(uint32_t act)
{
	return (struct control_request){ .version = CONTROL_VERSION,
					 .act = act,
					 .uid = CONTROL_OWN };
}

static inline int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

enum { MANY = 20000, FEW = 300 };

static inline int start_with_many(void **state)
{
	int ret = world_setup(state);

	world_fill(*state, getuid(), "own-app", MANY);
	world_start(*state);
	return ret;
}

static inline int start_with_people(void **state)
{
	int ret = world_setup(state);

	world_fill(*state, ALICE, "alice-app", FEW);
	world_fill(*state, BOB, "bob-app", FEW / 2);
	world_start(*state);
	return ret;
}

#define WITH_MANY(name)	  cmocka_unit_test_setup_teardown(name, start_with_many, world_teardown)
#define WITH_PEOPLE(name) cmocka_unit_test_setup_teardown(name, start_with_people, world_teardown)
#define STARTS(name)	  cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

#endif
