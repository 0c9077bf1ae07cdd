/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/merged.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "service/newest.h"
#include "service/owner_files.h"
#include "service/rows_wire.h"

enum {
	BUFFERS = 4 << 20, /* bytes of all together, */
	BUFFER_MAX = 32768,
	BUFFER_MIN = 2 * ROWS_ROW_MAX, /* if there are not too many */
	KEPT_OPEN = 16,		       /* files at once */
};

struct person {
	struct merged *merged;
	uint32_t uid;
	struct store_walk *walk; /* NULL: not begun */
	struct store *store;	 /* NULL: closed */
	uint8_t *rows;		 /* packed, from @at to before @used */
	size_t at, used;
	bool is_over; /* nothing more in the file */
};

struct head {
	struct person *person;
};

struct merged {
	char *directory;
	struct store_filter filter;
	struct person *people;
	size_t count;
	struct newest *newest;	 /* NULL: no limit, or found */
	struct newest_mark mark; /* the first to be told */
	int64_t limit;
	struct head *heap; /* those with rows, the earliest on top */
	size_t heaped;
	size_t done;	/* people of the present pass that are through with it */
	bool is_filled; /* everybody has rows or is over */
	bool was_told;	/* the row on top */
	int64_t told;
	size_t buffer_bytes;
	int64_t stop_us; /* of the slice; 0: never */
	bool has_read;	 /* something in this slice */
	struct error *error;
};

static void person_rest(struct person *person)
{
	store_close(person->store);
	person->store = NULL;
}

static void person_end_walk(struct person *person)
{
	store_walk_free(person->walk);
	person->walk = NULL;
	person_rest(person);
}

void merged_rest(struct merged *merged)
{
	size_t i;

	for (i = 0; i < merged->count; i++)
		person_rest(&merged->people[i]);
}

void merged_free(struct merged *merged)
{
	size_t i;

	if (!merged)
		return;
	for (i = 0; i < merged->count; i++) {
		person_end_walk(&merged->people[i]);
		free(merged->people[i].rows);
	}
	newest_free(merged->newest);
	free(merged->people);
	free(merged->heap);
	free(merged->directory);
	free(merged);
}

static int find_people(struct merged *merged, struct error *error)
{
	struct owner_file *files = NULL;
	size_t count = 0, i;
	int ret = owner_files_list(merged->directory, &files, &count, error);

	if (ret)
		return ret;
	merged->people = calloc(count + 1, sizeof(*merged->people));
	merged->heap = calloc(count + 1, sizeof(*merged->heap));
	if (!merged->people || !merged->heap)
		ret = error_set(error, -ENOMEM, "out of memory");
	for (i = 0; !ret && i < count; i++)
		if (!merged->filter.of_owner || merged->filter.owner == files[i].uid)
			merged->people[merged->count++] =
				(struct person){ .merged = merged, .uid = files[i].uid };
	free(files);
	return ret;
}

static size_t buffer_bytes(size_t people)
{
	size_t bytes = BUFFERS / (people ? people : 1);

	return bytes > BUFFER_MAX ? BUFFER_MAX : bytes < BUFFER_MIN ? BUFFER_MIN : bytes;
}

int merged_new(const char *directory, const struct store_filter *filter, struct merged **out,
	       struct error *error)
{
	struct merged *merged;
	int ret = 0;

	if (filter->cursor)
		return error_set(error, -EINVAL, "one person's events are followed at a time");
	merged = calloc(1, sizeof(*merged));
	if (merged)
		merged->directory = strdup(directory);
	if (merged)
		merged->filter = *filter;
	if (merged && filter->limit)
		merged->newest = newest_new(filter->limit, MERGED_LIMIT_MAX);
	if (!merged || !merged->directory || (filter->limit && !merged->newest))
		ret = error_set(error, -ENOMEM, "out of memory");
	if (!ret)
		ret = find_people(merged, error);
	if (ret) {
		merged_free(merged);
		return ret;
	}
	merged->buffer_bytes = buffer_bytes(merged->count);
	*out = merged;
	return 0;
}

void merged_slice(struct merged *merged, int64_t budget_us)
{
	merged->stop_us = budget_us ? clock_monotonic_us() + budget_us : 0;
	merged->has_read = false;
}

/* Return: 1 open; 0 there is nothing (any more). */
static int person_open(struct person *person)
{
	if (person->store)
		return 1;
	return owner_files_open(person->merged->directory, person->uid, &person->store,
				person->merged->error);
}

