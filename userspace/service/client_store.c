/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/client.h"
#include "service/client_answer.h"
#include "service/rows_wire.h"
#include "service/sums_wire.h"

struct remote { /* data of the backend */
	struct client *client;
	uint32_t uid;
	bool is_of_all;
	/* of the row that is told just now: */
	int64_t id, context;
	struct rows_ids ids;
};

struct walk {	       /* through rows or sums */
	bool is_ended; /* by its callback, whose return may be any, or by a strange answer */
	int result;
	struct error *error;
};

static int end_walk(struct walk *walk, int result)
{
	walk->is_ended = true;
	walk->result = result;
	return 1;
}

static int strange(struct walk *walk, const char *what)
{
	return end_walk(walk, client_answer_strange(walk->error, what));
}

struct reading { /* rows */
	struct walk walk;
	struct remote *remote;
	const struct control_request *request;
	store_row_callback callback;
	void *data;
	int64_t rows;
	int64_t last_id;
	uint32_t owner, last_owner;
	struct store_cursor *cursor; /* NULL: the end tells none */
	bool has_cursor;
};

static bool is_later(const struct reading *reading, const struct store_row *row)
{
	if (reading->request->of_all && row->id == reading->last_id)
		return row->owner > reading->last_owner;
	return row->id > reading->last_id;
}

static bool is_asked_for(const struct reading *reading, const struct store_row *row)
{
	const struct control_request *request = reading->request;

	if (!request->of_all && row->owner != reading->owner)
		return false;
	return is_later(reading, row) && (!request->limit || reading->rows < request->limit) &&
	       row->time_us >= request->since_us &&
	       (!request->until_us || row->time_us < request->until_us) &&
	       (!request->context || row->context == request->context) &&
	       (!request->types || request->types >> row->type & 1);
}

static int take_row(struct reading *reading, const struct store_row *row)
{
	struct remote *remote = reading->remote;
	int ret;

	if (!is_asked_for(reading, row))
		return strange(&reading->walk, "a row that was not asked for");
	reading->last_id = row->id;
	reading->last_owner = row->owner;
	reading->rows++;
	remote->id = row->id;
	remote->context = row->context;
	ret = reading->callback(row, reading->data);
	return ret ? end_walk(&reading->walk, ret) : 0;
}

static int take_cursor(const void *answer, struct reading *reading)
{
	struct control_cursor cursor;

	if (reading->has_cursor)
		return strange(&reading->walk, "two ends of one look");
	memcpy(&cursor, answer, sizeof(cursor));
	*reading->cursor = cursor.cursor;
	reading->has_cursor = true;
	return 0;
}

static int take_rows(const void *answer, size_t bytes, void *data)
{
	const uint8_t *from = answer, *end = from + bytes;
	struct reading *reading = data;
	struct control_rows header;
	struct store_row row;
	ssize_t used;
	int ret = 0;

	memcpy(&header, from, sizeof(header));
	if (header.kind == CONTROL_IS_CURSOR)
		return take_cursor(answer, reading);
	if (reading->has_cursor)
		return strange(&reading->walk, "rows behind their end");
	from += sizeof(header);
	while (header.count && !ret) {
		used = rows_unpack(from, (size_t)(end - from), &row, &reading->remote->ids);
		if (used < 0)
			return strange(&reading->walk, "a row that is none");
		from += used;
		header.count--;
		ret = take_row(reading, &row);
	}
	if (!ret && from != end)
		return strange(&reading->walk, "more rows than it counts");
	return ret;
}

