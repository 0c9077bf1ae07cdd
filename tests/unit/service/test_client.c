/* SPDX-License-Identifier: GPL-2.0-only */
/* The client against a service that was taken over, is not there, or is somebody else's. */

#include "api_world.h"
#include "service/rows_wire.h"

enum { ROUNDS_MAX = 100000 };

static int setup(void **state)
{
	int ret = world_setup(state);
	struct world *world = *state;

	fixture_open(world->fixture); /* for its key */
	return ret;
}

static void serve(struct world *world, void (*play)(int fd, struct store *store))
{
	char request[512];
	int fd;

	world->api = fork();
	assert_true(world->api >= 0);
	if (world->api)
		return;
	fd = accept(world->listen_fd, NULL, NULL);
	if (recv(fd, request, sizeof(request), 0) == sizeof(struct control_request))
		play(fd, world->fixture->store);
	_exit(0);
}

/* --- what a hostile service plays --------------------------------------------------------- */

static struct store_row row_of(int number)
{
	return (struct store_row){ .id = (NOON_US + number) << 10,
				   .time_us = NOON_US + number,
				   .context = 1,
				   .session = "0123456789abcdef",
				   .app = "demo-app",
				   .version = "",
				   .type = TP_SPAN };
}

/* A message of @count rows from @from on that says it holds @told. Return: whether it was taken */
static bool send_rows(int fd, struct store *store, int from, int count, int step, uint32_t told)
{
	static uint8_t message[CONTROL_ANSWER];
	const struct control_rows header = { CONTROL_IS_ROWS, told };
	size_t used = sizeof(header);
	int i;

	memcpy(message, &header, sizeof(header));
	for (i = 0; i < count; i++) {
		const struct store_row row = row_of(from + i * step);
		ssize_t bytes = rows_pack(store, &row, message + used, sizeof(message) - used);

		if (bytes <= 0)
			return false;
		used += (size_t)bytes;
	}
	return send(fd, message, used, MSG_NOSIGNAL) > 0;
}

static void end_well(int fd)
{
	control_answer_end(fd, 0, 0, NULL, NULL);
}

static void play_garbage(int fd, struct store *store)
{
	(void)store;
	send(fd, "\xff\xff\xff\xffgarbage", 11, MSG_NOSIGNAL);
}

static void play_one_byte(int fd, struct store *store)
{
	(void)store;
	send(fd, "x", 1, MSG_NOSIGNAL);
}

static void play_too_large(int fd, struct store *store)
{
	static char bytes[CONTROL_ANSWER + 100] = { CONTROL_IS_ROWS, 0, 0, 0, 1 };

	(void)store;
	send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
}

static void play_more_counted(int fd, struct store *store)
{
	send_rows(fd, store, 0, 3, 1, 4);
	end_well(fd);
}

static void play_fewer_counted(int fd, struct store *store)
{
	send_rows(fd, store, 0, 3, 1, 2);
	end_well(fd);
}

static void play_none_counted(int fd, struct store *store)
{
	while (send_rows(fd, store, 0, 0, 1, 0))
		;
}

static void play_huge_count(int fd, struct store *store)
{
	send_rows(fd, store, 0, 3, 1, UINT32_MAX);
	end_well(fd);
}

static void play_backwards(int fd, struct store *store)
{
	send_rows(fd, store, 100, 3, -1, 3);
	end_well(fd);
}

static void play_same_again(int fd, struct store *store)
{
	while (send_rows(fd, store, 5, 1, 1, 1))
		;
}

static void play_endless(int fd, struct store *store)
{
	int from = 0;

	while (send_rows(fd, store, from, 100, 1, 100))
		from += 100;
}

static void play_other_kind(int fd, struct store *store)
{
	const struct control_totals totals = { .kind = CONTROL_IS_TOTALS };

	(void)store;
	send(fd, &totals, sizeof(totals), MSG_NOSIGNAL);
	end_well(fd);
}

static void play_short_end(int fd, struct store *store)
{
	struct control_end end = { .kind = CONTROL_END };

	(void)store;
	send(fd, &end, sizeof(end) - 1, MSG_NOSIGNAL);
}

