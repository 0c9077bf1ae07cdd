/* SPDX-License-Identifier: GPL-2.0-only */
/* The api with many clients, slow ones, and those whose wish another role carries out. */
#include <poll.h>

#include "api_world.h"

/* --- many and slow clients ---------------------------------------------------------------- */

/* How many of @fds have something to read, waited for until it is @wanted. */
static int readable(struct pollfd *fds, int count, int wanted)
{
	int64_t until_ms = now_ms() + 20000;
	int found;

	do
		found = poll(fds, (nfds_t)count, 0);
	while (found < wanted && now_ms() < until_ms && !usleep(10000));
	return found;
}

static int holds_a_thousand(struct world *world)
{
	static struct pollfd fds[1000];
	struct control_request request = request_for(CONTROL_ROWS);
	struct answer answer;
	int i, kept = 0;

	for (i = 0; i < 1000; i++) {
		fds[i] = (struct pollfd){ .fd = rude_connect(world), .events = POLLIN };
		CHECK(fds[i].fd >= 0);
	}
	CHECK(readable(fds, 1000, 1000 - CONNECTIONS_USER) == 1000 - CONNECTIONS_USER);
	for (i = 0; i < 1000; i++) {
		bool is_refused = fds[i].revents != 0;

		send(fds[i].fd, &request, sizeof(request), MSG_NOSIGNAL);
		rude_read(fds[i].fd, &answer);
		CHECK(answer.code == (is_refused ? -EBUSY : 0));
		CHECK(answer.rows == (is_refused ? 0 : FEW / 2));
		kept += !is_refused;
	}
	CHECK(kept == CONNECTIONS_USER);
	for (i = 0; i < 1000; i++)
		close(fds[i].fd);
	rude_call(world, &request, sizeof(request), &answer);
	CHECK(answer.code == 0);
	return 0;
}

static void thousand_connections_keep_to_their_limit(void **state)
{
	if (getuid()) {
		print_message("only root can be another, whom the limit binds\n");
		skip();
	}
	assert_int_equal(as(BOB, *state, holds_a_thousand), 0);
}

static void root_has_places_of_its_own(void **state)
{
	static struct pollfd fds[CONNECTIONS * 2];
	const int kept = CONNECTIONS + API_ROOT_PLACES, count = CONNECTIONS * 2;
	struct world *world = *state;
	int i;

	if (getuid()) {
		print_message("only root has them\n");
		skip();
	}
	for (i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = rude_connect(world), .events = POLLIN };
	assert_int_equal(readable(fds, count, count - kept), count - kept);
	for (i = 0; i < count; i++)
		close(fds[i].fd);
}

/* Whether the api has a database open. */
static bool has_file_open(const struct world *world)
{
	char directory[64], path[320], target[512];
	struct dirent *entry;
	bool is_open = false;
	DIR *fds;
	ssize_t length;

	snprintf(directory, sizeof(directory), "/proc/%d/fd", (int)world->api);
	fds = opendir(directory);
	assert_non_null(fds);
	while ((entry = readdir(fds))) {
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		if (length > 0)
			is_open |= memmem(target, (size_t)length, ".db", 3) != NULL;
	}
	closedir(fds);
	return is_open;
}

static void await_closed_file(const struct world *world)
{
	int64_t until_ms = now_ms() + 10000;

	while (has_file_open(world) && now_ms() < until_ms)
		usleep(20000);
	assert_false(has_file_open(world));
}

/* One that asks and does not read; answered so far as the socket holds. */
static int slow_reader(struct world *world)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct pollfd polled = { .fd = rude_connect(world), .events = POLLIN };

	assert_int_equal(send(polled.fd, &request, sizeof(request), 0), sizeof(request));
	assert_int_equal(poll(&polled, 1, 10000), 1);
	return polled.fd;
}

static void slow_reader_keeps_nobody_waiting(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct world *world = *state;
	int i, slow[8];
	struct answer answer;
	int64_t from_ms = now_ms();

	for (i = 0; i < 8; i++)
		slow[i] = slow_reader(world);
	for (i = 0; i < 5; i++) {
		rude_call(world, &request, sizeof(request), &answer);
		assert_int_equal(answer.code, 0);
		assert_int_equal(answer.rows, MANY);
	}
	assert_true(now_ms() - from_ms < 10000);
	await_closed_file(world);
	for (i = 0; i < 8; i++) {
		rude_read(slow[i], &answer);
		assert_int_equal(answer.code, 0);
		assert_int_equal(answer.rows, MANY);
		close(slow[i]);
	}
}

/* What is erased while a reader pauses is gone: it hears so and sees no more of it. */
static void erased_while_a_reader_pauses_is_gone(void **state)
{
	struct world *world = *state;
	int fd = slow_reader(world);
	char path[300];
	struct answer answer;

	await_closed_file(world);
	snprintf(path, sizeof(path), "%s", events_of(world, getuid()));
	assert_int_equal(unlink(path), 0);
	strncat(path, "-wal", 5);
	unlink(path);
	memcpy(path + strlen(path) - 4, "-shm", 4);
	unlink(path);
	rude_read(fd, &answer);
	assert_int_equal(answer.code, -ESTALE);
	assert_true(answer.rows < MANY / 2);
	close(fd);
	fd = slow_reader(world);
	rude_read(fd, &answer);
	assert_int_equal(answer.code, 0);
	assert_int_equal(answer.rows, 0);
	close(fd);
}

static void new_events_do_not_disturb_a_reader(void **state)
{
	struct world *world = *state;
	int fd = slow_reader(world);
	struct answer answer;

	await_closed_file(world);
	world_fill(world, getuid(), "own-app", FEW);
	rude_read(fd, &answer);
	assert_int_equal(answer.code, 0);
	assert_in_range(answer.rows, MANY, MANY + FEW);
	close(fd);
}