static int remote_each(void *data, const struct store_filter *filter, store_row_callback callback,
		       void *callback_data, struct error *error)
{
	struct remote *remote = data;
	const bool is_of_all = remote->is_of_all && !filter->of_owner;
	struct store_cursor cursor = { 0 };
	const struct control_request request = {
		.act = CONTROL_ROWS,
		.uid = filter->of_owner ? filter->owner : remote->uid,
		.of_all = is_of_all,
		.is_followed = filter->cursor != NULL,
		.cursor = filter->cursor ? *filter->cursor : cursor,
		.types = filter->types,
		.since_us = filter->since_us > 0 ? filter->since_us : 0,
		.until_us = filter->until_us < 0 ? 1 : filter->until_us,
		.context = filter->context,
		.limit = filter->limit,
		.with_sequence = filter->with_sequence,
	};
	struct reading reading = { .walk.error = error,
				   .remote = remote,
				   .request = &request,
				   .callback = callback,
				   .data = callback_data,
				   .last_id = -1,
				   .owner = request.uid == CONTROL_OWN ? getuid() : request.uid,
				   .cursor = &cursor };
	int ret = client_call(remote->client, &request, take_rows, &reading, NULL, error);

	if (reading.walk.is_ended)
		return reading.walk.result;
	if (!ret && request.is_followed && !reading.has_cursor)
		return client_answer_strange(error, "it does not say how far it goes");
	if (!ret && request.is_followed)
		*filter->cursor = cursor;
	return ret;
}

static int take_totals(const void *answer, size_t bytes, void *data)
{
	memcpy(data, answer, bytes);
	return 0;
}

static int remote_totals(void *data, struct store_totals *out, struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = { .act = CONTROL_TOTALS,
						 .uid = remote->uid,
						 .of_all = remote->is_of_all };
	struct control_totals totals = { 0 };
	int ret = client_call(remote->client, &request, take_totals, &totals, NULL, error);

	if (!ret && !totals.kind)
		ret = client_answer_strange(error, "nothing came but the end");
	if (ret)
		return ret;
	*out = (struct store_totals){ .events = totals.events,
				      .sessions = totals.sessions,
				      .first_us = totals.first_us,
				      .last_us = totals.last_us,
				      .file_bytes = totals.file_bytes,
				      .removed_events = totals.removed_events,
				      .removed_until_us = totals.removed_until_us,
				      .people = totals.people,
				      .aggregated = totals.aggregated };
	return 0;
}

struct summing { /* sums */
	struct walk walk;
	const struct control_request *request;
	uint32_t owner;
	struct store_bucket buckets[STORE_BUCKETS_MAX];
	store_sum_callback callback;
	void *data;
};

static int take_sums(const void *answer, size_t bytes, void *data)
{
	const uint8_t *from = answer, *end = from + bytes;
	struct summing *summing = data;
	struct control_rows header;
	struct store_sum sum;
	ssize_t used;
	int ret;

	memcpy(&header, from, sizeof(header));
	from += sizeof(header);
	for (; header.count; header.count--) {
		used = sums_unpack(from, (size_t)(end - from), &sum, summing->buckets);
		if (used < 0 || (!summing->request->of_all && sum.owner != summing->owner))
			return strange(&summing->walk, "a sum that is none of those");
		from += used;
		ret = summing->callback(&sum, summing->data);
		if (ret)
			return end_walk(&summing->walk, ret);
	}
	return from == end ? 0 : strange(&summing->walk, "more sums than it counts");
}

static int remote_each_sum(void *data, const struct store_sum_filter *filter,
			   store_sum_callback callback, void *callback_data, struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = {
		.act = CONTROL_SUMS,
		.uid = remote->uid,
		.of_all = remote->is_of_all,
		.since_us = filter->since_us > 0 ? filter->since_us : 0,
		.until_us = filter->until_us < 0 ? 1 : filter->until_us,
	};
	struct summing summing = { .walk.error = error,
				   .request = &request,
				   .owner = remote->uid == CONTROL_OWN ? getuid() : remote->uid,
				   .callback = callback,
				   .data = callback_data };
	int ret = client_call(remote->client, &request, take_sums, &summing, NULL, error);

	return summing.walk.is_ended ? summing.walk.result : ret;
}

/* Only the row that is told has ids here. */
static void remote_event_id(void *data, int64_t id, char out[37])
{
	static const uint8_t none[16];
	const struct remote *remote = data;

	if (id == remote->id)
		store_id_text(remote->ids.event, out);
	else if (id == -remote->context)
		store_id_text(remote->ids.process, out);
	else
		store_id_text(none, out);
}

