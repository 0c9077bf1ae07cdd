/* SPDX-License-Identifier: GPL-2.0-only */
/* The api against clients that ask: for their own, for what is not theirs, and for nonsense. */
#include "api_world.h"

/* --- rows and totals ---------------------------------------------------------------------- */

struct listing { /* what a walk told, as one number and a count */
	struct store *store;
	int64_t rows;
	uint64_t hash;
};

static void add(struct listing *listing, const void *bytes, size_t count)
{
	const uint8_t *byte = bytes;

	while (count--)
		listing->hash = (listing->hash ^ *byte++) * 1099511628211u;
}

static void add_text(struct listing *listing, const char *text)
{
	add(listing, text ? text : "\1", text ? strlen(text) + 1 : 1);
}

static int take(const struct store_row *row, void *data)
{
	const int64_t numbers[] = {
		row->id,       row->time_us, row->session_id, row->context, row->session_started_us,
		row->sequence, row->type,    row->kind,	      row->outcome, row->flags,
		row->code,     row->value,   row->span,	      row->parent,  row->has_resources
	};
	struct listing *listing = data;
	char id[37];
	int i;

	listing->rows++;
	add(listing, numbers, sizeof(numbers));
	add(listing, &row->resources, sizeof(row->resources));
	add_text(listing, row->session);
	add_text(listing, row->app);
	add_text(listing, row->version);
	for (i = 0; i < 5; i++)
		add_text(listing, row->name[i]);
	store_event_id(listing->store, row->id, id);
	add_text(listing, id);
	store_event_id(listing->store, -row->context, id);
	add_text(listing, id);
	return 0;
}

static void rows_are_those_of_the_file(void **state)
{
	static const struct store_filter filters[] = {
		{ 0 },
		{ .with_sequence = true },
		{ .limit = 20 },
		{ .limit = 5000, .with_sequence = true },
		{ .types = 1u << TP_TAG },
		{ .types = 1u << TP_TAG, .limit = 7 },
		{ .context = 1, .limit = 100 },
		{ .context = 2 },
		{ .since_us = NOON_US + 5000000, .until_us = NOON_US + 6000000 },
		{ .until_us = NOON_US },
		{ .since_us = INT64_MIN, .until_us = -1 },
	};
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct store *file, *service;
	size_t i;

	assert_ok(world->fixture,
		  store_open(events_of(world, getuid()), STORE_READ, 0, &file, error));
	assert_ok(world->fixture, client_store(world->socket, CONTROL_OWN, &service, error));
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct listing of_file = { .store = file }, of_service = { .store = service };

		assert_ok(world->fixture, store_each(file, &filters[i], take, &of_file, error));
		assert_ok(world->fixture,
			  store_each(service, &filters[i], take, &of_service, error));
		assert_int_equal(of_service.rows, of_file.rows);
		assert_true(of_service.hash == of_file.hash);
	}
	store_close(file);
	store_close(service);
}

static void totals_are_those_of_the_file(void **state)
{
	struct world *world = *state;
	struct error *error = &world->fixture->error;
	struct store_totals of_file, of_service;
	struct store *file, *service;

	assert_ok(world->fixture,
		  store_open(events_of(world, getuid()), STORE_READ, 0, &file, error));
	assert_ok(world->fixture, client_store(world->socket, CONTROL_OWN, &service, error));
	assert_ok(world->fixture, store_totals(file, &of_file, error));
	assert_ok(world->fixture, store_totals(service, &of_service, error));
	assert_memory_equal(&of_service, &of_file, sizeof(of_file));
	assert_int_equal(of_file.events, MANY);
	store_close(file);
	store_close(service);
}

static int stop_at_five(const struct store_row *row, void *data)
{
	(void)row;
	return ++*(int *)data == 5 ? -EDOM : 0;
}

static void callback_ends_a_walk(void **state)
{
	const struct store_filter filter = { 0 };
	struct world *world = *state;
	struct store_totals totals;
	struct store *service;
	struct error error;
	int rows = 0;

	assert_int_equal(client_store(world->socket, CONTROL_OWN, &service, &error), 0);
	assert_int_equal(store_each(service, &filter, stop_at_five, &rows, &error), -EDOM);
	assert_int_equal(rows, 5);
	assert_int_equal(store_totals(service, &totals, &error), 0);
	store_close(service);
}

static void without_a_file_there_is_nothing(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct world *world = *state;
	struct store_totals totals;
	struct answer answer;
	struct store *service;
	struct error error;

	world_start(world);
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
	assert_int_equal(answer.rows, 0);
	assert_int_equal(client_store(world->socket, CONTROL_OWN, &service, &error), 0);
	assert_int_equal(store_totals(service, &totals, &error), 0);
	assert_true(!totals.events && !totals.first_us && !totals.file_bytes);
	store_close(service);
}