static void play_end_without_nul(int fd, struct store *store)
{
	struct control_end end = { .kind = CONTROL_END, .code = -EIO };

	(void)store;
	memset(end.what, 'x', sizeof(end.what) + sizeof(end.hint));
	send(fd, &end, sizeof(end), MSG_NOSIGNAL);
}

static void play_end_with_escape(int fd, struct store *store)
{
	(void)store;
	control_answer_end(fd, -EIO, 0, "\x1b]0;mine\a", NULL);
}

static void play_positive_code(int fd, struct store *store)
{
	(void)store;
	control_answer_end(fd, 5, 0, "odd", NULL);
}

static void play_code_without_words(int fd, struct store *store)
{
	(void)store;
	control_answer_end(fd, -EIO, 0, NULL, NULL);
}

static const struct {
	void (*play)(int fd, struct store *store);
	int ret;
} lies[] = {
	{ play_garbage, -EPROTO },
	{ play_one_byte, -EPROTO },
	{ play_too_large, -EPROTO },
	{ play_more_counted, -EPROTO },
	{ play_fewer_counted, -EPROTO },
	{ play_none_counted, -EPROTO },
	{ play_huge_count, -EPROTO },
	{ play_backwards, -EPROTO },
	{ play_same_again, -EPROTO },
	{ play_other_kind, -EPROTO },
	{ play_short_end, -EPROTO },
	{ play_end_without_nul, -EPROTO },
	{ play_end_with_escape, -EPROTO },
	{ play_positive_code, -EPROTO },
	{ play_code_without_words, -EPROTO },
};

static int count(const struct store_row *row, void *data)
{
	assert_string_equal(row->app, "demo-app");
	assert_true(++*(int *)data < ROUNDS_MAX);
	return 0;
}

/* One walk against @play. Return: what the walk did; *out_rows as many as it told. */
static int walk(struct world *world, void (*play)(int fd, struct store *store),
		const struct store_filter *filter, int *out_rows)
{
	struct store *service;
	int ret, status;

	serve(world, play);
	assert_ok(world->fixture,
		  client_store(world->socket, CONTROL_OWN, &service, &world->fixture->error));
	*out_rows = 0;
	ret = store_each(service, filter, count, out_rows, &world->fixture->error);
	store_close(service);
	assert_int_equal(waitpid(world->api, &status, 0), world->api);
	assert_int_equal(status, 0);
	world->api = 0;
	return ret;
}

static void lies_are_found(void **state)
{
	const struct store_filter filter = { 0 };
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	size_t i;
	int rows;

	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		if (walk(world, lies[i].play, &filter, &rows) != lies[i].ret)
			fail_msg("lie %zu was believed: %d rows", i, rows);
		assert_true(error->code == lies[i].ret && *error->what && *error->hint);
		assert_null(strchr(error->what, '\x1b'));
	}
}

static void endless_rows_end_with_the_limit(void **state)
{
	static const struct store_filter filters[] = {
		{ .limit = 250 },
		{ .until_us = NOON_US + 250 },
		{ .since_us = NOON_US + 1 },
		{ .types = 1u << TP_TAG },
		{ .context = 2 },
	};
	static const int told[] = { 250, 250, 0, 0, 0 };
	struct world *world = *state;
	int i, rows;

	for (i = 0; i < 5; i++) {
		assert_int_equal(walk(world, play_endless, &filters[i], &rows), -EPROTO);
		assert_int_equal(rows, told[i]);
	}
}

static void play_nothing(int fd, struct store *store)
{
	(void)store;
	close(fd);
}

static void play_rows_without_end(int fd, struct store *store)
{
	send_rows(fd, store, 0, 3, 1, 3);
}

static void answer_without_an_end_is_told(void **state)
{
	const struct store_filter filter = { 0 };
	struct world *world = *state;
	int rows;

	assert_int_equal(walk(world, play_nothing, &filter, &rows), -EPIPE);
	assert_int_equal(walk(world, play_rows_without_end, &filter, &rows), -EPIPE);
	assert_int_equal(rows, 3);
}

static void play_refusal(int fd, struct store *store)
{
	(void)store;
	control_answer_end(fd, -EACCES, 0, "only root may", "be root");
}

