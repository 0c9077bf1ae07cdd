/* SPDX-License-Identifier: GPL-2.0-only */
#include "service/newest.h"

#include <errno.h>
#include <stdlib.h>

struct newest {
	int64_t limit, most;
	struct newest_mark *heap; /* the earliest on top */
	size_t count, capacity;
};

struct newest *newest_new(int64_t limit, int64_t most)
{
	struct newest *newest = calloc(1, sizeof(*newest));

	if (newest) {
		newest->limit = limit;
		newest->most = most;
	}
	return newest;
}

void newest_free(struct newest *newest)
{
	if (newest)
		free(newest->heap);
	free(newest);
}

static bool is_earlier(const struct newest_mark *a, const struct newest_mark *b)
{
	return a->id != b->id ? a->id < b->id : a->owner < b->owner;
}

static void rise(struct newest_mark *heap, size_t at)
{
	struct newest_mark moved = heap[at];

	for (; at && is_earlier(&moved, &heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = moved;
}

static void sink(struct newest_mark *heap, size_t count, struct newest_mark moved)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count && is_earlier(&heap[child + 1], &heap[child]))
			child++;
		if (!is_earlier(&heap[child], &moved))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static int make_room(struct newest *newest, struct error *error)
{
	size_t capacity = newest->capacity ? newest->capacity * 2 : 64;
	struct newest_mark *heap;

	if (newest->count < newest->capacity)
		return 0;
	if (newest->count >= (size_t)newest->most) {
		error_set(error, -EOVERFLOW, "more than %lld events of all users are too many",
			  (long long)newest->most);
		return error_hint(error, "ask for fewer, or for one user's: --user NAME");
	}
	heap = reallocarray(newest->heap, capacity, sizeof(*heap));
	if (!heap)
		return error_set(error, -ENOMEM, "out of memory");
	newest->heap = heap;
	newest->capacity = capacity;
	return 0;
}

int newest_add(struct newest *newest, const struct store_row *row, struct error *error)
{
	const struct newest_mark mark = { .id = row->id,
					  .time_us = row->time_us,
					  .owner = row->owner };
	int ret;

	if (newest->count == (size_t)newest->limit) {
		if (is_earlier(&newest->heap[0], &mark))
			sink(newest->heap, newest->count, mark);
		return 0;
	}
	ret = make_room(newest, error);
	if (ret)
		return ret;
	newest->heap[newest->count] = mark;
	rise(newest->heap, newest->count++);
	return 0;
}

bool newest_first(const struct newest *newest, struct newest_mark *out)
{
	if (!newest->count || newest->count < (size_t)newest->limit)
		return false;
	*out = newest->heap[0];
	return true;
}