static void damaged_file_is_told_without_its_path(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct world *world = *state;
	struct answer answer;

	write_file(events_of(world, getuid()), "this is no database, but long enough", 36);
	world_start(world);
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, -EBADMSG);
	assert_null(strstr(answer.end.what, world->events));
	assert_null(strstr(answer.end.hint, world->events));
	request.act = CONTROL_TOTALS;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, -EBADMSG);
}

static void file_of_another_owner_is_not_read(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct world *world = *state;
	struct answer answer;
	char to[256];

	world_fill(world, getuid() + 1, "alice-app", FEW);
	snprintf(to, sizeof(to), "%s", events_of(world, getuid()));
	assert_int_equal(rename(events_of(world, getuid() + 1), to), 0);
	world_start(world);
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, -EBADMSG);
	assert_false(answer.has_words);
	assert_int_equal(unlink(to), 0);
	snprintf(to, sizeof(to), "%s", events_of(world, getuid() + 1));
	assert_int_equal(symlink(to, events_of(world, getuid())), 0);
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.rows, 0);
}

/* --- people ------------------------------------------------------------------------------- */

static int sees_own(struct world *world, const char *app, int rows)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct answer answer;

	rude_call(world, &request, sizeof(request), &answer);
	CHECK(answer.code == 0);
	CHECK(answer.rows == rows);
	CHECK(answer.has_words == !strncmp(app, "alice", 5));
	request.uid = getuid();
	rude_call(world, &request, sizeof(request), &answer);
	CHECK(answer.code == 0 && answer.rows == rows);
	return 0;
}

static int alice_sees_own(struct world *world)
{
	return sees_own(world, "alice-app", FEW);
}

static int bob_sees_own(struct world *world)
{
	return sees_own(world, "bob-app", FEW / 2);
}

static void everyone_sees_the_own_rows(void **state)
{
	if (getuid()) {
		print_message("only root can be two people\n");
		skip();
	}
	assert_int_equal(as(ALICE, *state, alice_sees_own), 0);
	assert_int_equal(as(BOB, *state, bob_sees_own), 0);
}

/* In the same words, whether there is something, nothing or nobody; and nothing is handed on. */
static int asks_for_others(struct world *world)
{
	static const uint32_t whose[] = { ALICE, NOBODY_YET, 0, 77777, UINT32_MAX - 1 };
	static const uint32_t of_all[] = { CONTROL_ROWS,   CONTROL_TOTALS, CONTROL_ERASE,
					   CONTROL_OWNERS, CONTROL_SUMS,   CONTROL_ERASURES };
	struct answer answer, first = { 0 };
	uint32_t act;
	size_t i;

	for (i = 0; i < sizeof(of_all) / sizeof(of_all[0]); i++) {
		struct control_request request = request_for(of_all[i]);

		request.of_all = 1;
		rude_call(world, &request, sizeof(request), &answer);
		CHECK(answer.code == -EACCES && !answer.rows && !answer.totals);
		first = answer;
	}
	for (act = CONTROL_ROWS; act < CONTROL_ACTS; act++) {
		struct control_request request = request_for(act);

		for (i = 0; i < sizeof(whose) / sizeof(whose[0]); i++) {
			request.uid = whose[i];
			rude_call(world, &request, sizeof(request), &answer);
			CHECK(answer.code == -EACCES);
			CHECK(!answer.rows && !answer.totals && !answer.has_words);
			if (!first.code)
				first = answer;
			CHECK(!memcmp(&answer.end, &first.end, sizeof(first.end)));
		}
	}
	return 0;
}

/* Every place of a request, set to the other's uid and to odd values. */
static int tries_every_field(struct world *world)
{
	static const uint32_t values[] = { ALICE, 0, 1, 2, UINT32_MAX, 0x80000000 };
	struct answer answer;
	size_t offset, i;
	uint32_t act;

	for (act = CONTROL_ROWS; act <= CONTROL_TOTALS; act++)
		for (offset = 0; offset < sizeof(struct control_request); offset += 4)
			for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
				struct control_request request = request_for(act);

				memcpy((char *)&request + offset, &values[i], 4);
				if (request.act > CONTROL_TOTALS)
					continue;
				rude_call(world, &request, sizeof(request), &answer);
				CHECK(answer.code != 1);
				CHECK(!answer.has_words);
				CHECK(answer.rows <= FEW / 2);
			}
	return 0;
}

static void nobody_sees_anothers_rows(void **state)
{
	struct world *world = *state;
	struct message message;
	int fd;

	if (getuid()) {
		print_message("only root can be two people\n");
		skip();
	}
	assert_int_equal(as(BOB, world, asks_for_others), 0);
	assert_int_equal(as(BOB, world, tries_every_field), 0);
	assert_int_equal(message_receive(world->supervisor_fd, &message, &fd), 0);
	assert_int_equal(message_receive(world->collector_fd, &message, &fd), 0);
}