static void refusal_is_handed_on(void **state)
{
	const struct store_filter filter = { 0 };
	struct world *world = *state;
	int rows;

	assert_int_equal(walk(world, play_refusal, &filter, &rows), -EACCES);
	assert_int_equal(world->fixture->error.code, -EACCES);
	assert_string_equal(world->fixture->error.what, "only root may");
	assert_string_equal(world->fixture->error.hint, "be root");
}

/* --- other answers ------------------------------------------------------------------------ */

static void play_totals_twice(int fd, struct store *store)
{
	const struct control_totals totals = { .kind = CONTROL_IS_TOTALS, .events = 1 };

	(void)store;
	send(fd, &totals, sizeof(totals), MSG_NOSIGNAL);
	send(fd, &totals, sizeof(totals), MSG_NOSIGNAL);
	end_well(fd);
}

static void play_negative_totals(int fd, struct store *store)
{
	const struct control_totals totals = { .kind = CONTROL_IS_TOTALS, .events = -1 };

	(void)store;
	send(fd, &totals, sizeof(totals), MSG_NOSIGNAL);
	end_well(fd);
}

static void play_end_alone(int fd, struct store *store)
{
	(void)store;
	end_well(fd);
}

static void play_erased(int fd, struct store *store)
{
	(void)store;
	control_answer_end(fd, 0, 4096, NULL, NULL);
}

static void reap(struct world *world)
{
	waitpid(world->api, NULL, 0);
	world->api = 0;
}

static void totals_must_come_once_and_make_sense(void **state)
{
	static void (*const plays[])(int fd, struct store *store) = {
		play_totals_twice, play_negative_totals, play_end_alone, play_more_counted
	};
	struct world *world = *state;
	struct store_totals totals;
	struct store *service;
	size_t i;

	for (i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
		serve(world, plays[i]);
		assert_ok(world->fixture, client_store(world->socket, CONTROL_OWN, &service,
						       &world->fixture->error));
		assert_int_equal(store_totals(service, &totals, &world->fixture->error), -EPROTO);
		store_close(service);
		reap(world);
	}
}

static void erasure_tells_what_was_freed(void **state)
{
	struct world *world = *state;
	struct store *service;
	int64_t freed_bytes = 0;

	serve(world, play_erased);
	assert_ok(world->fixture,
		  client_store(world->socket, CONTROL_OWN, &service, &world->fixture->error));
	assert_ok(world->fixture, store_delete_all(service, &freed_bytes, &world->fixture->error));
	assert_int_equal(freed_bytes, 4096);
	store_close(service);
	reap(world);
}

static void play_bad_target(int fd, struct store *store)
{
	const struct control_target target = { .kind = CONTROL_IS_TARGET, .reason = 99 };

	(void)store;
	send(fd, &target, sizeof(target), MSG_NOSIGNAL);
	end_well(fd);
}

static void play_endless_decisions(int fd, struct store *store)
{
	const struct control_decision decision = { .kind = CONTROL_IS_DECISION };

	(void)store;
	while (send(fd, &decision, sizeof(decision), MSG_NOSIGNAL) > 0)
		;
}

static void play_endless_notices(int fd, struct store *store)
{
	const struct control_notice notice = { .kind = CONTROL_IS_NOTICE, .text = "x is y" };

	(void)store;
	while (send(fd, &notice, sizeof(notice), MSG_NOSIGNAL) > 0)
		;
}

static void play_notice_with_escape(int fd, struct store *store)
{
	const struct control_notice notice = { .kind = CONTROL_IS_NOTICE, .text = "\x1b[2J" };

	(void)store;
	send(fd, &notice, sizeof(notice), MSG_NOSIGNAL);
	end_well(fd);
}

static int count_answers(const void *answer, size_t bytes, void *data)
{
	(void)answer;
	(void)bytes;
	++*(int *)data;
	return 0;
}