/* A client that neither asks nor leaves; takes API_IDLE_MS. */
static void silent_client_is_ended(void **state)
{
	struct world *world = *state;
	int fd;
	struct answer answer;
	int64_t from_ms = now_ms();

	if (!getenv("FULL") || strcmp(getenv("FULL"), "1")) {
		print_message("takes 10 seconds: FULL=1\n");
		skip();
	}
	fd = rude_connect(world);
	rude_read(fd, &answer);
	assert_int_equal(answer.code, -ETIMEDOUT);
	assert_in_range(now_ms() - from_ms, API_IDLE_MS - 1000, API_IDLE_MS + 3000);
	close(fd);
}

/* --- what others do ----------------------------------------------------------------------- */

/* The next message of the api, waited for. */
static void receive_handed(int from, struct message *message, int *out_fd)
{
	int64_t until_ms = now_ms() + 5000;
	int ret;

	do
		ret = message_receive(from, message, out_fd);
	while (!ret && now_ms() < until_ms && !usleep(1000));
	assert_int_equal(ret, 1);
	assert_true(*out_fd >= 0);
}

static void changes_are_handed_on_with_the_socket(void **state)
{
	struct world *world = *state;
	struct message message;
	struct answer answer;
	uint32_t act, uid;
	int32_t pid;
	int fd, client, from;

	for (act = CONTROL_STATUS; act < CONTROL_ACTS; act++) {
		struct control_request request = request_for(act);

		if (act == CONTROL_OWNERS || act == CONTROL_SUMS || act == CONTROL_ERASURES)
			continue; /* no change */
		from = act == CONTROL_ERASE || act == CONTROL_RETENTION ? world->collector_fd
									: world->supervisor_fd;
		snprintf(request.target, sizeof(request.target), "target-%u", act);
		client = rude_connect(world);
		assert_int_equal(send(client, &request, sizeof(request), 0), sizeof(request));
		receive_handed(from, &message, &fd);
		assert_int_equal(message.kind, MESSAGE_CLIENT);
		assert_memory_equal(&message.request, &request, sizeof(request));
		assert_int_equal(control_peer(fd, &uid, &pid), 0);
		assert_int_equal(uid, getuid());
		assert_int_equal(pid, getpid());
		assert_int_equal(control_answer_end(fd, -EDOM, 5, "no such thing", "none"), 0);
		close(fd);
		rude_read(client, &answer);
		assert_int_equal(answer.code, -EDOM);
		assert_int_equal(answer.end.number, 5);
		assert_string_equal(answer.end.what, "no such thing");
		close(client);
	}
}

static int hands_on(struct world *world)
{
	struct control_request request = request_for(CONTROL_ERASE);
	struct answer answer;

	rude_call(world, &request, sizeof(request), &answer);
	return answer.code != -EALREADY;
}

/* The kernel's word about a socket that was handed on is about the client, not the api. */
static void peer_of_a_handed_socket_is_the_client(void **state)
{
	struct world *world = *state;
	struct message message;
	uint32_t uid;
	int fd, status;
	pid_t child;

	if (getuid()) {
		print_message("only root can be somebody else\n");
		skip();
	}
	child = fork();
	if (!child)
		_exit(as(BOB, world, hands_on));
	receive_handed(world->collector_fd, &message, &fd);
	assert_int_equal(control_peer(fd, &uid, NULL), 0);
	assert_int_equal(uid, BOB);
	control_answer_end(fd, -EALREADY, 0, "done before", "");
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void collector_that_is_gone_is_told(void **state)
{
	struct control_request request = request_for(CONTROL_ERASE);
	struct world *world = *state;
	struct answer answer;

	close(world->collector_fd);
	world->collector_fd = -1;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, -ECONNREFUSED);
	request.act = CONTROL_ROWS;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
}

static void supervisor_that_does_not_read_is_told(void **state)
{
	struct control_request request = request_for(CONTROL_STATUS);
	struct world *world = *state;
	struct answer answer;
	int i, fds[700], told = 0;

	for (i = 0; i < 700; i++) {
		fds[i] = rude_connect(world);
		send(fds[i], &request, sizeof(request), MSG_NOSIGNAL);
		if (i % 32 == 31)
			usleep(10000);
	}
	rude_read(fds[699], &answer);
	assert_int_equal(answer.code, -EBUSY); /* those that wait keep their places so long */
	sleep(API_IDLE_MS / 1000 + 2);
	for (i = 0; i < 700; i++) {
		struct control_end end = { 0 };

		if (recv(fds[i], &end, sizeof(end), MSG_DONTWAIT) == (ssize_t)sizeof(end))
			told += strstr(end.what, "too much to do") != NULL;
		close(fds[i]);
	}
	assert_true(told > 0);
	request.act = CONTROL_ROWS;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PEOPLE(thousand_connections_keep_to_their_limit),
		WITH_PEOPLE(root_has_places_of_its_own),
		WITH_MANY(slow_reader_keeps_nobody_waiting),
		WITH_MANY(erased_while_a_reader_pauses_is_gone),
		WITH_MANY(new_events_do_not_disturb_a_reader),
		WITH_PEOPLE(silent_client_is_ended),
		WITH_PEOPLE(changes_are_handed_on_with_the_socket),
		WITH_PEOPLE(peer_of_a_handed_socket_is_the_client),
		WITH_PEOPLE(collector_that_is_gone_is_told),
		WITH_PEOPLE(supervisor_that_does_not_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