/* A slice of the walk through one file. Return: 1 there may be more; 0: that was all. */
static int person_read(struct person *person, store_row_callback callback)
{
	struct merged *merged = person->merged;
	int64_t left_us = 0;
	int ret = 0;

	if (merged->stop_us) {
		left_us = merged->stop_us - clock_monotonic_us();
		if (left_us <= 0 && merged->has_read)
			return -EAGAIN;
		left_us = left_us > 0 ? left_us : 1;
	}
	merged->has_read = true;
	if (!person->walk)
		ret = store_walk_new(&merged->filter, &person->walk, merged->error);
	if (!ret)
		ret = person_open(person);
	if (ret > 0)
		ret = store_walk_slice(person->walk, person->store, left_us, callback, person,
				       merged->error);
	if (ret == -ESTALE) { /* erased meanwhile: nothing of it is told */
		person->used = person->at = 0;
		ret = 0;
	}
	if (ret <= 0)
		person_end_walk(person);
	else if (merged->count > KEPT_OPEN)
		person_rest(person);
	return ret;
}

static int take_mark(const struct store_row *row, void *data)
{
	struct person *person = data;

	return newest_add(person->merged->newest, row, person->merged->error);
}

/* Which are the newest so many of all: those from a certain one on. */
static int search(struct merged *merged)
{
	int ret;

	while (merged->done < merged->count) {
		ret = person_read(&merged->people[merged->done], take_mark);
		if (ret < 0)
			return ret;
		if (ret)
			return -EAGAIN;
		merged->done++;
	}
	if (newest_first(merged->newest, &merged->mark))
		merged->filter.since_us = merged->mark.time_us;
	merged->limit = merged->filter.limit; /* more may have come meanwhile */
	merged->filter.limit = 0;
	newest_free(merged->newest);
	merged->newest = NULL;
	merged->done = 0;
	return 0;
}

static bool is_before_mark(const struct merged *merged, const struct store_row *row)
{
	return row->id < merged->mark.id ||
	       (row->id == merged->mark.id && row->owner < merged->mark.owner);
}

static int take_row(const struct store_row *row, void *data)
{
	struct person *person = data;
	struct merged *merged = person->merged;
	ssize_t bytes;

	if (is_before_mark(merged, row))
		return 0;
	bytes = rows_pack(person->store, row, person->rows + person->used,
			  merged->buffer_bytes - person->used);
	if (bytes <= 0) /* there is room for any row */
		return error_set(merged->error, -EBADMSG, "a row of uid %u is damaged",
				 person->uid);
	person->used += (size_t)bytes;
	return merged->buffer_bytes - person->used < ROWS_ROW_MAX;
}

/* Until it has a row, or none is left. Return: 0; -EAGAIN. */
static int person_fill(struct person *person)
{
	int ret;

	if (person->at < person->used || person->is_over)
		return 0;
	if (!person->rows)
		person->rows = malloc(person->merged->buffer_bytes);
	if (!person->rows)
		return error_set(person->merged->error, -ENOMEM, "out of memory");
	person->at = person->used = 0;
	ret = person_read(person, take_row);
	if (ret < 0)
		return ret;
	person->is_over = !ret;
	return ret && !person->used ? -EAGAIN : 0;
}

static bool is_earlier(struct head first, struct head second)
{
	const struct person *a = first.person, *b = second.person;
	int64_t left = rows_id(a->rows + a->at), right = rows_id(b->rows + b->at);

	return left != right ? left < right : a->uid < b->uid;
}

static void sink(struct merged *merged, size_t at)
{
	struct head *heap = merged->heap, moved = heap[at];
	size_t child;

	while ((child = 2 * at + 1) < merged->heaped) {
		if (child + 1 < merged->heaped && is_earlier(heap[child + 1], heap[child]))
			child++;
		if (!is_earlier(heap[child], moved))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static int fill_all(struct merged *merged)
{
	struct person *person;
	size_t i;
	int ret;

	while (merged->done < merged->count) {
		person = &merged->people[merged->done];
		ret = person_fill(person);
		if (ret)
			return ret;
		if (person->at < person->used)
			merged->heap[merged->heaped++].person = person;
		merged->done++;
	}
	for (i = merged->heaped / 2; i-- > 0;)
		sink(merged, i);
	merged->is_filled = true;
	return 0;
}

/* Behind the row that was told. */
static int step(struct merged *merged)
{
	struct person *top = merged->heap[0].person;
	int ret;

	if (merged->was_told) {
		top->at += rows_bytes(top->rows + top->at);
		merged->was_told = false;
	}
	ret = person_fill(top);
	if (ret)
		return ret;
	if (top->at == top->used)
		merged->heap[0] = merged->heap[--merged->heaped];
	if (merged->heaped)
		sink(merged, 0);
	return 0;
}

int merged_next(struct merged *merged, const uint8_t **out, size_t *out_bytes, struct error *error)
{
	int ret = 0;

	merged->error = error;
	if (merged->newest)
		ret = search(merged);
	if (!ret && !merged->is_filled)
		ret = fill_all(merged);
	else if (!ret && merged->heaped)
		ret = step(merged);
	if (ret)
		return ret;
	if (!merged->heaped || (merged->limit && merged->told == merged->limit))
		return 0;
	*out = merged->heap[0].person->rows + merged->heap[0].person->at;
	*out_bytes = rows_bytes(*out);
	merged->was_told = true;
	merged->told++;
	return 1;
}