static int remote_delete_all(void *data, int64_t *out_freed_bytes, struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = { .act = CONTROL_ERASE,
						 .uid = remote->uid,
						 .of_all = remote->is_of_all };
	struct control_end end;
	int ret = client_call(remote->client, &request, NULL, NULL, &end, error);

	if (!ret)
		*out_freed_bytes = end.number;
	return ret;
}

static void remote_close(void *data)
{
	struct remote *remote = data;

	client_close(remote->client);
	free(remote);
}

struct telling { /* of erasures */
	struct walk walk;
	bool is_of_all;
	uint32_t owner;
	store_erasure_callback callback;
	void *data;
};

static int take_erasure(const void *answer, size_t bytes, void *data)
{
	struct telling *telling = data;
	struct control_erasure told;
	int ret;

	memcpy(&told, answer, bytes);
	if (!telling->is_of_all && told.uid != telling->owner)
		return strange(&telling->walk, "a deletion of another person");
	ret = telling->callback(&(struct store_erasure){ .time_us = told.time_us,
							 .uid = told.uid,
							 .by = told.by,
							 .events = told.events,
							 .bytes = told.bytes },
				telling->data);
	return ret ? end_walk(&telling->walk, ret) : 0;
}

static int remote_each_erasure(void *data, store_erasure_callback callback, void *callback_data,
			       struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = { .act = CONTROL_ERASURES,
						 .uid = remote->uid,
						 .of_all = remote->is_of_all };
	struct telling telling = { .walk.error = error,
				   .is_of_all = remote->is_of_all,
				   .owner = remote->uid == CONTROL_OWN ? getuid() : remote->uid,
				   .callback = callback,
				   .data = callback_data };
	int ret = client_call(remote->client, &request, take_erasure, &telling, NULL, error);

	return telling.walk.is_ended ? telling.walk.result : ret;
}

struct people {
	struct store_person *items;
	size_t count;
};

static int take_owner(const void *answer, size_t bytes, void *data)
{
	struct people *people = data;
	struct store_person *items;
	struct control_owner owner;

	memcpy(&owner, answer, bytes);
	items = reallocarray(people->items, people->count + 1, sizeof(*items));
	if (!items)
		return 1;
	people->items = items;
	items[people->count++] =
		(struct store_person){ .uid = owner.uid, .changed_us = owner.changed_us };
	return 0;
}

static int remote_people(void *data, struct store_person **out, size_t *out_count,
			 struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = { .act = CONTROL_OWNERS, .uid = CONTROL_OWN };
	struct people people = { 0 };
	int ret = client_call(remote->client, &request, take_owner, &people, NULL, error);

	if (ret > 0)
		ret = error_set(error, -ENOMEM, "out of memory");
	if (ret) {
		free(people.items);
		return ret;
	}
	*out = people.items;
	*out_count = people.count;
	return 0;
}

static int open_remote(const char *path, uint32_t uid, bool is_of_all, struct store **out,
		       struct error *error)
{
	struct remote *remote = calloc(1, sizeof(*remote));
	const struct store_backend backend = {
		.data = remote,
		.each = remote_each,
		.totals = remote_totals,
		.people = is_of_all ? remote_people : NULL,
		.event_id = remote_event_id,
		.delete_all = remote_delete_all,
		.close = remote_close,
		.owner = uid == CONTROL_OWN ? getuid() : uid,
		.each_sum = remote_each_sum,
		.each_erasure = remote_each_erasure,
	};
	int ret;

	if (!remote)
		return error_set(error, -ENOMEM, "out of memory");
	remote->uid = uid;
	remote->is_of_all = is_of_all;
	ret = client_open(path, &remote->client, error);
	if (!ret)
		ret = store_open_backend(&backend, out, error);
	if (ret)
		remote_close(remote);
	return ret;
}

int client_store(const char *path, uint32_t uid, struct store **out, struct error *error)
{
	return open_remote(path, uid, false, out, error);
}

int client_store_all(const char *path, struct store **out, struct error *error)
{
	return open_remote(path, CONTROL_OWN, true, out, error);
}
