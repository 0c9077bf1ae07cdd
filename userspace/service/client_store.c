/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/client.h"
#include "service/client_answer.h"
#include "service/rows_wire.h"

struct remote { /* data of the backend */
	struct client *client;
	uint32_t uid;
	/* of the row that is told just now: */
	int64_t id, context;
	struct rows_ids ids;
};

struct reading { /* one walk */
	struct remote *remote;
	const struct control_request *request;
	store_row_callback callback;
	void *data;
	int64_t rows;
	int64_t last_id;
	bool is_ended; /* by the callback, whose return may be any */
	int result;
	struct error *error;
};

static int end_reading(struct reading *reading, int result)
{
	reading->is_ended = true;
	reading->result = result;
	return 1;
}

static int strange(struct reading *reading, const char *what)
{
	return end_reading(reading, client_answer_strange(reading->error, what));
}

static bool is_asked_for(const struct reading *reading, const struct store_row *row)
{
	const struct control_request *request = reading->request;

	return row->id > reading->last_id && (!request->limit || reading->rows < request->limit) &&
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
		return strange(reading, "a row that was not asked for");
	reading->last_id = row->id;
	reading->rows++;
	remote->id = row->id;
	remote->context = row->context;
	ret = reading->callback(row, reading->data);
	return ret ? end_reading(reading, ret) : 0;
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
	from += sizeof(header);
	while (header.count && !ret) {
		used = rows_unpack(from, (size_t)(end - from), &row, &reading->remote->ids);
		if (used < 0)
			return strange(reading, "a row that is none");
		from += used;
		header.count--;
		ret = take_row(reading, &row);
	}
	if (!ret && from != end)
		return strange(reading, "more rows than it counts");
	return ret;
}

static int remote_each(void *data, const struct store_filter *filter, store_row_callback callback,
		       void *callback_data, struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = {
		.act = CONTROL_ROWS,
		.uid = remote->uid,
		.types = filter->types,
		.since_us = filter->since_us > 0 ? filter->since_us : 0,
		.until_us = filter->until_us < 0 ? 1 : filter->until_us,
		.context = filter->context,
		.limit = filter->limit,
		.with_sequence = filter->with_sequence,
	};
	struct reading reading = { .remote = remote,
				   .request = &request,
				   .callback = callback,
				   .data = callback_data,
				   .last_id = -1,
				   .error = error };
	int ret = client_call(remote->client, &request, take_rows, &reading, NULL, error);

	return reading.is_ended ? reading.result : ret;
}

static int take_totals(const void *answer, size_t bytes, void *data)
{
	memcpy(data, answer, bytes);
	return 0;
}

static int remote_totals(void *data, struct store_totals *out, struct error *error)
{
	struct remote *remote = data;
	const struct control_request request = { .act = CONTROL_TOTALS, .uid = remote->uid };
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
				      .file_bytes = totals.file_bytes };
	return 0;
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
	const struct control_request request = { .act = CONTROL_ERASE, .uid = remote->uid };
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

int client_store(const char *path, uint32_t uid, struct store **out, struct error *error)
{
	struct remote *remote = calloc(1, sizeof(*remote));
	const struct store_backend backend = {
		.data = remote,
		.each = remote_each,
		.totals = remote_totals,
		.event_id = remote_event_id,
		.delete_all = remote_delete_all,
		.close = remote_close,
		.owner = uid == CONTROL_OWN ? getuid() : uid,
	};
	int ret;

	if (!remote)
		return error_set(error, -ENOMEM, "out of memory");
	remote->uid = uid;
	ret = client_open(path, &remote->client, error);
	if (!ret)
		ret = store_open_backend(&backend, out, error);
	if (ret)
		remote_close(remote);
	return ret;
}