static void answers_of_the_supervisor_are_checked(void **state)
{
	struct control_request request = request_for(CONTROL_TARGETS);
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct client *client;
	int answers = 0;

	serve(world, play_bad_target);
	assert_ok(world->fixture, client_open(world->socket, &client, error));
	assert_int_equal(client_call(client, &request, count_answers, &answers, NULL, error),
			 -EPROTO);
	assert_int_equal(answers, 0);
	reap(world);
	serve(world, play_endless_decisions);
	request.act = CONTROL_DECISIONS;
	assert_int_equal(client_call(client, &request, count_answers, &answers, NULL, error),
			 -EPROTO);
	assert_int_equal(answers, CONSENT_DECISIONS);
	reap(world);
	serve(world, play_endless_notices);
	request.act = CONTROL_RELOAD;
	answers = 0;
	assert_int_equal(client_call(client, &request, count_answers, &answers, NULL, error),
			 -EPROTO);
	assert_int_equal(answers, CONTROL_NOTICES);
	reap(world);
	serve(world, play_notice_with_escape);
	assert_int_equal(client_call(client, &request, count_answers, &answers, NULL, error),
			 -EPROTO);
	assert_int_equal(answers, CONTROL_NOTICES);
	client_close(client);
	reap(world);
}

/* --- whom the client talks to ------------------------------------------------------------- */

static int open_ret(const char *path, struct error *error)
{
	struct client *client;
	int ret = client_open(path, &client, error);

	if (!ret)
		client_close(client);
	return ret;
}

static void no_service_is_told(void **state)
{
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	char path[256];

	snprintf(path, sizeof(path), "%s/none", world->fixture->directory);
	assert_int_equal(open_ret(path, error), -ENOENT);
	assert_non_null(strstr(error->hint, "start it as root"));
	snprintf(path, sizeof(path), "%s/no/where", world->fixture->directory);
	assert_int_equal(open_ret(path, error), -ENOENT);
	snprintf(path, sizeof(path), "%s/control/x", world->fixture->directory);
	assert_int_equal(open_ret(path, error), -ENOENT);
	close(world->listen_fd);
	world->listen_fd = -1;
	assert_int_equal(open_ret(world->socket, error), -ECONNREFUSED);
	assert_non_null(strstr(error->hint, "start it as root"));
}

static void directory_others_may_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0777, 01777, 0775, 0757 };
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	char link[256], path[300];
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		chmod(world->fixture->directory, modes[i]);
		assert_int_equal(open_ret(world->socket, error), -EACCES);
		assert_true(open_ret(world->socket, NULL) < 0); /* also for who wants no words */
	}
	chmod(world->fixture->directory, 0755);
	assert_int_equal(open_ret(world->socket, error), 0);
	snprintf(link, sizeof(link), "%s/link", world->fixture->directory);
	assert_int_equal(symlink(world->fixture->directory, link), 0);
	snprintf(path, sizeof(path), "%s/control", link);
	assert_int_equal(open_ret(path, error), -ENOENT);
}

/* Its directory is another's: as that one it would be believed. */
static int alice_is_refused(struct world *world)
{
	struct error error;

	CHECK(open_ret(world->socket, &error) == -EACCES);
	return 0;
}

static void service_of_another_is_refused(void **state)
{
	struct world *world = *state;

	if (getuid()) {
		print_message("only root can give a directory away\n");
		skip();
	}
	assert_int_equal(chown(world->fixture->directory, BOB, BOB), 0);
	assert_int_equal(as(ALICE, world, alice_is_refused), 0);
	assert_int_equal(open_ret(world->socket, &world->fixture->error), -EACCES);
	assert_int_equal(chown(world->fixture->directory, 0, 0), 0);
}

static void path_comes_from_the_environment(void **state)
{
	(void)state;
	setenv("TELPROBE_SOCKET", "/some/where", 1);
	assert_string_equal(client_path(NULL), "/some/where");
	assert_string_equal(client_path("/else"), "/else");
	setenv("TELPROBE_SOCKET", "", 1);
	assert_string_equal(client_path(NULL), CONTROL_SOCKET);
	unsetenv("TELPROBE_SOCKET");
	assert_string_equal(client_path(NULL), CONTROL_SOCKET);
}

#define IN_WORLD(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(lies_are_found),
		IN_WORLD(endless_rows_end_with_the_limit),
		IN_WORLD(answer_without_an_end_is_told),
		IN_WORLD(refusal_is_handed_on),
		IN_WORLD(totals_must_come_once_and_make_sense),
		IN_WORLD(erasure_tells_what_was_freed),
		IN_WORLD(answers_of_the_supervisor_are_checked),
		IN_WORLD(no_service_is_told),
		IN_WORLD(directory_others_may_write_is_refused),
		IN_WORLD(service_of_another_is_refused),
		cmocka_unit_test(path_comes_from_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