static void root_sees_whom_it_names(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct world *world = *state;
	struct answer answer;

	if (getuid()) {
		print_message("only root may name another\n");
		skip();
	}
	request.uid = ALICE;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.rows, FEW);
	request.uid = NOBODY_YET;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
	assert_int_equal(answer.rows, 0);
	request.uid = CONTROL_OWN;
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
	assert_int_equal(answer.rows, 0);
}

/* --- requests that are none --------------------------------------------------------------- */

static void wrong_sizes_are_refused(void **state)
{
	static char bytes[100000] = { CONTROL_VERSION, 0, 0, 0, CONTROL_ROWS };
	struct control_request request = request_for(CONTROL_TOTALS);
	struct world *world = *state;
	struct answer answer;
	size_t size;

	memset(bytes + 8, 0xff, 4);
	for (size = 1; size <= sizeof(bytes); size += size < 300 ? 1 : 9973) {
		rude_call(world, bytes, size, &answer);
		assert_int_equal(answer.code, size == sizeof(request) ? 0 : -EPROTO);
	}
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
}

static void wrong_contents_are_refused(void **state)
{
	struct control_request bad[15];
	struct world *world = *state;
	struct answer answer;
	size_t i;

	for (i = 0; i < 15; i++)
		bad[i] = request_for(i < 12 ? CONTROL_ROWS : CONTROL_DECIDE);
	bad[0].act = 0;
	bad[1].act = CONTROL_ACTS;
	bad[2].act = UINT32_MAX;
	bad[3].version = 0;
	bad[4].version = CONTROL_VERSION + 1;
	bad[5].reserved[sizeof(bad[5].reserved) - 1] = 1;
	memset(bad[6].target, 'x', sizeof(bad[6].target));
	bad[7].limit = -1;
	bad[8].context = INT64_MIN;
	bad[9].with_sequence = 2;
	bad[10].level = 4;
	bad[11].for_us = 1; /* nothing to decide */
	bad[12].for_us = 1; /* a no has no end */
	bad[13].level = bad[14].level = TP_LEVEL_FULL;
	bad[13].for_us = -1;
	bad[14].for_us = CONSENT_FOR_MAX_US + 1;
	for (i = 0; i < 15; i++) {
		rude_call(world, &bad[i], sizeof(bad[i]), &answer);
		assert_int_equal(answer.code, -EPROTO);
		assert_true(strlen(answer.end.what) > 20);
	}
}

static void passed_descriptor_is_refused_and_closed(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec part = { &request, sizeof(request) };
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control) };
	struct cmsghdr *first = CMSG_FIRSTHDR(&header);
	int fd = rude_connect(*state), ends[2];
	struct answer answer;
	char byte;

	assert_int_equal(pipe(ends), 0);
	first->cmsg_level = SOL_SOCKET;
	first->cmsg_type = SCM_RIGHTS;
	first->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(first), &ends[1], sizeof(int));
	assert_int_equal(sendmsg(fd, &header, 0), sizeof(request));
	close(ends[1]);
	rude_read(fd, &answer);
	assert_int_equal(answer.code, -EPROTO);
	assert_int_equal(answer.rows, 0);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	close(fd);
}

static void half_done_clients_do_no_harm(void **state)
{
	struct control_request request = request_for(CONTROL_ROWS);
	struct world *world = *state;
	struct answer answer;
	int i, fd;

	for (i = 0; i < 2000; i++) {
		fd = rude_connect(world);
		if (fd < 0)
			continue;
		if (i % 4 == 1)
			shutdown(fd, SHUT_RDWR);
		else if (i % 4 == 2)
			send(fd, &request, sizeof(request), MSG_NOSIGNAL);
		else if (i % 4 == 3)
			send(fd, &request, 0, MSG_NOSIGNAL);
		close(fd);
	}
	rude_call(world, &request, sizeof(request), &answer);
	assert_int_equal(answer.code, 0);
	assert_int_equal(answer.rows, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MANY(rows_are_those_of_the_file),
		WITH_MANY(totals_are_those_of_the_file),
		WITH_MANY(callback_ends_a_walk),
		STARTS(without_a_file_there_is_nothing),
		STARTS(damaged_file_is_told_without_its_path),
		STARTS(file_of_another_owner_is_not_read),
		WITH_PEOPLE(everyone_sees_the_own_rows),
		WITH_PEOPLE(nobody_sees_anothers_rows),
		WITH_PEOPLE(root_sees_whom_it_names),
		WITH_PEOPLE(wrong_sizes_are_refused),
		WITH_PEOPLE(wrong_contents_are_refused),
		WITH_MANY(passed_descriptor_is_refused_and_closed),
		WITH_MANY(half_done_clients_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
